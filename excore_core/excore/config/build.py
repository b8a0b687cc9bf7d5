"""From the meaning of a config to nodes. No rule of the language is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from excore.config.attributes import GetAttr
from excore.config.document import Analysis
from excore.config.flags import Flags
from excore.config.given import given_table
from excore.config.hook_nodes import ConfigHookNode
from excore.config.nodes import ClassNode, InterNode, ModuleNode, ReusedNode, VariableReference
from excore.config.provenance import SectionPlace
from excore.config.sources import excerpt
from excore.errors import ConfigError, CoreConfigParseError, UnknownModuleError
from excore.lang.catalog import Entry
from excore.lang.grammar import MarkHook, PrefixKind
from excore.lang.paths import Attribute, Call
from excore.lang.problems import Origin
from excore.lang.resolve.model import (
    Invalid,
    Meaning,
    Path,
    Plain,
    Reference,
    ReferenceDict,
    ReferenceList,
    ResolvedHook,
    Section,
    Step,
    Target,
    Variable,
)
from excore.lang.resolve.references import Scope
from excore.lang.resolve.resolver import names_of
from excore.lang.resolve.sections import SectionResolver
from excore.lang.tables.table import Table, plain

__all__ = ["NodeBuilder"]

_NODES: dict[PrefixKind, type[ModuleNode]] = {"new": InterNode, "shared": ReusedNode, "class": ClassNode}


class NodeBuilder:
    """Makes the nodes of one load.

    What is shared is made once; all other nodes are made for each user, so that none sees another's changes.
    """

    def __init__(self, analysis: Analysis, flags: Flags) -> None:
        self.analysis = analysis
        self.model = analysis.model
        self.flags = flags
        self._shared: dict[Path, ModuleNode] = {}
        self._shared_values: dict[tuple[Path, str], GetAttr] = {}
        self._types: dict[Path, set[type[ModuleNode]]] = {}

    def primary(self, path: Path) -> ModuleNode:
        """The node of a table that nothing refers to here: what a build of its field calls."""
        kind = self.model.kind(path)
        entry = self.model.entry(path)
        if kind == "shared":
            return self._once(path, entry, None)
        node_type = _NODES.get(kind) or max(
            self._types.get(path, {ModuleNode}), key=lambda known: int(getattr(known, "priority", 0))
        )
        return self._made(path, entry, node_type, None)

    def find_hook(self, text: str) -> ConfigHookNode:
        """The hook that a reference text means. Raises `CoreConfigParseError` if it means none."""
        target = self.find(text).target
        if target is None:
            raise CoreConfigParseError(f"`{text}` names no single hook.")
        node = self._made(target.path, target.entry, ConfigHookNode, None)
        assert isinstance(node, ConfigHookNode)
        return node

    def find(self, text: str) -> Reference:
        """What a reference text means in this config. Raises one error for all that is wrong with it."""
        key = f"{self.model.grammar.prefix('new').char}reference"
        meaning = self._section({key: text}).arguments["reference"].meaning
        assert isinstance(meaning, Reference)
        return meaning

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values of a table as arguments, nodes where it has prefixes. Raises one error for all that is wrong."""
        arguments = self._section(values).arguments
        return {name: self._value(argument.meaning, name) for name, argument in arguments.items()}

    def table(self, name: str) -> dict[str, Any]:
        """The values of the table `name` or `$A::b::c`. Raises `CoreConfigParseError` if there is none."""
        found: Any = self.model.root
        for part in name.removeprefix(self.model.grammar.prefix("class").char).split("::"):
            binding = found.bindings.get(part) if isinstance(found, Table) else None
            found = None if binding is None else binding.value
        if not isinstance(found, Table):
            raise CoreConfigParseError(f"The config has no table `{name}`.")
        return cast("dict[str, Any]", plain(found))

    def _section(self, values: Mapping[str, Any]) -> Section:
        model = self.model
        scope = Scope(names_of(model), model.catalog, model.project, model.grammar, None)
        name = next(iter(model.catalog.by_name), "")  # only the arguments count, whatever class they are for
        binding = given_table({name: values}, "reference", model.grammar).bindings[name]
        section = SectionResolver(scope, (name,), "module", None, binding).resolve()
        problems = [item for item in section.problems if item.code not in ("module-arguments", "unknown-class")]
        problems += [
            item for item in section.problems if item.code == "unknown-class" and item.origin != binding.origin
        ]
        if problems:
            raise self.analysis.reporter.error(problems)
        return section

    # -- tables

    def _origin(self, path: Path) -> Origin | None:
        section = self.model.sections.get(path)
        return None if section is None else section.binding.origin

    def _once(self, path: Path, entry: Entry | None, origin: Origin | None) -> ModuleNode:
        node = self._shared.get(path)
        if node is None:
            node = self._shared[path] = self._made(path, entry, ReusedNode, origin)
        return node

    def _made(self, path: Path, entry: Entry | None, node_type: type[ModuleNode], origin: Origin | None) -> ModuleNode:
        node = node_type(self._target(path, entry, origin))
        section = self.model.sections.get(path)
        if section is None:
            return node
        node._place = SectionPlace(self.analysis, path)
        if node_type is ClassNode:
            return node
        node._no_call = section.no_call
        value = self._value
        arguments = {
            name: plain(meaning.value) if type(meaning) is Plain else value(meaning, name)
            for name, _, _, meaning in section.arguments.values()
        }
        dict.update(node, arguments)
        return node

    def _target(self, path: Path, entry: Entry | None, origin: Origin | None) -> Any:
        if entry is None:
            error: ConfigError = UnknownModuleError(f"`{'.'.join(path)}` is not registered.")
        else:
            try:
                return self.analysis.registered.load(entry.path)
            except ConfigError as failure:
                error = failure
        self._locate(error, origin or self._origin(path))
        raise error

    def _locate(self, error: ConfigError, origin: Origin | None) -> None:
        if origin is not None and not error.frame:
            place = self.analysis.document.files.place(origin)
            error.frame = f"{place}\n{excerpt(place)}"

    # -- arguments

    def _value(self, meaning: Meaning, name: str) -> Any:
        if isinstance(meaning, Reference):
            return self._reference(meaning, name)
        if isinstance(meaning, ReferenceList):
            items: list[Any] = []
            for item in meaning.items:
                value = self._value(item, name)
                if isinstance(item, Reference) and item.every:
                    items.extend(value)
                else:
                    items.append(value)
            return items
        if isinstance(meaning, ReferenceDict):
            return {key: self._value(item, name) for key, item in meaning.items}
        if isinstance(meaning, Plain):
            return plain(meaning.value)
        assert isinstance(meaning, Invalid)
        raise CoreConfigParseError(f"The value of `{name}` cannot stand where it stands.")

    def _reference(self, reference: Reference, name: str) -> Any:
        if reference.variable is not None:
            return self._variable(reference, reference.variable)
        nodes = [self._node(reference, target, name) for target in reference.targets]
        if reference.hooks:
            nodes = [
                self._hooked(node, reference, target) for node, target in zip(nodes, reference.targets, strict=True)
            ]
        return nodes if reference.every else nodes[0]

    def _variable(self, reference: Reference, variable: Variable) -> Any:
        if variable.binding is None:
            return variable.text
        value = plain(variable.binding.value)
        if not reference.hooks:
            return value
        node: Any = VariableReference(value, variable.name)
        return self._hooked(node, reference, None)

    def _node(self, reference: Reference, target: Target, name: str) -> Any:
        prefix = reference.prefix
        if prefix.kind == "shared":
            return self._once(target.path, target.entry, reference.origin)
        node_type = self.flags.nodes[prefix.char]
        if prefix.kind == "custom":
            self._check_type(target, node_type, reference)
            made = node_type.__excore_parse__(self, name=name, reference=reference, target=target)
            if made is not None:
                return made
        return self._made(target.path, target.entry, node_type, reference.origin)

    def _check_type(self, target: Target, node_type: type[ModuleNode], reference: Reference) -> None:
        """Raises `CoreConfigParseError` if a registered node class does not share a table with another."""
        known = self._types.setdefault(target.path, set())
        others = known | {_NODES[use.kind] for use in self.model.users[target.path] if use.kind in _NODES}
        for other in others - {node_type}:
            if node_type.__excore_check_target_type__(other) or other.__excore_check_target_type__(node_type):
                path = ".".join(target.path)
                error = CoreConfigParseError(
                    f"`{path}` cannot be both a {node_type.__name__} and a {other.__name__}; "
                    "give one of them a table under a name of its own."
                )
                self._locate(error, reference.origin)
                raise error
        known.add(node_type)

    # -- what follows a reference

    def _hooked(self, node: Any, reference: Reference, target: Target | None) -> Any:
        for step in reference.hooks:
            node = self._step(node, step, reference, target)
            target = None  # a later step starts from what this one gave
        return node

    def _step(self, node: Any, step: Step, reference: Reference, target: Target | None) -> Any:
        if isinstance(step, ResolvedHook):
            if step.target is None:
                raise CoreConfigParseError(f"`{reference.text}` names an unknown hook.")
            hook = self._made(step.target.path, step.target.entry, ConfigHookNode, reference.origin)
            assert isinstance(hook, ConfigHookNode)
            try:
                return hook.bind(node)
            except ConfigError as error:
                self._locate(error, reference.origin)
                raise
        if isinstance(step, MarkHook):
            try:
                return self.flags.hooks[step.mark.char].__excore_prepare__(node, step.text, self)
            except ConfigError as error:
                self._locate(error, reference.origin)
                raise
        is_module = target is not None and target.entry is not None and target.entry.kind == "module"
        builds = is_module and reference.prefix.kind in ("new", "shared") and not isinstance(step.steps[-1], Call)
        if not builds or target is None:
            return GetAttr(node, step.steps)
        if reference.prefix.kind == "new":
            return GetAttr(node, step.steps, instantiate=True)
        key = (target.path, ".".join(s.name if isinstance(s, Attribute) else repr(s) for s in step.steps))
        known = self._shared_values.get(key)
        if known is None:
            known = self._shared_values[key] = SharedAttr(node, step.steps, instantiate=True)
        return known


class SharedAttr(GetAttr):
    """An attribute path under the prefix of shared objects: what it makes of a class is made once."""

    def hook(self, **params: Any) -> Any:
        """The value, found at the first call."""
        state = vars(self)
        if "_built" not in state:
            state["_built"] = super().hook(**params)
        return state["_built"]
