"""Edits of a config's text: where an entry or a table begins and ends, and where a new one goes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from excore.lang.file import File
from excore.lang.grammar import BASE_KEY, Grammar
from excore.lang.problems import Origin
from excore.lang.syntax import writer
from excore.lang.syntax.tree import Array, Block, Header, InlineTable, KeyPart, KeyValue, Missing, Scalar, Value
from excore.lang.tables.table import Binding
from excore.lang.text import Span
from excore_server.ide.edits import Edit
from excore_server.ide.snippets import quote

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Located:
    """Where a key part stands: ``depth`` parts are left of it. ``header`` or ``entry`` is what it is a part of.

    ``siblings`` are the entries beside ``entry``, in ``inline`` if they are those of an inline table.
    """

    part: KeyPart
    depth: int
    header: Header | None = None
    entry: KeyValue | None = None
    siblings: tuple[KeyValue, ...] = ()
    inline: InlineTable | None = None

    @property
    def parts(self) -> tuple[KeyPart, ...]:
        """All parts of the key or header."""
        owner = self.header or self.entry
        assert owner is not None
        return owner.parts


def locate(block: Block, start: int, end: int) -> Located | None:
    """The key part with exactly this range of its block."""
    if block.header is not None:
        for depth, part in enumerate(block.header.parts):
            if (part.start, part.end) == (start, end):
                return Located(part, depth, header=block.header)
    return _among(block.entries, None, start, end)


def _among(entries: tuple[KeyValue, ...], inline: InlineTable | None, start: int, end: int) -> Located | None:
    for entry in entries:
        if entry.start <= start and end <= entry.end:
            for depth, part in enumerate(entry.parts):
                if (part.start, part.end) == (start, end):
                    return Located(part, depth, None, entry, entries, inline)
            return _within(entry.value, start, end)
    return None


def _within(value: Value, start: int, end: int) -> Located | None:
    if isinstance(value, InlineTable):
        return _among(value.entries, value, start, end)
    for item in value.items if isinstance(value, Array) else ():
        if item.start <= start and end <= item.end:
            return _within(item, start, end)
    return None


def scalars(value: object) -> Iterator[Scalar]:
    """The scalars in a value, in order."""
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, Array):
        for item in value.items:
            yield from scalars(item)
    elif isinstance(value, InlineTable):
        for entry in value.entries:
            yield from scalars(entry.value)


def entry_at(block: Block, offset: int) -> KeyValue | None:
    """The entry of a block that holds an offset of it."""
    return next((entry for entry in block.entries if entry.start <= offset <= entry.end), None)


def scalar_at(block: Block, offset: int) -> Scalar | None:
    """The scalar that holds an offset of a block."""
    entry = entry_at(block, offset)
    inside = scalars(entry.value) if entry is not None else ()
    return next((scalar for scalar in inside if scalar.start <= offset <= scalar.end), None)


# -- writing


def newline(text: str) -> str:
    """The line end that a text uses."""
    match = _LINE_END.search(text)
    return match.group() if match is not None else "\n"


def line_end(text: str, offset: int) -> int:
    """Where the line of an offset ends, before its line end."""
    match = _LINE_END.search(text, offset)
    return match.start() if match is not None else len(text)


def next_line(text: str, offset: int) -> int:
    """Where the line behind that of an offset begins."""
    match = _LINE_END.search(text, offset)
    return match.end() if match is not None else len(text)


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def rewritten(raw: str, content: str) -> str:
    """A string with other content, in the same quotes where they can hold it."""
    mark = raw[:1]
    if mark == "'" and "'" not in content and content.isprintable():
        return f"'{content}'"
    return quote(content)


def key_text(name: str, like: KeyPart | None, block: Block, grammar: Grammar, quoted: bool = False) -> str:
    """A key of this name: in the quotes of ``like``, else bare if it can be, unless prefixed keys are ``quoted``."""
    if like is not None and like.quoted:
        return rewritten(block.text[like.start : like.end], name)
    return writer.key_text(name, "" if quoted else grammar.prefix_chars)


def header_text(path: Iterable[str], quoted: bool, grammar: Grammar) -> str:
    """``[a.b]``."""
    return writer.header_text(path, "" if quoted else grammar.prefix_chars)


def key_or_bare(name: str, grammar: Grammar) -> str:
    """A key, bare if it can be."""
    return writer.key_text(name, grammar.prefix_chars)


# -- sections


def section_start(file: File, index: int) -> int:
    """Where the text of a block with a header begins: at its header, or at the comment right above it."""
    text = file.text
    if index >= len(file.tree.blocks):
        return len(text)
    header = file.tree.blocks[index].header
    start = line_start(text, file.tree.starts[index] + (header.start if header is not None else 0))
    floor = _content_end(file, index - 1)
    top = start
    while top > floor:
        above = line_start(text, top - (2 if text[top - 2 : top] == "\r\n" else 1))
        if above < floor or not text[above:top].lstrip(" \t\ufeff").startswith("#"):
            break
        top = above
    if top == start or not floor:
        return top
    above = line_start(text, top - (2 if text[top - 2 : top] == "\r\n" else 1))
    return top if above >= floor and not text[above:top].strip() else start  # else it is about what stands above it


def _content_end(file: File, index: int) -> int:
    """Where the header and the entries of a block end; 0 before the first."""
    if index < 0:
        return 0
    block = file.tree.blocks[index]
    nodes = [*((block.header,) if block.header is not None else ()), *block.entries[-1:]]
    return file.tree.starts[index] + nodes[-1].end if nodes else 0


def section_span(file: File, index: int) -> Span:
    """The whole text of a block with a header: comment above it, empty lines behind it."""
    return Span(section_start(file, index), section_start(file, index + 1))


def block_path(block: Block) -> tuple[str, ...]:
    """Names of a block's header."""
    return tuple(part.name for part in block.header.parts) if block.header is not None else ()


