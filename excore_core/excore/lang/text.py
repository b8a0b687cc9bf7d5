"""Coordinates: the only place where offsets, lines and encodings are turned into each other.

Inside the product every position is an offset in code points. Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` and nowhere
else, as the Language Server Protocol says (3.17, "Text Documents"); ``str.splitlines`` splits at more.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n?|\n")
_MERGE_MARK = re.compile(r"^(?:<{7} |\|{7}|={7}(?=\r?$)|>{7} )[^\r\n]*", re.MULTILINE)


class Span(NamedTuple):
    """Half-open range of code-point offsets; what it is relative to is said by its owner."""

    start: int
    end: int

    def shift(self, by: int) -> Span:
        """The same range, ``by`` code points further on."""
        return Span(self.start + by, self.end + by)


class Conflict(NamedTuple):
    """What git could not merge: the line ``<<<<<<<``, the first side, and where the line ``>>>>>>>`` ends."""

    mark: Span
    ours: Span
    end: int


def conflicts(text: str) -> list[Conflict]:
    """The merge conflicts that stand in a text."""
    found: list[Conflict] = []
    marks: list[re.Match[str]] = []
    for mark in _MERGE_MARK.finditer(text) if "<<<<<<< " in text else ():
        sign = mark[0][0]
        if sign == "<":
            marks = [mark]
        elif sign != ">":
            marks += [mark] if marks else []
        elif any(one[0][0] == "=" for one in marks):
            ours = Span(marks[0].end(), marks[1].start())
            found.append(Conflict(Span(*marks[0].span()), ours, mark.end()))
            marks = []
    return found


class Edit(NamedTuple):
    """``text`` in place of ``start`` to ``end``; absolute code-point offsets."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` after edits that are in order and do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


def printable(text: str, but: str = "") -> str:
    """A text without what terminals obey: control characters, changes of direction and the like are written as escapes.

    ``but`` are characters that stay. Names in files and of files may hold anything.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in but else _escape(char) for char in text)


def _escape(char: str) -> str:
    # what is left are blanks of other kinds than the usual one
    return char if unicodedata.category(char) == "Zs" else char.encode("unicode_escape", "surrogatepass").decode()


def line_starts(text: str) -> list[int]:
    """Offsets at which the lines of ``text`` begin; always at least ``[0]``."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def units(text: str, encoding: Encoding) -> int:
    """Number of code units that ``text`` takes in ``encoding``."""
    if text.isascii() or encoding == "utf-32":
        return len(text)
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def offset_in_line(line: str, column: int, encoding: Encoding) -> int:
    """Code-point offset in ``line`` of the code unit ``column``; clamped to the line.

    A column in the middle of a character gives the offset of that character.
    """
    if line.isascii() or encoding == "utf-32":
        return max(0, min(column, len(line)))
    remaining = column
    for offset, char in enumerate(line):
        width = units(char, encoding)
        if remaining < width:
            return offset
        remaining -= width
    return len(line)


class LineIndex:
    """Lines of one text. Built once per text; ``starts`` may be shared."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = line_starts(text)

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, number: int) -> str:
        """Text of line ``number`` (0-based) without its line end."""
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def position(self, offset: int, encoding: Encoding = "utf-32") -> tuple[int, int]:
        """``(line, column)``, both 0-based, of a code-point offset; clamped to the text."""
        offset = max(0, min(offset, len(self.text)))
        number = bisect_right(self.starts, offset) - 1
        return number, units(self.text[self.starts[number] : offset], encoding)

    def offset(self, line: int, column: int, encoding: Encoding = "utf-32") -> int:
        """Code-point offset of a position; a position past the end of its line or of the text is clamped."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        return self.starts[line] + offset_in_line(self.line(line), column, encoding)
