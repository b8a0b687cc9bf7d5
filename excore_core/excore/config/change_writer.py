"""What was changed in Python since a config was loaded, as the config would write it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from excore.config.attributes import GetAttr
from excore.config.composition import Composition, ResolvedConfig
from excore.config.hook_nodes import BoundHook
from excore.config.nodes import ClassNode, InterNode, ModuleNode, ReusedNode, VariableReference
from excore.config.provenance import SectionContext
from excore.config.wrapper import ModuleWrapper
from excore.lang.grammar import NO_CALL_KEY, NONE, Name
from excore.lang.resolve.model import Path
from excore.lang.resolve.top_level import is_module_path
from excore.lang.syntax.writer import value_text

__all__ = ["ChangeWriter"]

_MISSING = object()


class ChangeWriter:
    """Writes changes of nodes and of isolated values into a copy of a config.

    A change of a module that a field builds, or that is shared, goes to its own table. Another module is written anew
    where it is used, in a table of its own: others who use the same table do not see the change either. With ``strict``
    TypeError is raised for what TOML has no form for, else it stays the object it is.
    """

    def __init__(
        self, composition: Composition, resolved: ResolvedConfig, written: Mapping[str, Any], strict: bool
    ) -> None:
        self.composition = composition
        self.model = resolved.model
        self.resolved = resolved
        self.config: dict[str, Any] = copy.deepcopy(dict(written)) if strict else _copied(written)
        self.strict = strict
        grammar = self.model.grammar
        self.none = f"{grammar.prefix('variable').char}{NONE}"  # among references
        self.field = grammar.prefix("class").char  # before the name of a field or another table of modules
        self.prefixes: dict[type, str] = {kind: char for char, kind in resolved.composition.flags.nodes.items()}
        self.prefixes.update({ModuleNode: grammar.prefix("new").char, InterNode: grammar.prefix("new").char})
        self.shared: dict[int, str] = {}  # nodes that have a table, and how a reference names it
        self.done: set[int] = set()
        self.bare = {path[-1] for path in self.model.implicit}  # names that are used without a table
        self.padded: set[str] = set()  # names that have a table of those that are made here

    def isolated(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        """Take over the values that are no modules; ``before`` are those of the config."""
        for name in before.keys() - values.keys():
            self.config.pop(name, None)
        for name, value in values.items():
            self._plain(value, name)
            if not _same(value, before.get(name, _MISSING)):
                group = self.model.groups.get(name)
                value = self._plain(value, name)
                self.config[name] = {**self.config[name], **value} if group is not None else value

    def fields(self, fields: Mapping[str, ModuleWrapper], before: Mapping[str, ModuleWrapper]) -> None:
        """Take over the modules that are built."""
        replaced = []
        for field, wrapper in fields.items():
            old: Mapping[str, Any] = before.get(field, {})
            if [(name, _kind(node)) for name, node in wrapper.items()] != [(name, _kind(n)) for name, n in old.items()]:
                replaced.append((field, wrapper))
                continue
            for name, node in wrapper.items():
                self._section((field, name), node, old[name])
        for field, wrapper in replaced:
            self.config[field] = {}
            for node in wrapper.values():
                name = self._name(node, field)
                if name in self.config[field] or type(node) is ClassNode:
                    self._refuse(node, field)
                self.shared[id(node)] = f"{self.field}{field}::{name}"
                self.config[field][name] = {}
        for field, wrapper in replaced:
            for node in wrapper.values():
                self.config[field][self._name(node, field)] = self._table(node, (field, self._name(node, field)))
        for name in self.bare & self.padded:
            self.config.setdefault(name, {})

    def say_none(self) -> None:
        """Write the arguments that are None, and items of references that are, as a config can say it (VAR-8)."""
        if NONE in self.config:
            return
        for name, table in self.config.items():
            if not isinstance(table, dict):
                continue
            if is_module_path((name,), self.model.catalog, self.model.project):
                self._say_none(table)
            for member, inner in table.items():
                if isinstance(inner, dict) and is_module_path((name, member), self.model.catalog, self.model.project):
                    self._say_none(inner)

    def _say_none(self, table: dict[str, Any]) -> None:
        written = dict(table)
        table.clear()
        for key, value in written.items():
            prefix, name, _ = self.model.grammar.split_key(key)
            if value is None:
                table[self.none[0] + name] = NONE
            else:
                table[key] = value if prefix is None else self._with_none(value)

    def _with_none(self, value: Any) -> Any:
        if value is None:
            return self.none
        if isinstance(value, dict):
            return {name: self._with_none(item) for name, item in value.items()}
        return [self._with_none(item) for item in value] if isinstance(value, (list, tuple)) else value

    # -- what is changed in its own table

    def _section(self, path: Path, node: Any, before: Any) -> None:
        if not isinstance(node, ModuleNode) or id(node) in self.done:
            return
        self.done.add(id(node))
        changed = {name: node[name] for name in node if not self._alike(node[name], before.get(name, _MISSING))}
        removed = before.keys() - node.keys()
        if not changed and not removed:
            return
        table = self.config
        for part in path:
            table = table.setdefault(part, {})
        written = dict(table)
        table.clear()
        for key, value in written.items():
            name = self.model.grammar.split_key(key).name
            if name in changed:
                self._put(table, name, changed.pop(name), path)
            elif name not in removed:
                table[key] = value
        for name, value in changed.items():
            self._put(table, name, value, path)

    def _alike(self, value: Any, old: Any) -> bool:
        """Whether nothing changed here; what is shared is written at once, so all of a list is looked at."""
        if value is old:
            return True
        if type(value) is not type(old):
            return False
        if isinstance(value, GetAttr):
            return value.steps == old.steps and self._alike(value.node, old.node)
        if isinstance(value, VariableReference):
            return _same(value.target, old.target)
        if isinstance(value, ReusedNode) and value.target is old.target:
            self._section(self._path(value), value, old)
            return True
        if isinstance(value, ModuleNode):
            if isinstance(value, BoundHook) and not self._alike(value.source, old.source):
                return False
            return value.target is old.target and value._no_call == old._no_call and self._all_alike(value, old)
        if isinstance(value, dict):
            return self._all_alike(value, old)
        if isinstance(value, (list, tuple)):
            return len(value) == len(old) and all(list(map(self._alike, value, old)))
        return _same(value, old)

    def _all_alike(self, value: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
        return value.keys() == old.keys() and all(list(map(self._alike, value.values(), map(old.__getitem__, value))))

    def _path(self, node: ModuleNode) -> Path:
        place = node._context
        return place.path if isinstance(place, SectionContext) else (self._name(node, node.name),)

    # -- what is written anew

    def _put(self, table: dict[str, Any], name: str, value: Any, path: Path) -> None:
        nodes = list(_nodes(value))
        where = ".".join((*path, name))
        prefixes = {self.prefixes.get(type(node), "") for node in nodes}
        if not nodes:
            table[name] = self._plain(value, where)
        elif len(prefixes) > 1 or "" in prefixes:
            self._refuse(value, where)
            table[name] = value
        else:
            table[prefixes.pop() + name] = self._references(value, (*path, name))

    def _references(self, value: Any, path: Path) -> Any:
        if isinstance(value, ModuleNode):
            return self._reference(value, path)
        if isinstance(value, dict):
            return {name: self._references(item, (*path, name)) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._references(item, (*path, str(number))) for number, item in enumerate(value, 1)]
        if value is None and NONE not in self.config:
            return self.none
        self._refuse(value, ".".join(path))
        return value

    def _reference(self, node: ModuleNode, path: Path) -> str:
        reference = self.shared.get(id(node))
        if reference is not None:
            return reference
        place = node._context
        if isinstance(node, ReusedNode) and isinstance(place, SectionContext) and place.composition is self.composition:
            text = place.path[0] if len(place.path) == 1 else f"{self.field}{place.path[0]}::{place.path[1]}"
        else:
            name = self._name(node, ".".join(path))
            text = name
            if node or node._no_call or name in self.config or name in self.model.members or name in self.model.modules:
                if name not in self.config and self._is_called(name):
                    self._refuse(node, ".".join(path))  # two tables would fit what others refer to
                pad = self._free("_".join(path))
                self.padded.add(name)
                self.config[pad] = {name: {}}  # the name is taken before its arguments look for theirs
                self.config[pad][name] = self._table(node, path)
                text = f"{self.field}{pad}::{name}"
            else:
                self.bare.add(name)
        if isinstance(node, ReusedNode):
            self.shared[id(node)] = text
        return text

    def _is_called(self, name: str) -> bool:
        """Whether a reference means the table of a group by ``name`` alone."""
        model = self.model
        origins = (use.origin for group in model.members.get(name, ()) for use in model.users.get((group, name), ()))
        texts = (origin.block.text[origin.start : origin.end].strip("\"'") for origin in origins)
        return any(isinstance(model.grammar.read(text).base, Name) for text in texts)

    def _table(self, node: ModuleNode, path: Path) -> dict[str, Any]:
        table: dict[str, Any] = {NO_CALL_KEY: True} if node._no_call else {}
        for name, value in node.items():
            self._put(table, name, value, path)
        return table

    def _free(self, name: str) -> str:
        pad, number = name, 1
        while (
            pad in self.config or pad in self.model.catalog.entries or pad in self.model.catalog.vocabulary(None).names
        ):
            number += 1
            pad = f"{name}_{number}"
        return pad

    def _name(self, node: Any, where: str) -> str:
        """The name a config knows a class by."""
        if isinstance(node, ModuleNode):
            for entries in self.model.catalog.entries.values():
                entry = entries.get(getattr(node.target, "__qualname__", node.name))
                if entry is not None and self.resolved.registered.load(entry.path) is node.target:
                    return entry.name
        self._refuse(node, where)
        return str(getattr(node, "name", node))

    def _plain(self, value: Any, where: str) -> Any:
        if self.strict:
            try:
                value_text(value if value is not None else "")
            except TypeError:
                self._refuse(value, where)
        return value

    def _refuse(self, value: Any, where: str) -> None:
        if self.strict:
            raise TypeError(f"`{where}` was set in Python to {value!r}, which a config has no form for.")


def _nodes(value: Any) -> Iterable[Any]:
    """The nodes in a value, and whatever else is built."""
    if isinstance(value, (ModuleNode, GetAttr)):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _nodes(item)


def _kind(node: Any) -> tuple[type, Any]:
    return type(node), getattr(node, "target", None)


def _same(value: Any, other: Any) -> bool:
    return value is other or (type(value) is type(other) and bool(value == other))


def _copied(value: Any) -> Any:
    return {name: _copied(item) for name, item in value.items()} if isinstance(value, Mapping) else value
