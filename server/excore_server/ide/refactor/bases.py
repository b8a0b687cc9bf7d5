"""Tables that move between a config and its bases."""

from __future__ import annotations

import os
from collections.abc import Iterator

from excore.lang.grammar import BASE_KEY
from excore.lang.resolve.inherit import Base, read_bases
from excore.lang.syntax.tree import KeyValue
from excore.lang.tables.table import Table
from excore.lang.text import Span
from excore.lang.workspace.host import File
from excore_server.ide.cursor import BasePlace, Cursor, HeaderPart, Key
from excore_server.ide.edits import Edit, WorkspaceEdit, workspace_edit
from excore_server.ide.edits_toml import (
    add_to_block,
    add_top_level,
    base_entry,
    base_text,
    block_path,
    line_end,
    newline,
    next_line,
    remove_entry,
    section_span,
    write_base,
)
from excore_server.ide.snippets import quote
from excore_server.ide.view import View, bindings_at


def extract_base(view: View, cursor: Cursor, span: Span) -> tuple[str, WorkspaceEdit] | None:
    """The title and change that move the tables and top-level values that a range touches into a new file."""
    file = view.file
    chosen = span.end > span.start
    if not chosen and not (isinstance(cursor, HeaderPart)):
        return None
    tables = [
        index
        for index, block in enumerate(file.tree.blocks)
        if block.header is not None and _touches(file, index, span)
    ]
    values = list(_values(file, span)) if chosen else []
    if not tables and not values:
        return None
    texts: list[str] = []
    edits: list[Edit] = []
    end = newline(file.text)
    for entry in values:
        edit = remove_entry(file, 0, entry, file.tree.blocks[0].entries, None)
        edits.append(edit)
        texts.append(file.text[edit.start : edit.end])
    if values and tables:
        texts.append(end)
    for index in tables:
        start, stop = section_span(file, index)
        edits.append(Edit(start, stop, ""))
        texts.append(file.text[start:stop])
    folder, name = os.path.split(file.path)
    path = _free_path(view, folder, name.removesuffix(".toml"))
    base = write_base(file, base_text(path, folder))
    if base is None or any(one.start < base.start < one.end for one in edits):
        return None
    text = "".join(texts).rstrip(" \t\r\n") + end
    count = len(tables) + len(values)
    what = f"`[{'.'.join(block_path(view.block(tables[0])))}]`" if count == 1 and tables else f"{count} items"
    title = f"Move {what} to the new base `{os.path.basename(path)}`"
    return title, workspace_edit({file.path: [base, *edits]}, {path: text})


def _touches(file: File, index: int, span: Span) -> bool:
    block, base = file.tree.blocks[index], file.tree.starts[index]
    assert block.header is not None
    last = block.entries[-1].end if block.entries else block.header.end
    return base + block.header.start <= span.end and span.start <= base + last


def _values(file: File, span: Span) -> Iterator[KeyValue]:
    base = file.tree.starts[0]
    for entry in file.tree.blocks[0].entries:
        if entry.parts[0].name != BASE_KEY and base + entry.start < span.end and span.start < base + entry.end:
            yield entry


def _free_path(view: View, folder: str, stem: str) -> str:
    number = 1
    while True:
        path = os.path.join(folder, f"{stem}_base{'' if number == 1 else number}.toml")
        if view.snapshot.file(path) is None:
            return path
        number += 1


def inline_base(view: View, cursor: Cursor) -> tuple[str, WorkspaceEdit] | None:
    """The title and change that write what a base says into the file instead of its name."""
    file = view.file
    bases, problems = read_bases(file.path, file.tables)
    if problems:
        return None
    if isinstance(cursor, BasePlace):
        inlined = next((base for base in bases if base.text == cursor.text), None)
    elif isinstance(cursor, Key) and cursor.slot.path == (BASE_KEY,) and len(bases) == 1:
        inlined = bases[0]
    else:
        return None
    other = view.snapshot.file(inlined.path) if inlined is not None else None
    if inlined is None or other is None or next(other.tree.problems, None) is not None or other.tables.problems:
        return None
    taken_over = list(_taken_over(view, other))
    edits = [*_renamed_bases(view, bases, inlined, other, taken_over), *taken_over]
    return f"Write what `{inlined.text}` says into this file", workspace_edit({file.path: edits})


