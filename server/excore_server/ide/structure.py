"""What follows from the text alone: folding, selection ranges, links to base files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from excore.lang.grammar import BASE_KEY
from excore.lang.resolve.inherit import read_bases
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyValue, Scalar, Value
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines (0-based, both included) that fold into the first."""

    first: int
    last: int
    kind: Literal["region", "comment"] = "region"


def folding(snapshot: Snapshot, path: str) -> tuple[Fold, ...]:
    """Sections, values over several lines, and runs of comment lines."""
    file = snapshot.file(path)
    if file is None:
        return ()
    tree = file.tree
    return tuple(
        Fold(line + fold.first, line + fold.last, fold.kind)
        for block, line in zip(tree.blocks, tree.lines_before, strict=False)
        for fold in block_folds(block)
    )


def block_folds(block: Block) -> tuple[Fold, ...]:
    """The folds of one block, with lines counted in the block. No run of comment lines goes over a header."""
    if not block.newlines:
        return ()
    found: list[Fold] = []
    last = 0
    if block.header is not None and block.entries:
        first, _ = block.lines.position(block.header.start)
        last, _ = block.lines.position(block.entries[-1].end)
        _add(found, first, last)
    if block.header is None or last > len(block.entries):  # else every entry has a line of its own
        for entry in block.entries:
            first, _ = block.lines.position(entry.start)
            last, _ = block.lines.position(entry.end)
            _add(found, first, last)
    if "#" in block.text:
        found.extend(_comments(block))
    return tuple(dict.fromkeys(found))


def _add(found: list[Fold], first: int, last: int) -> None:
    if last > first:
        found.append(Fold(first, last))


def _comments(block: Block) -> Iterator[Fold]:
    first = None
    lines = block.lines
    for number in range(len(lines)):
        if lines.line(number).lstrip().startswith("#"):
            first = number if first is None else first
        elif first is not None:
            if number - 1 > first:
                yield Fold(first, number - 1, "comment")
            first = None
    if first is not None and len(lines) - 1 > first:
        yield Fold(first, len(lines) - 1, "comment")


def selection(snapshot: Snapshot, path: str, offset: int) -> tuple[Span, ...]:
    """Ranges around ``offset``, from the innermost outwards; the last is the whole text."""
    file = snapshot.file(path)
    if file is None:
        return ()
    index = file.tree.block_at(offset)
    block, start = file.tree.blocks[index], file.tree.starts[index]
    at = offset - start
    found = [Span(0, len(file.text)), Span(start, start + len(block.text))]
    header = block.header
    if header is not None and header.start <= at <= header.end:
        found.append(Span(header.start, header.end).shift(start))
        found.extend(Span(part.start, part.end).shift(start) for part in header.parts if part.start <= at <= part.end)
    for entry in block.entries:
        found.extend(span.shift(start) for span in _around(entry, at))
    narrowed: list[Span] = []
    for span in found:
        if not narrowed or (span != narrowed[-1] and narrowed[-1].start <= span.start and span.end <= narrowed[-1].end):
            narrowed.append(span)
    return tuple(reversed(narrowed))


def _around(entry: KeyValue, at: int) -> Iterator[Span]:
    if entry.start <= at <= entry.end:
        yield Span(entry.start, entry.end)
        for part in entry.parts:
            if part.start <= at <= part.end:
                yield Span(part.start, part.end)
        yield from _in_value(entry.value, at)


def _in_value(value: Value, at: int) -> Iterator[Span]:
    if not value.start <= at <= value.end:
        return
    yield Span(value.start, value.end)
    if isinstance(value, Scalar) and value.kind == "string":
        inner = Span(value.offset(0), value.offset(len(str(value.value))))
        if inner.start <= at <= inner.end:
            yield inner
    elif isinstance(value, Array):
        for item in value.items:
            yield from _in_value(item, at)
    elif isinstance(value, InlineTable):
        for entry in value.entries:
            yield from _around(entry, at)


@dataclass(frozen=True, slots=True)
class Link:
    """A path in ``__base__`` and the file it means."""

    span: Span
    target: str


def links(snapshot: Snapshot, path: str) -> tuple[Link, ...]:
    """The files of ``__base__`` that exist."""
    file = snapshot.file(path)
    if file is None or BASE_KEY not in file.tables.root.bindings:
        return ()
    found = []
    for base in read_bases(path, file.tables)[0]:
        if snapshot.file(base.path) is not None:
            span = file.absolute(base.origin)
            found.append(Link(Span(span.start + 1, max(span.start + 1, span.end - 1)), base.path))
    return tuple(found)
