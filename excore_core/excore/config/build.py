"""From the meaning of a config to nodes, as the rules of a build say. None of the language is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from excore.config.attributes import GetAttr
from excore.config.composition import ResolvedConfig
from excore.config.flags import NODE_TYPES, Flags
from excore.config.hook_nodes import ConfigHookNode
from excore.config.nodes import ClassNode, ModuleNode, VariableReference, arguments_now, is_built
from excore.config.provenance import SectionContext
from excore.config.python_table import python_table
from excore.config.sources import excerpt
from excore.errors import ConfigError, CoreConfigParseError, UnknownModuleError
from excore.lang.building import Builder
from excore.lang.catalog import Entry
from excore.lang.grammar import MarkHook, PrefixKind
from excore.lang.memo import Memo
from excore.lang.paths import Step as PathStep
from excore.lang.problems import Origin
from excore.lang.resolve.model import Path, Plain, Reference, Section
from excore.lang.resolve.references import Scope
from excore.lang.resolve.sections import SectionResolver
from excore.lang.resolve.top_level import names_of
from excore.lang.tables.table import BoundValue, Table, plain

__all__ = ["NodeBuilder"]

Node = TypeVar("Node", bound=ModuleNode)


class NodeBuilder(Builder[Any]):
    """Makes the nodes of one load.

    What is shared is made once; all other nodes are made for each user, so that none sees another's changes.
    """

    def __init__(self, resolved: ResolvedConfig, flags: Flags) -> None:
        super().__init__(resolved.model)
        self.resolved = resolved
        self.flags = flags
        self._types: dict[Path, set[type[ModuleNode]]] = {}  # node classes of prefixes that users registered

    def find_hook(self, text: str) -> ConfigHookNode:
        """The hook that a reference text means. Raises ``CoreConfigParseError`` if it means none."""
        target = self.find(text).target
        if target is None:
            raise CoreConfigParseError(f"`{text}` names no single hook.")
        return self._node(target.path, target.entry, ConfigHookNode, None)

    def find(self, text: str) -> Reference:
        """What a reference text means in this config. Raises one error for all that is wrong with it."""
        key = f"{self.model.grammar.prefix('new').char}reference"
        meaning = self._section({key: text}).arguments["reference"].meaning
        assert isinstance(meaning, Reference)
        return meaning

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values of a table as arguments, nodes where it has prefixes. Raises one error for all that is wrong."""
        arguments = self._section(values).arguments
        return {name: self.value(argument.meaning, name) for name, argument in arguments.items()}

    def table(self, name: str) -> dict[str, Any]:
        """The values of the table ``name`` or ``$A::b::c``. Raises ``CoreConfigParseError`` if there is none."""
        value: Any = self.model.root
        for part in name.removeprefix(self.model.grammar.prefix("class").char).split("::"):
            binding = value.bindings.get(part) if isinstance(value, Table) else None
            value = None if binding is None else binding.value
        if not isinstance(value, Table):
            raise CoreConfigParseError(f"The config has no table `{name}`.")
        return cast("dict[str, Any]", plain(value))

    def _section(self, values: Mapping[str, Any]) -> Section:
        model = self.model
        scope = Scope(names_of(model), model.catalog, model.project, model.grammar, None)
        name = next(iter(model.catalog.by_name), "")  # only the arguments count, whatever class they are for
        binding = python_table({name: values}, "reference", model.grammar).bindings[name]
        section = SectionResolver(scope, (name,), "module", None, binding, Memo()).resolve()
        problems = [item for item in section.problems if item.code not in ("module-arguments", "unknown-class")]
        problems += [
            item for item in section.problems if item.code == "unknown-class" and item.origin != binding.origin
        ]
        if problems:
            raise self.resolved.reporter.error(problems)
        return section

    # -- nodes

    def new(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None, name: str) -> Any:
        """The node of a table or name; of a prefix that was registered one of its class, made as that wants."""
        if kind != "custom":
            return self._node(path, entry, NODE_TYPES[kind], reference)
        if reference is None:  # a field that nothing refers to, or under such prefixes alone
            types = self._types.get(path, {ModuleNode})
            return self._node(path, entry, max(types, key=lambda one: int(getattr(one, "priority", 0))), None)
        node_type = self.flags.nodes[reference.prefix.char]
        self._check_type(path, node_type, reference)
        target = next(one for one in reference.targets if one.path == path)
        node = node_type.__excore_parse__(self, name=name, reference=reference, target=target)
        return self._node(path, entry, node_type, reference) if node is None else node

    def as_it_is(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None) -> ModuleNode:
        """A node that gives its target."""
        return cast(ModuleNode, self.new(path, entry, kind, reference, ""))

    def _node(self, path: Path, entry: Entry | None, node_type: type[Node], reference: Reference | None) -> Node:
        section = self.model.sections.get(path)
        origin = reference.origin if reference is not None else section and section.binding.origin
        node = node_type(self._object(path, entry, origin))
        if section is None:
            return node
        node._context = SectionContext(self.resolved.composition, path)
        if node_type is ClassNode:
            return node
        node._no_call = section.no_call
        value = self.value
        arguments = {
            name: plain(meaning.value) if type(meaning) is Plain else value(meaning, name)
            for name, _, _, meaning in section.arguments.values()
        }
        dict.update(node, arguments)
        return node

    def _object(self, path: Path, entry: Entry | None, origin: Origin | None) -> Any:
        if entry is None:
            raise self._located(UnknownModuleError(f"`{'.'.join(path)}` is not registered."), origin)
        try:
            return self.resolved.registered.load(entry.path)
        except ConfigError as error:
            raise self._located(error, origin)  # noqa: B904

    def _located(self, error: ConfigError, origin: Origin | None) -> ConfigError:
        if origin is not None and not error.frame:
            place = self.resolved.composition.files.place(origin)
            error.frame = f"{place}\n{excerpt(place)}"
        return error

    def _check_type(self, path: Path, node_type: type[ModuleNode], reference: Reference) -> None:
        """Raises ``CoreConfigParseError`` if a registered node class does not share a table with another."""
        types = self._types.setdefault(path, set())
        kinds = {use.kind for use in self.model.users[path]}
        others = types | {node for kind, node in NODE_TYPES.items() if kind in kinds}
        for other in others - {node_type}:
            if node_type.__excore_check_target_type__(other) or other.__excore_check_target_type__(node_type):
                error = CoreConfigParseError(
                    f"`{'.'.join(path)}` cannot be both a {node_type.__name__} and a {other.__name__}; "
                    "give one of them a table under a name of its own."
                )
                raise self._located(error, reference.origin)
        types.add(node_type)

    # -- values

    def written(self, value: BoundValue) -> Any:
        """The value as Python has it."""
        return plain(value)

    def variable(self, name: str, value: BoundValue, followed: bool) -> Any:
        """The value, as a node where something is read from it."""
        return VariableReference(plain(value), name) if followed else plain(value)

    def environment(self, reference: Reference) -> str | None:
        """The text with the values of this process in it."""
        return reference.variable.text if reference.variable is not None else None

    def listed(self, items: list[Any]) -> list[Any]:
        """The list itself."""
        return items

    def named(self, items: list[tuple[str, Any]]) -> dict[str, Any]:
        """The dict of the items."""
        return dict(items)

    def followed(
        self, source: Any, steps: tuple[PathStep, ...], instantiate: bool = False, shared: bool = False
    ) -> GetAttr:
        """A node that follows the path when it is built."""
        return (SharedAttr if shared else GetAttr)(source, steps, instantiate)

    def hooked(self, path: Path, entry: Entry, source: Any, reference: Reference) -> Any:
        """A node that calls the hook when it is built."""
        hook = self._node(path, entry, ConfigHookNode, reference)
        try:
            return hook.bind(source)
        except ConfigError as error:
            raise self._located(error, reference.origin)  # noqa: B904

    def marked(self, step: MarkHook, source: Any, reference: Reference) -> Any:
        """What the class behind the mark prepares."""
        try:
            return self.flags.hooks[step.mark.char].__excore_prepare__(source, step.text, self)
        except ConfigError as error:
            raise self._located(error, reference.origin)  # noqa: B904

    def unknown(self, text: str, reference: Reference | None) -> Any:
        """Raises ``UnknownModuleError``; a config that was checked has nothing of this."""
        raise self._located(UnknownModuleError(f"`{text}` is not registered."), reference and reference.origin)


class SharedAttr(GetAttr):
    """An attribute path under the prefix of shared objects: what it makes of a class is made once."""

    def __getstate__(self) -> dict[str, Any]:
        """What was built is not kept."""
        return {name: value for name, value in vars(self).items() if name not in ("_built", "_built_of")}

    def hook(self, **params: Any) -> Any:
        """The value, found at the first call."""
        state = vars(self)
        if not is_built(self):
            made_of = arguments_now(self)
            state["_built"], state["_built_of"] = super().hook(**params), made_of
        return state["_built"]
