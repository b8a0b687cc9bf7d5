"""Prefixes and marks that a project registers: `register_special_flag`, `register_argument_hook` and those on top."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from excore.index.facts import Facts, FlagFact
from excore.index.source_text import dotted
from excore.lang.grammar import DEFAULT, Grammar, HookMark, Prefix
from excore.lang.syntax.patterns import can_be_flag

_CALLED = r"\b(?:register_special_flag|register_argument_hook|enable_finegrained_config)\b"
REGISTERING = re.compile(_CALLED)
REGISTERING_BYTES = re.compile(_CALLED.encode())
_FINEGRAINED = "*"


def found(statements: Iterable[ast.stmt]) -> Iterator[FlagFact]:
    """The flags that calls anywhere in ``statements`` register, be it in a function that a script calls."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    own = {node.name: flag for node in nodes if isinstance(node, ast.ClassDef) for flag in _flag_of(node)}
    for node in nodes:
        name = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if not isinstance(node, ast.Call) or not name:
            continue
        if name == "enable_finegrained_config":
            char = _text(_argument(node, 0, "hook_flag"), own, _FINEGRAINED)
            yield from _fact("mark", char, "FinegrainedConfig")
        elif name in ("register_special_flag", "register_argument_hook"):
            made = _argument(node, 1, "node_type")
            about = dotted(made).rpartition(".")[2] if made is not None else ""
            char = _text(_argument(node, 0, "flag"), own)
            yield from _fact("prefix" if name == "register_special_flag" else "mark", char, about)


def grammar(modules: Iterable[Facts]) -> Grammar:
    """The grammar of a project; the very default one where nothing is registered."""
    made = DEFAULT
    for kind, char, about in sorted({flag for facts in modules for flag in map(tuple, facts.get("flags", ()))}):
        if kind == "mark" and char not in made.marks:
            made = made.with_mark(HookMark(char, about))
        elif kind == "prefix" and char not in made.prefixes:
            made = made.with_prefix(Prefix(char, "custom", 0, f"a `{about}`" if about else "a node of the project"))
    return made


def _fact(kind: str, char: str, about: str) -> Iterator[FlagFact]:
    if can_be_flag(char):
        yield kind, char, about


def _flag_of(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(target, ast.Name) and target.id == "flag" for target in targets):
                yield _text(statement.value, {})


def _argument(call: ast.Call, index: int, name: str) -> ast.expr | None:
    if len(call.args) > index:
        return call.args[index]
    return next((item.value for item in call.keywords if item.arg == name), None)


def _text(node: ast.expr | None, own: dict[str, str], default: str = "") -> str:
    """A constant text, or the flag of a class of this file that is named as `Class.flag`."""
    if node is None:
        return default
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    name, _, attribute = dotted(node).rpartition(".")
    return own.get(name, "") if attribute == "flag" else ""
