"""Which node class a prefix makes and which hook a mark calls; both can be extended by the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from excore.config.attributes import GetAttr
from excore.config.nodes import ClassNode, InterNode, ModuleNode, ReusedNode, VariableReference
from excore.engine.hook import ConfigArgumentHook
from excore.lang.grammar import DEFAULT, PREFIXES, Grammar, HookMark, Prefix, PrefixKind
from excore.lang.syntax.patterns import can_be_flag

__all__ = ["Flags", "current", "register_argument_hook", "register_special_flag"]


@dataclass(frozen=True)
class Flags:
    """The grammar, node classes by prefix character, hook classes by mark."""

    grammar: Grammar
    nodes: Mapping[str, type[ModuleNode]]
    hooks: Mapping[str, type[ConfigArgumentHook]]


NODE_TYPES: Mapping[PrefixKind, type[ModuleNode]] = {
    "new": InterNode,
    "shared": ReusedNode,
    "class": ClassNode,
    "variable": VariableReference,
}

_current = Flags(
    DEFAULT,
    {"": ModuleNode, **{prefix.char: NODE_TYPES[prefix.kind] for prefix in PREFIXES}},
    {ConfigArgumentHook.flag: ConfigArgumentHook, GetAttr.flag: GetAttr},  # type: ignore[type-abstract]
)


def current() -> Flags:
    """What is registered now; the value does not change later."""
    return _current


def register_special_flag(flag: str, node_type: type[ModuleNode], force: bool = False) -> None:
    """Let arguments whose name begins with ``flag`` become nodes of class ``node_type``.

    Raises ValueError if the flag is taken (unless ``force``) or no character that can begin a key.
    """
    global _current
    _check(flag, flag in _current.nodes, force)
    grammar = _current.grammar
    if flag not in grammar.prefixes:
        summary = (node_type.__doc__ or node_type.__name__).strip().partition("\n")[0]
        grammar = grammar.with_prefix(Prefix(flag, "custom", _priority(node_type), summary))
    _current = replace(_current, grammar=grammar, nodes={**_current.nodes, flag: node_type})


def register_argument_hook(flag: str, node_type: type[ConfigArgumentHook], force: bool = False) -> None:
    """Let ``flag`` in a reference end its base and hand what follows to ``node_type.__excore_prepare__``.

    Raises ValueError if the flag is taken (unless ``force``) or no character that can stand for a hook.
    """
    global _current
    _check(flag, flag in _current.hooks, force)
    grammar = _current.grammar
    if flag not in _current.hooks:
        summary = (node_type.__doc__ or node_type.__name__).strip().partition("\n")[0]
        grammar = grammar.with_mark(HookMark(flag, summary))
    _current = replace(_current, grammar=grammar, hooks={**_current.hooks, flag: node_type})


def _priority(node_type: type[ModuleNode]) -> int:
    priority: Any = getattr(node_type, "priority", 0)
    return priority if isinstance(priority, int) else 0


def _check(flag: str, is_taken: bool, force: bool) -> None:
    if not can_be_flag(flag):
        raise ValueError(f"`{flag}` cannot be a flag; one character that is no letter, digit or part of TOML can.")
    if is_taken and not force:
        raise ValueError(f"The flag `{flag}` is taken already.")
