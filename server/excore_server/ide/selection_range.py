"""Ranges around a place, each within the next."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.syntax.tree import Array, InlineTable, KeyValue, Scalar, Value
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot


def selection_range(snapshot: Snapshot, path: str, offset: int) -> tuple[Span, ...]:
    """Ranges around ``offset``, from the innermost outwards; the last is the whole text."""
    file = snapshot.file(path)
    if file is None:
        return ()
    index = file.tree.block_at(offset)
    block, start = file.tree.blocks[index], file.tree.starts[index]
    at = offset - start
    spans = [Span(0, len(file.text)), Span(start, start + len(block.text))]
    header = block.header
    if header is not None and header.start <= at <= header.end:
        spans.append(Span(header.start, header.end).shift(start))
        spans.extend(Span(part.start, part.end).shift(start) for part in header.parts if part.start <= at <= part.end)
    for entry in block.entries:
        spans.extend(span.shift(start) for span in _around(entry, at))
    narrowed: list[Span] = []
    for span in spans:
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