def _renamed_bases(
    view: View, bases: tuple[Base, ...], inlined: Base, other: File, taken_over: list[Edit]
) -> Iterator[Edit]:
    """``__base__`` with the bases of ``other`` in place of it."""
    file, folder = view.file, os.path.dirname(view.file.path)
    texts: list[str] = []
    for base in bases:
        if base.path != inlined.path:
            texts.append(base.text)
        else:
            texts += [base_text(inner.path, folder) for inner in read_bases(other.path, other.tables)[0]]
    entry = base_entry(file)
    assert entry is not None
    if texts:
        start = file.tree.starts[0] + entry.value.start
        stop = file.tree.starts[0] + entry.value.end
        yield Edit(start, stop, f"[{', '.join(map(quote, dict.fromkeys(texts)))}]")
        return
    removed = remove_entry(file, 0, entry, file.tree.blocks[0].entries, None)
    alone = len(file.tree.blocks[0].entries) == 1
    behind = next_line(file.text, removed.end)
    blank = alone and not file.text[removed.end : line_end(file.text, removed.end)].strip()
    free = blank and all(edit.start >= behind for edit in taken_over)
    yield Edit(removed.start, behind if free else removed.end, "")


def _taken_over(view: View, other: File) -> Iterator[Edit]:
    """The entries and tables of a base that the file does not have itself."""
    file = view.file
    end = newline(file.text)
    lines = [
        line
        for entry in other.tree.blocks[0].entries
        for line in _lines(view, other, 0, entry)
        if _is_new(view, (), entry)
    ]
    if lines:
        yield _at_top(file, lines)
    tail: list[str] = []
    for index, block in enumerate(other.tree.blocks):
        if block.header is None:
            continue
        path = block_path(block)
        own = next(
            (n for n, mine in enumerate(file.tree.blocks) if mine.header is not None and block_path(mine) == path), None
        )
        if block.header.array:
            if path[-1] in bindings_at(file.tables.root, path[:-1]):
                continue
            own = None
        if own is None:
            start, stop = section_span(other, index)
            tail.append(other.text[start:stop].rstrip(" \t\r\n"))
            continue
        more = [
            line for entry in block.entries if _is_new(view, path, entry) for line in _lines(view, other, index, entry)
        ]
        if more:
            yield add_to_block(file, own, more)
    if tail:
        text = (end + end).join(tail).replace("\r\n", "\n").replace("\n", end) + end
        yield Edit(len(file.text), len(file.text), _gap(file, end) + text)


def _gap(file: File, end: str) -> str:
    """What stands between the last line of a file and a table behind it."""
    first = file.tree.blocks[0].entries
    if len(file.tree.blocks) == 1 and all(entry.parts[0].name == BASE_KEY for entry in first):
        return ""
    return end if file.text.endswith(("\n", "\r")) else end + end


def _at_top(file: File, lines: list[str]) -> Edit:
    entries = file.tree.blocks[0].entries
    if len(entries) == 1 and entries[0].parts[0].name == BASE_KEY:
        at = next_line(file.text, file.tree.starts[0] + entries[0].end)
        end = newline(file.text)
        return Edit(at, at, end.join(lines) + end)
    return add_top_level(file, lines)


def _lines(view: View, other: File, index: int, entry: KeyValue) -> list[str]:
    """An entry of a base with the comments of its lines."""
    base, text = other.tree.starts[index], other.text
    start = base + entry.start
    stop = next_line(text, base + entry.end)
    return [text[start:stop].rstrip(" \t\r\n")]


def _is_new(view: View, path: tuple[str, ...], entry: KeyValue) -> bool:
    """Whether the file has no argument or value of that name there, under any prefix."""
    if not path and entry.parts[0].name == BASE_KEY:
        return False
    split = view.grammar.split_key
    own = bindings_at(view.file.tables.root, path)
    names = {split(name).name for name in own} if path else set(own)
    name = split(entry.parts[0].name).name if path else entry.parts[0].name
    if name not in names:
        return True
    there = own.get(entry.parts[0].name)
    if len(entry.parts) == 1 or there is None or not isinstance(there.value, Table):
        return False
    return entry.parts[1].name not in there.value.bindings
