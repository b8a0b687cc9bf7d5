"""Attribute paths: ``blocks[0].out(True, name='a.b@c')`` after a reference, read without evaluating anything.

A path is a chain of names; each may be followed by indexes and calls whose contents are Python literals.
Columns are 0-based offsets into the text given.
"""

from __future__ import annotations

import ast
import keyword
import warnings
from dataclasses import dataclass
from typing import Any, TypeAlias

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "'\""


class PathError(ValueError):
    """The text is no attribute path; ``column`` says where it stops being one."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.column)


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name``; ``start`` and ``end`` enclose the name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Index:
    """``[value]``; ``start`` and ``end`` include the brackets."""

    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """``(*args, **kwargs)``; ``start`` and ``end`` include the parentheses."""

    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]
    start: int
    end: int


Step: TypeAlias = Attribute | Index | Call

# Other names with two underscores lead to Python's machinery, as those of frames and code do, and from there to
# anything: a config must not become a program.
_SPECIAL = frozenset(("__version__", "__name__", "__qualname__", "__doc__", "__len__"))
_MACHINERY = frozenset(
    f"{owner}_{name}"
    for owner, names in {
        "gi": ("frame", "code", "yieldfrom"),
        "cr": ("frame", "code", "await", "origin"),
        "ag": ("frame", "code", "await"),
        "tb": ("frame", "next"),
        "f": ("globals", "locals", "builtins", "back", "code", "trace", "generator"),
        "func": ("globals", "code", "closure"),
        "im": ("func", "self", "class"),
    }.items()
    for name in names
)


def parse_path(text: str) -> tuple[Step, ...]:
    """The steps of ``text``, which begins with a name. Raises ``PathError``."""
    steps: list[Step] = []
    at = 0
    while True:
        end = _name_end(text, at)
        name = text[at:end]
        if not name:
            if text.startswith("(", at):
                raise PathError("arguments of a module stand in its own table, not in parentheses", at)
            raise PathError("the name of an attribute is expected", at)
        if not name.isidentifier() or keyword.iskeyword(name):
            raise PathError(f"`{name}` is not the name of an attribute", at)
        if _is_machinery(name):
            raise PathError(f"`{name}` belongs to Python itself and cannot be reached from a config", at)
        steps.append(Attribute(name, at, end))
        at = end
        while at < len(text) and text[at] in "[(":
            end = bracket_end(text, at)
            steps.append(_index(text, at, end) if text[at] == "[" else _call(text, at, end))
            at = end
        if at == len(text):
            return tuple(steps)
        if text[at] != ".":
            raise PathError(f"unexpected `{text[at]}` in an attribute path", at)
        at += 1


def path_end(text: str, start: int, stops: str) -> int:
    """Where a path that begins at ``start`` ends: the first of ``stops`` outside brackets, or the end of the text."""
    at = start
    while at < len(text):
        char = text[at]
        if char in stops:
            return at
        at = _skip_bracket(text, at) if char in _CLOSING else at + 1
    return len(text)


def bracket_end(text: str, start: int) -> int:
    """The offset behind the bracket that closes the one at ``start``. Raises ``PathError`` if none does."""
    open_brackets = [(text[start], start)]
    at = start + 1
    while at < len(text):
        char = text[at]
        if char in _QUOTES:
            at = _string_end(text, at)
            continue
        if char in _CLOSING:
            open_brackets.append((char, at))
        elif char in _CLOSING.values():
            opening, where = open_brackets.pop()
            if _CLOSING[opening] != char:
                raise PathError(f"`{opening}` is closed by `{char}`", where)
            if not open_brackets:
                return at + 1
        at += 1
    opening, where = open_brackets[-1]
    raise PathError(f"`{opening}` is never closed", where)


def _is_machinery(name: str) -> bool:
    return name in _MACHINERY or (name.startswith("__") and name not in _SPECIAL)


def _skip_bracket(text: str, start: int) -> int:
    try:
        return bracket_end(text, start)
    except PathError:
        return len(text)


def _string_end(text: str, start: int) -> int:
    quote = text[start]
    if text.startswith(quote * 3, start):
        quote *= 3
    at = start + len(quote)
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    raise PathError("a string is never closed", start)


def _name_end(text: str, start: int) -> int:
    at = start
    while at < len(text) and text[at] not in ".[(":
        at += 1
    return at


def _index(text: str, start: int, end: int) -> Index:
    node = _expression(text, start, end, text[start + 1 : end - 1].strip())
    return Index(_literal(node, start, "an index"), start, end)


def _call(text: str, start: int, end: int) -> Call:
    node = _expression(text, start, end, f"_{text[start:end]}")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise PathError("the arguments of a call are expected", start)
    args = tuple(_literal(arg, start, "an argument") for arg in node.args)
    kwargs: list[tuple[str, Any]] = []
    for option in node.keywords:
        if option.arg is None:
            raise PathError("`**` cannot be used in an attribute path", start)
        kwargs.append((option.arg, _literal(option.value, start, f"the argument `{option.arg}`")))
    return Call(args, tuple(kwargs), start, end)


def _expression(text: str, start: int, end: int, source: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise PathError(f"`{text[start:end]}` is not made of Python literals", start) from error


def _literal(node: ast.expr, column: int, what: str) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise PathError(f"{what} is not a Python literal", column) from error
