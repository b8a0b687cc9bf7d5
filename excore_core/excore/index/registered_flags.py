"""Prefixes and marks that a project registers by ``register_special_flag``, ``register_argument_hook`` and the like."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from excore.index.definition_facts import targets
from excore.index.facts import FileFacts, FlagFact
from excore.index.source_text import dotted
from excore.lang.grammar import DEFAULT, Grammar, HookMark, Prefix
from excore.lang.syntax.patterns import can_be_flag

_CALLED = ("register_special_flag", "register_argument_hook", "enable_finegrained_config")
REGISTERING_BYTES = tuple(name.encode() for name in _CALLED)
_FINEGRAINED = "*"


def has_flags(text: str) -> bool:
    """Whether a text may register any."""
    return any(name in text for name in _CALLED)


def flags_of(tree: ast.Module) -> Iterator[FlagFact]:
    """The flags that calls anywhere in ``tree`` register, be it in a function that a script calls."""
    nodes = list(ast.walk(tree))
    class_flags = {node.name: flag for node in nodes if isinstance(node, ast.ClassDef) for flag in _class_flags(node)}
    for node in nodes:
        name = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if not isinstance(node, ast.Call) or not name:
            continue
        if name == "enable_finegrained_config":
            kind, about = "mark", "FinegrainedConfig"
            char = _text(_argument(node, 0, "hook_flag"), class_flags, _FINEGRAINED)
        elif name in ("register_special_flag", "register_argument_hook"):
            kind = "prefix" if name == "register_special_flag" else "mark"
            node_type = _argument(node, 1, "node_type")
            about = dotted(node_type).rpartition(".")[2] if node_type is not None else ""
            char = _text(_argument(node, 0, "flag"), class_flags)
        else:
            continue
        if can_be_flag(char):
            yield kind, char, about


def grammar(files: Iterable[FileFacts]) -> Grammar:
    """The grammar of a project whose files say this; the very default one where nothing is registered."""
    result = DEFAULT
    for kind, char, about in sorted({flag for facts in files for flag in map(tuple, facts.get("flags", ()))}):
        if kind == "mark" and char not in result.marks:
            result = result.with_mark(HookMark(char, about))
        elif kind == "prefix" and char not in result.prefixes:
            result = result.with_prefix(Prefix(char, "custom", 0, f"a `{about}`" if about else "a node of the project"))
    return result


def _class_flags(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            if any(dotted(target) == "flag" for target in targets(statement)):
                yield _text(statement.value, {})


def _argument(call: ast.Call, index: int, name: str) -> ast.expr | None:
    if len(call.args) > index:
        return call.args[index]
    return next((item.value for item in call.keywords if item.arg == name), None)


def _text(node: ast.expr | None, class_flags: dict[str, str], default: str = "") -> str:
    """A constant text, or the flag of a class of the same file that is named as ``Class.flag``."""
    if node is None:
        return default
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    name, _, attribute = dotted(node).rpartition(".")
    return class_flags.get(name, "") if attribute == "flag" else ""
