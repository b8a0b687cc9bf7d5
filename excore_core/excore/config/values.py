"""Configs as values: as plain data, and with all defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import Parameter
from typing import Any

from excore.config.attributes import GetAttr, is_variable
from excore.config.hook_nodes import BoundHook
from excore.config.nodes import ClassNode, ModuleNode, VariableReference, inner_values
from excore.config.targets import parameters, target_name
from excore.engine.hook import ConfigArgumentHook

__all__ = ["arguments", "fill_defaults", "flattened", "plain_value"]

_PLAIN = (str, int, float, bool, type(None))


def arguments(node: Any) -> Any:
    """The arguments of a node as plain values."""
    if isinstance(node, ModuleNode) and not isinstance(node, (ClassNode, BoundHook)):
        return {str(name): plain_value(value) for name, value in node.items()}
    return plain_value(node)


def plain_value(value: Any) -> Any:
    """The value of dicts, lists, texts, numbers, booleans and None alone."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, GetAttr):
        if is_variable(value):
            return plain_value(value())
        return {f"{value.name}.{value.attr}": arguments(value.node)}
    if isinstance(value, VariableReference):
        return plain_value(value.target)
    if isinstance(value, BoundHook):
        own = {str(name): plain_value(item) for name, item in value.items()}
        return {target_name(value.target): {"node": plain_value(value.source), **own}}
    if isinstance(value, ClassNode):
        return value.name
    if isinstance(value, ModuleNode):
        return {value.name: arguments(value)}
    if isinstance(value, Mapping):
        return {str(name): plain_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    kind = next((one for one in _PLAIN[:4] if isinstance(value, one)), None)
    return repr(value) if kind is None else kind(value)


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
