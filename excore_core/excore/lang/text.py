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
_MOST_SHOWN = 240  # characters of a line in a message
_SURROGATE = re.compile("[\ud800-\udfff]")
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
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def offset_in_line(line: str, column: int, encoding: Encoding) -> int:
    """Code-point offset in ``line`` of the code unit ``column``; clamped to the line.

    A column in the middle of a character gives the offset of that character.
    """
    column = max(0, column)
    line = line[:column]  # no character takes less than a unit
    if encoding == "utf-32" or line.isascii():
        return len(line)
    codec, size = ("utf-8", 1) if encoding == "utf-8" else ("utf-16-le", 2)
    data = _SURROGATE.sub("\uffff", line).encode(codec)
    return len(data[: column * size].decode(codec, "ignore"))


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
        return self.text[self.starts[number] : self._end(number)]

    def _end(self, number: int) -> int:
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        while end > self.starts[number] and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def excerpt(self, start: int, end: int) -> tuple[str, int, int]:
        """The line of a code-point offset as it is shown, and a range of the text in it: of a long line only what is
        around the range."""
        number = bisect_right(self.starts, start) - 1
        first, last = self.starts[number], self._end(number)
        cut = max(first, min(start - _MOST_SHOWN // 4, last - _MOST_SHOWN))
        until = min(last, cut + _MOST_SHOWN)
        before = "…" if cut > first else ""
        shown = f"{before}{self.text[cut:until]}{'…' if until < last else ''}"
        return shown, start - cut + len(before), min(end, until) - cut + len(before)

    def position(self, offset: int, encoding: Encoding = "utf-32") -> tuple[int, int]:
        """``(line, column)``, both 0-based, of a code-point offset; clamped to the text."""
        offset = max(0, min(offset, len(self.text)))
        number = bisect_right(self.starts, offset) - 1
        if encoding == "utf-32" or self.text.isascii():
            return number, offset - self.starts[number]
        return number, units(self.text[self.starts[number] : offset], encoding)

    def offset(self, line: int, column: int, encoding: Encoding = "utf-32") -> int:
        """Code-point offset of a position; a position past the end of its line or of the text is clamped."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        if encoding == "utf-32" or self.text.isascii():
            return self.starts[line] + max(0, min(column, self._end(line) - self.starts[line]))
        return self.starts[line] + offset_in_line(self.line(line), column, encoding)
