"""The outline of a config."""

from __future__ import annotations

from typing import Literal, NamedTuple

from excore.lang.syntax.tree import Block, Header, KeyValue
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.cursor import header_path
from excore_server.ide.view import View

SymbolKind = Literal["section", "table", "class", "function", "module", "variable", "argument"]
_MANY = 2000  # sections; an outline of more shows no arguments, nobody reads and every editor stores them


class Symbol(NamedTuple):
    """A header with its arguments, or a top-level value. ``span`` is the name, ``whole`` all that belongs to it."""

    name: str
    kind: SymbolKind
    span: Span
    whole: Span
    detail: str = ""
    children: tuple[Symbol, ...] = ()

    def shift(self, by: int) -> Symbol:
        """The same symbol, ``by`` code points further on."""
        children = tuple(child.shift(by) for child in self.children)
        return Symbol(self.name, self.kind, self.span.shift(by), self.whole.shift(by), self.detail, children)


def document_symbols(snapshot: Snapshot, path: str) -> tuple[Symbol, ...]:
    """The outline in order of the text; half-typed headers are left out."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    deep = shows_arguments(file)
    return tuple(
        symbol.shift(start)
        for block, start in zip(file.tree.blocks, file.tree.starts, strict=True)
        for symbol in block_symbols(view, block, deep)
    )


def shows_arguments(file: File) -> bool:
    """Whether the outline of a file has the arguments of its sections."""
    return len(file.tree.blocks) <= _MANY


def block_symbols(view: View, block: Block, deep: bool) -> tuple[Symbol, ...]:
    """The part of the outline that one block gives, with spans in the block.

    It depends on the catalog and the project of the view, and on nothing else in the file.
    """
    if block.header is None:
        return tuple(_entry(entry, "variable") for entry in block.entries)
    return (_section(view, block, block.header, deep),) if block.top is not None else ()


def _section(view: View, block: Block, header: Header, deep: bool) -> Symbol:
    names = header_path(block)
    slot = view.slot(names)
    entry = view.entry(names) if slot.is_section else None
    kind: SymbolKind = "section" if slot.section else "table"
    end = max(block.entries[-1].end if block.entries else 0, header.end)
    return Symbol(
        ".".join(names),
        kind,
        Span(header.parts[0].start, header.parts[-1].end),
        Span(header.start, end),
        entry.registry if entry is not None else "",
        tuple(_entry(entry, "argument") for entry in block.entries) if deep else (),
    )


def _entry(entry: KeyValue, kind: SymbolKind) -> Symbol:
    parts = entry.parts
    name = parts[0].name if len(parts) == 1 else ".".join(part.name for part in parts)
    start, end = parts[0].start, parts[-1].end
    return Symbol(name or "?", kind, Span(start, end), Span(start, max(end, entry.end)))
