"""The syntax tree of one config file: a sequence of blocks, each of which knows only itself.

A *block* is a header line with all that follows up to the next header; the first block of a file has no header and may
be empty. Every offset in a block is relative to the block's own text, so that an edit replaces the blocks it touches
and shares all others with the tree before it. Joined block texts are the file's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal, TypeAlias

from excore.lang.syntax.patterns import SCALAR
from excore.lang.syntax.scalar import decode, source_offset
from excore.lang.text import LineIndex

_UNREAD = object()

ScalarKind = Literal[
    "string", "integer", "float", "boolean", "datetime", "datetime-local", "date-local", "time-local", "none", "object"
]  # "none" stands for Python's None, "object" for a value that no text stands for: it was given in Python


class KeyPart:
    """One part of a (dotted) key, as ``FCN`` in ``[Model.FCN]`` or ``!backbone`` in ``!backbone.a = 1``."""

    __slots__ = ("broken", "end", "name", "quoted", "start")

    def __init__(self, name: str, start: int, end: int, quoted: bool = False, broken: bool = False) -> None:
        self.name = name  # decoded, with its prefix character
        self.start = start  # with quotes, if any
        self.end = end
        self.quoted = quoted
        self.broken = broken  # not a key at all (`""` where one is expected, `!@a`): reported, and never bound


class Scalar:
    """A string, number, boolean or date. ``raw`` is its source text, ``value`` its Python value."""

    __slots__ = ("_value", "end", "kind", "raw", "start")

    def __init__(self, kind: ScalarKind, raw: str, start: int, end: int) -> None:
        self.kind = kind
        self.raw = raw
        self.start = start
        self.end = end
        self._value: object = _UNREAD

    @property
    def value(self) -> object:
        """The decoded Python value, as ``tomllib`` gives it; decoded once, on demand."""
        value = self._value
        if value is _UNREAD:
            value = self._value = decode(self.kind, self.raw)
        return value

    def offset(self, index: int) -> int:
        """Block offset of character ``index`` of a decoded string; escapes and multi-line forms are accounted for."""
        return self.start + source_offset(self.raw, index)


class Array:
    """``[a, b]``. ``closed`` is false where the closing bracket is missing.

    Instead of ``items`` the source text of a *flat* array can be given: one of plain scalars, complete, on one line.
    Its items are made when they are asked for.
    """

    __slots__ = ("_items", "_raw", "closed", "end", "start")

    def __init__(
        self, items: tuple[Value, ...] | None, start: int, end: int, closed: bool = True, raw: str = ""
    ) -> None:
        self._items = items
        self._raw = raw
        self.start = start
        self.end = end
        self.closed = closed

    @property
    def flat(self) -> bool:
        """Whether it is known to hold plain scalars only."""
        return self._raw != ""

    @property
    def items(self) -> tuple[Value, ...]:
        """The values in it, in order."""
        items = self._items
        if items is None:
            base = -self.start
            items = self._items = tuple([plain_scalar(match, base) for match in SCALAR.finditer(self._raw, 1)])
        return items

    def same_text(self, other: Array) -> bool:
        """Whether both are flat and written alike."""
        return self.flat and self._raw == other._raw

    def values(self) -> list[object]:
        """The Python values of a flat array, without its items."""
        return [decode(plain_kind(match), match[0]) for match in SCALAR.finditer(self._raw, 1)]


def plain_kind(match: re.Match[str]) -> ScalarKind:
    """The kind of what ``SCALAR`` matched."""
    group = match.lastindex
    return "string" if group == 1 else "boolean" if group == 4 else "float" if match[3] else "integer"


def plain_scalar(match: re.Match[str], base: int) -> Scalar:
    """The scalar that ``SCALAR`` matched."""
    return Scalar(plain_kind(match), match[0], match.start() - base, match.end() - base)


class InlineTable:
    """``{a = 1}``. ``closed`` is false where the closing brace is missing."""

    __slots__ = ("closed", "end", "entries", "start")

    def __init__(self, entries: tuple[KeyValue, ...], start: int, end: int, closed: bool = True) -> None:
        self.entries = entries
        self.start = start
        self.end = end
        self.closed = closed


class Missing:
    """The place where a value is expected and none (or none that can be read) stands; covers what stands there."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


Value: TypeAlias = Scalar | Array | InlineTable | Missing


class KeyValue:
    """``key = value``; also a half-typed line: then ``equals`` is -1 (no ``=``) or the value is ``Missing``."""

    __slots__ = ("equals", "parts", "value")

    def __init__(self, parts: tuple[KeyPart, ...], equals: int, value: Value) -> None:
        self.parts = parts
        self.equals = equals  # offset of `=`, or -1
        self.value = value

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.value.end


class Header:
    """``[a.b]`` or ``[[a.b]]``. In a half-typed header ``parts`` may be empty and ``closed`` false."""

    __slots__ = ("array", "closed", "end", "parts", "start")

    def __init__(self, parts: tuple[KeyPart, ...], array: bool, start: int, end: int, closed: bool = True) -> None:
        self.parts = parts
        self.array = array
        self.start = start  # of the first bracket
        self.end = end  # behind the last bracket
        self.closed = closed


class SyntaxProblem:
    """What is not TOML, at a range of its block. ``code`` is one of ``problems.CATALOGUE``."""

    __slots__ = ("code", "end", "message", "start")

    def __init__(self, message: str, start: int, end: int, code: str = "syntax") -> None:
        self.message = message
        self.start = start
        self.end = end
        self.code = code


class Block:
    """One header and its entries. Immutable, shared between trees; identity is what memos key on."""

    def __init__(
        self,
        text: str,
        header: Header | None,
        entries: tuple[KeyValue, ...],
        problems: tuple[SyntaxProblem, ...],
        reach: int,
    ) -> None:
        self.text = text
        self.header = header
        self.entries = entries
        self.problems = problems
        self.reach = reach  # how far past its end the parser had to look to decide where the block ends
        parts = header.parts if header is not None else ()
        self.top = parts[0].name if parts and not parts[-1].broken else None  # first name of a usable header

    @cached_property
    def newlines(self) -> int:
        """Number of line ends in it."""
        text = self.text
        return text.count("\n") if "\r" not in text else len(LineIndex(text)) - 1

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex(self.text)


def key_parts(block: Block) -> Iterator[KeyPart]:
    """The parts of all keys of a block, also of those in inline tables and arrays, in the order of the text."""
    if block.header is not None:
        yield from block.header.parts
    yield from _parts_in(block.entries)


def _parts_in(nodes: Iterable[KeyValue | Value]) -> Iterator[KeyPart]:
    for node in nodes:
        if isinstance(node, KeyValue):
            yield from node.parts
            yield from _parts_in((node.value,))
        elif isinstance(node, InlineTable):
            yield from _parts_in(node.entries)
        elif isinstance(node, Array) and not node.flat:
            yield from _parts_in(node.items)
