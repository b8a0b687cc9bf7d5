"""The layout of a config: which blanks and line ends stand where. Only those change, and commas behind the last
item of an array or inline table of several lines.

Keys, values, comments and their order stay as they are written. A layout is a row of edits, so that an editor
keeps its cursor and a file that is laid out already is left alone.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.patterns import IGNORE
from excore.lang.syntax.tree import Array, Block, Header, InlineTable, KeyPart, KeyValue, Value, key_parts
from excore.lang.syntax.writer import is_bare, key_text
from excore.lang.text import Edit, applied

INDENT = "    "
WIDTH = 80
_COMMENT = re.compile(r"#[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\n|\r")
_BEHIND = "  "  # in front of a comment that touches what it is about
_MARK = "\ufeff"


class _Item(NamedTuple):
    """A header or an entry, at absolute offsets."""

    node: Header | KeyValue
    start: int
    end: int
    base: int


class _Comment(NamedTuple):
    start: int
    end: int
    own_line: bool


def layout(
    tree: SyntaxTree, start: int = 0, end: int | None = None, *, indent: str = INDENT, width: int = WIDTH
) -> tuple[Edit, ...] | None:
    """What to replace so that the text is laid out, in order; None where the text is not TOML.

    An array whose line would be longer than ``width`` gets one line for each item; with 0 none does.
    With ``start`` and ``end`` only the lines of the headers and entries that this range touches are laid out.
    """
    if next(tree.problems, None) is not None:
        return None
    text = tree.text
    writer = _Layout(text, indent, width or sys.maxsize)
    if start <= 0 and (end is None or end >= len(text)):
        writer.whole(tree)
        return tuple(sorted(writer.edits))
    blocks = zip(tree.blocks, tree.starts, strict=True)
    items = [_item(node, base) for block, base in blocks for node in _nodes(block)]
    first = bisect_left([item.end for item in items], start)
    last = bisect_right([item.start for item in items], len(text) if end is None else end)
    for index in range(first, last):
        if index > first:
            writer.between(items[index - 1], items[index])
        writer.item(items[index])
    return tuple(sorted(writer.edits))


def formatted(tree: SyntaxTree, indent: str = INDENT, width: int = WIDTH) -> str | None:
    """The text laid out; None where it is not TOML."""
    edits = layout(tree, indent=indent, width=width)
    return None if edits is None else applied(tree.text, edits)


def _nodes(block: Block) -> tuple[Header | KeyValue, ...]:
    return (*((block.header,) if block.header is not None else ()), *block.entries)


def _item(node: Header | KeyValue, base: int) -> _Item:
    return _Item(node, base + node.start, base + node.end, base)


_STRING = r"\"[^\"\\\r\n]*\"|'[^'\r\n]*'"
_SCALAR = rf"(?:{_STRING}|[^\s\"'#=,\[\]{{}}]+)"
_KEY = rf"[^\s\"'#=,\[\]{{}}]*(?:(?:{_STRING})[^\s\"'#=,\[\]{{}}]*)*"
_TOUCHING = r"(?:[ \t]+#[^\r\n]*(?<!\s))?\n"


@cache
def _laid_out(width: int) -> re.Pattern[str]:
    """What matches most blocks that are laid out, and no other: lines of keys and plain values, and comments that
    stand above them. Group 1 is the empty line that belongs in front of a header."""
    short = rf"(?!.{{{width + 1}}})" if width < sys.maxsize else ""
    array = rf"{short}{_KEY} = \[(?:{_SCALAR}(?:, {_SCALAR})*)?\]"
    entry = rf"(?:#[^\r\n]*(?<!\s)\n\n?)*(?:{_KEY} = {_SCALAR}|{array}){_TOUCHING}"
    return re.compile(rf"(?:\[{{1,2}}{_KEY}\]{{1,2}}{_TOUCHING})?(?:{entry}(?:\n?{entry})*)?(?<=\n)(\n?)|")


class _Layout:
    def __init__(self, text: str, indent: str, width: int) -> None:
        self.text = text
        self.width = width
        self.indent = indent
        self.edits: list[Edit] = []
        newline = _LINE_END.search(text)
        self.newline = newline.group() if newline is not None else "\n"

    def put(self, start: int, end: int, text: str) -> None:
        if self.text[start:end] != text:
            self.edits.append(Edit(start, end, text))

    def lines(self, gap: str, count: int) -> str:
        """``count`` line ends, those of ``gap`` as far as it has them."""
        there = _LINE_END.findall(gap)[:count]
        return "".join(there) + (there[-1] if there else self.newline) * (count - len(there))

    def comments(self, start: int, end: int) -> list[_Comment]:
        """The comments of a gap without the blanks at their ends."""
        comments: list[_Comment] = []
        for match in _COMMENT.finditer(self.text, start, end):
            own_line = _LINE_END.search(self.text, comments[-1].end if comments else start, match.start()) is not None
            comments.append(_Comment(match.start(), match.start() + len(match.group().rstrip()), own_line))
        return comments

    def whole(self, tree: SyntaxTree) -> None:
        """All of a file. A block that is laid out is not looked into."""
        laid_out = _laid_out(self.width)
        before: _Item | None = None
        ended = True  # whether nothing is to be done in front of the next item
        for number, (block, base) in enumerate(zip(tree.blocks, tree.starts, strict=True), 1):
            nodes = _nodes(block)
            match = laid_out.fullmatch(block.text)
            ended &= match is not None or (block.header is not None and block.header.start == 0)
            if match is None or not ended:
                for node in nodes if match is None else nodes[:1]:
                    item = _item(node, base)
                    if not ended:
                        self.between(before, item)
                    if match is None:
                        self.item(item)
                    before, ended = item, False
            if nodes:
                before = _item(nodes[-1], base)
            ended = match is not None and (not nodes or bool(match[1]) == (number < len(tree.blocks)))
        if not ended:
            self.between(before, None)

    # -- between items

    def between(self, before: _Item | None, after: _Item | None) -> None:
        """The blanks, empty lines and comments in front of ``after`` (None: the end of the file)."""
        start = before.end if before is not None else 0
        end = after.start if after is not None else len(self.text)
        if before is None and self.text.startswith(_MARK):
            start = 1
        comments = self.comments(start, end)
        edges = [start, *(edge for comment in comments for edge in comment[:2]), end]
        gaps = [(edges[index], edges[index + 1]) for index in range(0, len(edges), 2)]
        breaks = [len(_LINE_END.findall(self.text[a:b])) for a, b in gaps]
        blank = self.blank_lines(before, after, comments, breaks)
        for index, (a, b) in enumerate(gaps):
            gap = self.text[a:b]
            if index == 0 and before is None:
                space = ""
            elif index == len(gaps) - 1 and after is None:
                space = self.lines(gap, 1)
            elif not breaks[index]:
                space = gap or _BEHIND
            else:
                space = self.lines(gap, 1 + blank[index])
            self.put(a, b, space)

    def blank_lines(
        self, before: _Item | None, after: _Item | None, comments: list[_Comment], breaks: list[int]
    ) -> list[int]:
        """For each gap whether an empty line belongs there.

        One stands above each header, above the comment on it where there is one: lines that touch the header, and
        nothing above; or the one line that silences problems of the header.
        """
        blank = [int(count > 1) for count in breaks]
        if before is not None and isinstance(before.node, Header):
            blank[0] = 0
            if len(blank) > 1 and not breaks[0]:
                blank[1] = 0
        if after is not None and isinstance(after.node, Header):
            top = len(breaks) - 1
            while top > 0 and breaks[top] == 1:
                top -= 1
            if breaks[top] > 1 or (top == 0 and before is None):
                blank[top] = 1
            elif comments and comments[-1].own_line and IGNORE in self.text[comments[-1].start : comments[-1].end]:
                blank[-2] = 1
            else:
                blank[-1] = 1
        return blank

    # -- one item

    def item(self, item: _Item) -> None:
        node = item.node
        if isinstance(node, KeyValue):
            self.entry(node, item.base, 0)
            return
        width = 2 if node.array else 1
        self.put(item.start + width, item.base + node.parts[0].start, "")
        self.key(node.parts, item.base)
        self.put(item.base + node.parts[-1].end, item.end - width, "")

    def key(self, parts: tuple[KeyPart, ...], base: int) -> None:
        for index in range(1, len(parts)):
            self.put(base + parts[index - 1].end, base + parts[index].start, ".")

    def entry(self, entry: KeyValue, base: int, depth: int, in_table: bool = False) -> None:
        self.key(entry.parts, base)
        self.put(base + entry.parts[-1].end, base + entry.equals, " ")
        self.put(base + entry.equals + 1, base + entry.value.start, " ")
        self.value(entry.value, base, depth, -1 if in_table else _key_length(entry) + 3)

    def value(self, value: Value, base: int, depth: int, column: int) -> None:
        """``column`` is where the value begins, or negative where its line must not be broken."""
        if isinstance(value, Array):
            self.array(value, base, depth, column)
        elif isinstance(value, InlineTable):
            self.inline(value, base, depth)

    def inline(self, table: InlineTable, base: int, depth: int) -> None:
        several = self.items(list(_edges(table, table.entries, base)), " ", depth)
        for entry in table.entries:
            self.entry(entry, base, depth + several, in_table=True)

    def array(self, array: Array, base: int, depth: int, column: int) -> None:
        edges = list(_edges(array, array.items, base))
        written = self.text[base + array.start : base + array.end]
        broken = len(edges) > 2 and _LINE_END.search(written) is None and column + _length(array) > self.width
        if column >= 0 and broken:
            self.tall(edges, depth, one_each=True)
            several = True
        else:
            several = self.items(edges, "", depth)
        inner = len(self.indent) * (depth + 1) + 1 if several and column >= 0 else -1  # with the comma behind it
        for item in array.items:
            self.value(item, base, depth + several, inner)

    def items(self, edges: list[tuple[int, int]], padding: str, depth: int) -> bool:
        """What stands around the items of an array or inline table; whether it goes over several lines."""
        several = any(_LINE_END.search(self.text, a, b) for a, b in edges)
        if several and len(edges) == 1:
            several = bool(self.comments(*edges[0]))
        if several:
            self.tall(edges, depth)
        else:
            last = len(edges) - 1
            for index, (a, b) in enumerate(edges):
                self.put(a, b, ", " if 0 < index < last else padding if last else "")
        return several

    def tall(self, edges: list[tuple[int, int]], depth: int, one_each: bool = False) -> None:
        """Items over several lines, which stay unless it is ``one_each``; each line begins at the same column, and a
        comma ends the last item."""
        for index, (start, end) in enumerate(edges):
            closing = index == len(edges) - 1
            comments = self.comments(start, end)
            points = [start, *(edge for comment in comments for edge in comment[:2]), end]
            for number in range(0, len(points), 2):
                a, b = points[number], points[number + 1]
                opening = index == 0 and number == 0
                ended = number == len(points) - 2
                comma = "," if number == 0 and index > 0 else ""
                gap = self.text[a:b]
                breaks = len(_LINE_END.findall(gap))
                if not breaks and not ended:
                    space = gap[gap.find(",") + 1 :] or _BEHIND
                elif not breaks and not opening and not closing and not one_each:
                    space = " "
                else:
                    blank = int(breaks > 1 and not opening and not (closing and ended))
                    space = self.lines(gap, 1 + blank) + self.indent * (depth + (not (closing and ended)))
                self.put(a, b, comma + space)


def _length(value: Value) -> int:
    """How long a value is when it is laid out on one line."""
    if isinstance(value, Array):
        return 2 + sum(map(_length, value.items)) + 2 * max(0, len(value.items) - 1)
    if isinstance(value, InlineTable):
        entries = value.entries
        return 2 + sum(_key_length(one) + 3 + _length(one.value) for one in entries) + 2 * len(entries)
    return value.end - value.start


def _key_length(entry: KeyValue) -> int:
    return sum(part.end - part.start for part in entry.parts) + len(entry.parts) - 1


def _edges(value: Array | InlineTable, items: Iterable[Value | KeyValue], base: int) -> Iterator[tuple[int, int]]:
    """What stands in front of each item of an array or inline table, and behind the last."""
    at = base + value.start + 1
    for item in items:
        yield at, base + item.start
        at = base + item.end
    yield at, base + value.end - 1


def quoted(tree: SyntaxTree) -> str:
    """The text of a tree with every key quoted that TOML does not know as a bare one."""
    pieces: list[str] = []
    for block in tree.blocks:
        at = 0
        for part in key_parts(block):
            if not part.quoted and not part.broken and not is_bare(part.name):
                pieces += [block.text[at : part.start], key_text(part.name)]
                at = part.end
        pieces.append(block.text[at:])
    return "".join(pieces)
