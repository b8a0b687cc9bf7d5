"""Configs as values: as plain data, and with all defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import Parameter
from typing import Any

from excore.config.attributes import GetAttr, is_variable
from excore.config.hook_nodes import BoundHook
from excore.config.nodes import ClassNode, ModuleNode, ReusedNode, VariableReference, inner_values
from excore.config.targets import parameters, target_name
from excore.engine.hook import ConfigArgumentHook

__all__ = ["arguments", "fill_defaults", "flattened", "plain_value"]

_PLAIN = (str, int, float, bool, type(None))


def arguments(node: Any, known: set[int] | None = None) -> Any:
    """The arguments of a node as plain values, nodes with their ids in ``known`` as their names, which gets the ids
    of shared nodes."""
    if isinstance(node, ModuleNode) and not isinstance(node, (ClassNode, BoundHook)):
        return {str(name): plain_value(value, known) for name, value in node.items()}
    return plain_value(node, known)


def plain_value(value: Any, known: set[int] | None = None) -> Any:
    """The value of dicts, lists, texts, numbers, booleans and None alone; ``known`` is as for ``arguments``."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, GetAttr):
        if is_variable(value):
            return plain_value(value(), known)
        name = f"{value.name}.{value.attr}"
        return name if _is_known(value.node, known) else {name: arguments(value.node, known)}
    if isinstance(value, VariableReference):
        return plain_value(value.target, known)
    if isinstance(value, BoundHook):
        own = {str(name): plain_value(item, known) for name, item in value.items()}
        return {target_name(value.target): {"node": plain_value(value.source, known), **own}}
    if isinstance(value, ClassNode):
        return value.name
    if isinstance(value, ModuleNode):
        return value.name if _is_known(value, known) else {value.name: arguments(value, known)}
    if isinstance(value, Mapping):
        return {str(name): plain_value(item, known) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item, known) for item in value]
    kind = next((one for one in _PLAIN[:4] if isinstance(value, one)), None)
    return repr(value) if kind is None else kind(value)


def _is_known(node: Any, known: set[int] | None) -> bool:
    if known is None or id(node) in known:
        return known is not None
    if isinstance(node, ReusedNode):
        known.add(id(node))
    return False


def flattened(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """The values by their paths; of lists those that hold dicts are taken apart, an empty dict stays."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
            value = dict(zip(map(str, range(len(value))), value, strict=True))
        if isinstance(value, dict) and value:
            flat.update(flattened(value, f"{above}{name}."))
        else:
            flat[f"{above}{name}"] = value
    return flat


def fill_defaults(values: Iterable[Any]) -> None:
    """Give every node in ``values`` the defaults of what it does not set."""
    stack, done = list(values), set[int]()
    while stack:
        value = stack.pop()
        if id(value) in done or not isinstance(value, (dict, list, tuple, ConfigArgumentHook)):
            continue
        done.add(id(value))
        stack.extend(inner_values(value))
        if isinstance(value, ModuleNode) and not isinstance(value, ClassNode):
            for one in parameters(value.target) or ():
                by_name = one.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
                if by_name and one.default is not Parameter.empty:
                    value.setdefault(one.name, one.default)