# -- removing


def remove_key(file: File, origin: Origin) -> list[Edit]:
    """Take away what a key stands for, in this file: its entries, or its tables."""
    block = origin.block
    index = file.tree.index_of[block]
    located = locate(block, origin.start, origin.end)
    if located is None:
        return []
    if located.header is not None:
        path = block_path(block)[: located.depth + 1]
        return [
            remove_section(file, number)
            for number, other in enumerate(file.tree.blocks)
            if block_path(other)[: len(path)] == path
        ]
    names = [part.name for part in located.parts[: located.depth + 1]]
    entries = [one for one in located.siblings if [part.name for part in one.parts[: len(names)]] == names]
    return [remove_entry(file, index, one, located.siblings, located.inline) for one in entries]


def remove_section(file: File, index: int) -> Edit:
    """Take away a block with its header."""
    start, end = section_span(file, index)
    if end == len(file.text):  # the empty line in front goes with the last section
        text = file.text[:start]
        length = len(text.rstrip(" \t\r\n"))
        start = next_line(text, length) if length else 0
    return Edit(start, end, "")


def remove_entry(
    file: File, index: int, entry: KeyValue, siblings: tuple[KeyValue, ...], inline: InlineTable | None
) -> Edit:
    """Take away one entry with its line, or with its comma in an inline table."""
    base, text = file.tree.starts[index], file.text
    start, end = base + entry.start, base + entry.end
    if inline is None:
        first = line_start(text, start)
        if text[first:start].strip(" \t\ufeff"):
            return Edit(start, end, "")
        return Edit(start if text[first : first + 1] == "\ufeff" else first, next_line(text, end), "")
    at = siblings.index(entry)
    if at + 1 < len(siblings):
        return Edit(start, base + siblings[at + 1].start, "")
    if at > 0:
        return Edit(base + siblings[at - 1].end, end, "")
    return Edit(base + inline.start, base + inline.end, "{}")


# -- adding


def add_to_table(file: File, binding: Binding, lines: list[str], grammar: Grammar, quoted: bool) -> Edit | None:
    """Write entries into the table that a binding of this file introduces."""
    block, text = binding.block, file.text
    index = file.tree.index_of.get(block)
    located = locate(block, binding.part.start, binding.part.end)
    if index is None or located is None or not lines:
        return None
    base, end = file.tree.starts[index], newline(text)
    if located.header is not None:
        path = block_path(block)[: located.depth + 1]
        own = next((n for n, other in enumerate(file.tree.blocks) if block_path(other) == path), None)
        if own is not None:
            return add_to_block(file, own, lines)
        start = section_start(file, index)
        head = header_text(path, quoted, grammar)
        return Edit(start, start, end.join((head, *lines)) + end + end)
    assert located.entry is not None
    value = located.entry.value
    if located.depth == len(located.parts) - 1:
        return _add_inline(base, value, lines) if isinstance(value, InlineTable) else None
    stem = block.text[located.entry.start : located.part.end]
    dotted = [f"{stem}.{line}" for line in lines]
    at = base + located.entry.end
    if located.inline is not None:
        return Edit(at, at, "".join(f", {line}" for line in dotted))
    return _lines_behind(text, base + located.entry.start, at, dotted)


