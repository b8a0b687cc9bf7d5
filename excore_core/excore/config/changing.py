"""A change of what a config says, carried over to nodes that exist, so that whoever holds them sees it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from excore.config.nodes import ModuleNode, ReusedNode, arguments_now, inner_values
from excore.config.wrapper import ModuleWrapper
from excore.engine.hook import ConfigArgumentHook

__all__ = ["carry_over", "carry_over_values", "difference"]

_MISSING = object()


def carry_over_values(values: MutableMapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Let ``values`` follow a change from ``before`` to ``after``; dicts in it stay the objects they are."""
    for name in before.keys() - after.keys():
        values.pop(name, None)
    for name, value in after.items():
        old = before.get(name, _MISSING)
        if old is not _MISSING and arguments_now(old) == arguments_now(value):
            continue
        mine = values.get(name)
        if isinstance(mine, dict) and isinstance(value, dict) and isinstance(old, dict):
            carry_over_values(mine, old, value)
        else:
            values[name] = value


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any], above: tuple[str, ...] = ()
) -> tuple[dict[str, Any], list[tuple[str, ...]]]:
    """What has to be merged into ``before``, and the paths to take out of it, to get ``after``."""
    values: dict[str, Any] = {}
    removed = [(*above, name) for name in before if name not in after]
    for name, value in after.items():
        old = before.get(name, _MISSING)
        if old is not _MISSING and arguments_now(old) == arguments_now(value):
            continue
        if isinstance(old, dict) and isinstance(value, dict):
            inner, gone = difference(old, value, (*above, name))
            removed += gone
            if inner:
                values[name] = inner
        else:
            values[name] = value
    return values, removed


def carry_over(
    fields: dict[str, ModuleWrapper], before: Mapping[str, ModuleWrapper], after: Mapping[str, ModuleWrapper]
) -> None:
    """Let the nodes of ``fields`` follow a change from ``before`` to ``after``; what was changed in them stays."""
    _Carrier(fields, before).fields(fields, before, after)


class _Carrier:
    def __init__(self, fields: Mapping[str, ModuleWrapper], before: Mapping[str, ModuleWrapper]) -> None:
        self.shared = _shared(fields)
        self.old_shared = _shared(before)
        self.done: set[int] = set()

    def fields(
        self,
        fields: dict[str, ModuleWrapper],
        before: Mapping[str, ModuleWrapper],
        after: Mapping[str, ModuleWrapper],
    ) -> None:
        for name in before.keys() - after.keys():
            fields.pop(name, None)
        for name, wrapper in after.items():
            mine = fields.get(name)
            old: Mapping[str, Any] = before.get(name, {})
            if mine is None:
                fields[name] = ModuleWrapper({key: self.ours(node) for key, node in wrapper.items()})
                continue
            for key in old.keys() - wrapper.keys():
                mine.pop(key, None)
            for key, node in wrapper.items():
                merged = self.value(mine.get(key, _MISSING), old.get(key, _MISSING), node)
                if merged is not mine.get(key, _MISSING):
                    dict.__setitem__(mine, key, merged)

    def value(self, mine: Any, old: Any, new: Any) -> Any:
        """What stands in the place of ``mine`` now."""
        if arguments_now(old) == arguments_now(new):
            return mine
        if _alike(mine, new) and _alike(old, new):
            self.arguments(mine, old, new)
            return mine
        return self.ours(new)

    def arguments(self, mine: ModuleNode, old: ModuleNode, new: ModuleNode) -> None:
        if id(new) in self.done:
            return
        self.done.add(id(new))
        vars(mine)["_no_call"] = new._no_call if old._no_call != new._no_call else mine._no_call
        for name in old.keys() - new.keys():
            mine.pop(name, None)
        for name, value in new.items():
            if name in old and arguments_now(old[name]) == arguments_now(value):
                continue
            merged = self.value(mine.get(name, _MISSING), old.get(name, _MISSING), value)
            if merged is not mine.get(name, _MISSING):
                dict.__setitem__(mine, name, merged)

    def ours(self, new: Any) -> Any:
        """``new`` with the shared nodes that are there already in it."""
        if isinstance(new, ReusedNode) and (place := _place(new)) in self.shared:
            mine, old = self.shared[place], self.old_shared.get(place)
            if old is not None:
                self.arguments(mine, old, new)
            return mine
        if isinstance(new, ModuleNode):
            if id(new) not in self.done:
                self.done.add(id(new))
                for name, value in new.items():
                    dict.__setitem__(new, name, self.ours(value))
                if "source" in vars(new):
                    vars(new)["source"] = self.ours(vars(new)["source"])
        elif isinstance(new, ConfigArgumentHook):
            new.node = self.ours(new.node)
        elif type(new) is dict:
            return {name: self.ours(value) for name, value in new.items()}
        elif type(new) in (list, tuple):
            return type(new)(map(self.ours, new))
        return new


def _alike(mine: Any, other: Any) -> bool:
    if not isinstance(mine, ModuleNode) or type(mine) is not type(other) or "source" in vars(mine):
        return False
    return mine.target is other.target and (not isinstance(mine, ReusedNode) or _place(mine) == _place(other))


def _place(node: ModuleNode) -> Any:
    """Where in the config a node is made; a name without a table is a place too."""
    return getattr(node._context, "path", None) or (node.name,)


def _shared(fields: Mapping[str, ModuleWrapper]) -> dict[Any, ReusedNode]:
    """The shared nodes by the tables they are made of."""
    shared: dict[Any, ReusedNode] = {}
    stack, done = list(fields.values()), set[int]()
    while stack:
        value: Any = stack.pop()
        if id(value) not in done and isinstance(value, (dict, list, tuple, ConfigArgumentHook)):
            done.add(id(value))
            if isinstance(value, ReusedNode):
                shared.setdefault(_place(value), value)
            stack.extend(inner_values(value))
    return shared