def _add_inline(base: int, table: InlineTable, lines: list[str]) -> Edit:
    if table.entries:
        at = base + table.entries[-1].end
        return Edit(at, at, "".join(f", {line}" for line in lines))
    return Edit(base + table.start, base + table.end, "{ " + ", ".join(lines) + " }")


def add_to_block(file: File, index: int, lines: list[str]) -> Edit:
    """Write entries behind those of a block."""
    block, base = file.tree.blocks[index], file.tree.starts[index]
    if block.entries:
        last = block.entries[-1]
        return _lines_behind(file.text, base + last.start, base + last.end, lines)
    assert block.header is not None
    return _lines_behind(file.text, base + block.header.start, base + block.header.end, lines)


def _lines_behind(text: str, start: int, end: int, lines: list[str]) -> Edit:
    first = line_start(text, start)
    indent = text[first:start].lstrip("\ufeff")
    indent = "" if indent.strip() else indent
    at = line_end(text, end)
    return Edit(at, at, "".join(f"{newline(text)}{indent}{line}" for line in lines))


def add_top_level(file: File, lines: list[str]) -> Edit:
    """Write top-level entries: behind those there are, else at the top of the file."""
    if file.tree.blocks[0].entries:
        return add_to_block(file, 0, lines)
    end = newline(file.text)
    at = _top(file)
    gap = end if file.text[at:].strip() else ""
    return Edit(at, at, end.join(lines) + end + gap)


def _top(file: File) -> int:
    """Behind the mark and the first comment of a file, where that does not belong to what follows."""
    text = file.text
    at = 1 if text.startswith("\ufeff") else 0
    while text[at:].lstrip(" \t").startswith("#"):
        following = next_line(text, at)
        rest = text[following : line_end(text, following)]
        if not rest.strip():
            after = next_line(text, following)
            return after if following < len(text) else at
        at = following
        if not rest.lstrip(" \t").startswith("#"):
            return 1 if text.startswith("\ufeff") else 0
    return at


def add_section(file: File, header: str, lines: list[str]) -> Edit:
    """Write a table at the end of the file."""
    return section_adder(file)((header, *lines))


def section_adder(file: File) -> Callable[[Sequence[str]], Edit]:
    """What writes the lines of a table at the end of the file: that is looked for once."""
    text, end = file.text, newline(file.text)
    length = len(text.rstrip(" \t\r\n"))
    gap = ("" if text[length:].count("\n") else end) + end
    if not length or text[:length] == "\ufeff":
        gap = ""
    return lambda lines: Edit(len(text), len(text), gap + end.join(lines) + end)


def base_text(path: str, folder: str) -> str:
    """A path as it is written in ``__base__`` of a file in ``folder``."""
    return os.path.relpath(path, folder).replace(os.sep, "/")


def base_entry(file: File) -> KeyValue | None:
    """The ``__base__`` entry of a file."""
    entries = file.tree.blocks[0].entries
    return next((one for one in entries if len(one.parts) == 1 and one.parts[0].name == BASE_KEY), None)


def write_base(file: File, text: str) -> Edit | None:
    """Inherit from one file more, after those inherited from already; None where ``__base__`` is something odd."""
    entry = base_entry(file)
    if entry is None:
        at = _top(file)
        end = newline(file.text)
        gap = (
            end
            if file.text[at:].strip() and file.tree.blocks[0].header is None and not file.tree.blocks[0].entries
            else ""
        )
        return Edit(at, at, f"{BASE_KEY} = [{quote(text)}]{end}{gap}")
    base = file.tree.starts[0]
    value = entry.value
    if isinstance(value, Scalar) and value.kind == "string":
        return Edit(base + value.start, base + value.end, f"[{value.raw}, {quote(text)}]")
    if not isinstance(value, Array) or not value.closed or any(isinstance(item, Missing) for item in value.items):
        return None
    if not value.items:
        return Edit(base + value.start, base + value.end, f"[{quote(text)}]")
    last = value.items[-1]
    before = file.text[base + value.items[-2].end : base + last.start] if len(value.items) > 1 else ", "
    if len(value.items) == 1 and _LINE_END.search(file.text, base + value.start, base + last.start):
        before = "," + file.text[base + value.start + 1 : base + last.start]
    if "#" in before:
        before = ", "
    return Edit(base + last.end, base + last.end, f"{before}{quote(text)}")
