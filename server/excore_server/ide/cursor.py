"""What stands under the cursor: the one classification that every feature starts from.

Offsets that come in and spans that go out are absolute code-point offsets of the file. Nothing here needs the text to
be whole: half a header, an open string or a key without a value are places like any other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from excore.lang.catalog import Catalog
from excore.lang.grammar import BASE_KEY, Grammar, Part, Prefix
from excore.lang.project.model import Project
from excore.lang.resolve.model import Path
from excore.lang.resolve.top_level import is_field_or_registry, is_module_path
from excore.lang.sweep import config_path, key_pieces, names_base
from excore.lang.syntax.scalar import content
from excore.lang.syntax.tree import Array, Block, Header, InlineTable, KeyPart, KeyValue, Missing, Scalar, Value
from excore.lang.tables.elements import split_element
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a key path leads: into which section, to which argument of it, and how deep below that.

    ``section`` is empty outside of module tables. ``argument`` is the name without its prefix, "" where the path ends
    at the section itself.
    """

    path: Path
    section: Path = ()
    argument: str = ""
    prefix: Prefix | None = None
    deeper: Path = ()

    @property
    def is_section(self) -> bool:
        """Whether the path is that of a module table itself."""
        return bool(self.section) and self.section == self.path


@dataclass(frozen=True, slots=True)
class Nothing:
    """A place where nothing can be typed or asked for: a comment, or behind a value."""

    span: Span


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty line: a key of ``slot``'s table or a header may begin here. ``block`` is what it belongs to."""

    span: Span
    slot: Slot
    block: int


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """One part of a ``[header]``; ``before`` are the parts left of it, ``slot`` is what those up to and with it mean.

    ``rest`` is the range from the part's start to the end of the header, ``last`` whether no part follows.
    """

    span: Span
    name: str
    typed: str
    before: Path
    slot: Slot
    last: bool
    header: Header
    rest: Span
    block: int

    @property
    def path(self) -> Path:
        return self.slot.path


@dataclass(frozen=True, slots=True)
class Key:
    """One part of a key. ``slot`` is what the path up to and with it means; ``table`` the path of the table it is in.

    ``typed`` is the source text left of the cursor, with an opening quote; ``whole`` the entry, None in a table header.
    """

    span: Span
    name: str
    typed: str
    quoted: bool
    slot: Slot
    table: Path
    entry: KeyValue
    part: KeyPart
    block: int


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """A value, or the place of one. ``value`` is None where nothing stands yet (a new item of an array).

    Inside a string ``span`` is its content and ``quoted`` true. ``listed`` says that it is an item of an array.
    """

    span: Span
    typed: str
    quoted: bool
    slot: Slot
    value: Value | None
    listed: bool
    block: int


@dataclass(frozen=True, slots=True)
class ReferencePlace(ValuePlace):
    """Inside a string under a prefix: ``part`` says which part of the reference; ``span`` is that part's range.

    ``whole`` is the range of the string's content, ``text`` its value. With ``quoted`` false there is no string yet.
    """

    text: str
    part: Part
    whole: Span
    prefix: Prefix

    @property
    def word(self) -> str:
        """The text of the part."""
        return self.text[self.part.span.start : self.part.span.end]


@dataclass(frozen=True, slots=True)
class BasePlace:
    """A path in ``__base__``; ``span`` is the string's content. ``others`` are the other paths beside it."""

    span: Span
    typed: str
    text: str
    quoted: bool
    value: Value | None
    others: tuple[str, ...]
    block: int


Cursor: TypeAlias = Nothing | Blank | HeaderPart | Key | ValuePlace | ReferencePlace | BasePlace


def section_length(path: Path, catalog: Catalog, project: Project) -> int:
    """How many parts of a key path name the module table it leads into; 0 outside of module tables."""
    if path and is_module_path(path[:1], catalog, project):
        return 1
    return 2 if len(path) > 1 and is_module_path(path[:2], catalog, project) else 0


def slot_of(snapshot: Snapshot, file: str, path: Path) -> Slot:
    """What the key path of a file means."""
    length = section_length(path, snapshot.catalog(file), snapshot.project(file))
    if not length:
        return Slot(path)
    if len(path) == length:
        return Slot(path, path)
    element = split_element(path[length])
    key = snapshot.grammar(file).split_key(path[length] if element is None else element.key)
    return Slot(path, path[:length], key.name, key.prefix, path[length + 1 :])


CHOICE = Prefix("", "new", 0, "one class of its field", "object")
"""What the classes are that an axis of a sweep lists: ``Model = ["FCN", "SegNet"]``."""


class Keys:
    """What the keys of a file mean: those of a sweep are those of its config."""

    def __init__(self, snapshot: Snapshot, file: str) -> None:
        self.snapshot = snapshot
        self.file = file
        self.is_sweep = snapshot.sweep(file) is not None

    def parts(self, parts: Iterable[KeyPart]) -> Iterator[KeyPart]:
        """The parts of a key, those in one pair of quotes as well."""
        for part in parts:
            yield from key_pieces(part, self.snapshot.grammar(self.file).prefix_chars) if self.is_sweep else (part,)

    def path(self, path: Path) -> Path:
        """A path of the config; empty for what only a sweep has."""
        if not self.is_sweep:
            return path
        return config_path(path, self.snapshot.model(self.file).root, self.snapshot.grammar(self.file))

    def slot(self, path: Path) -> Slot:
        return slot_of(self.snapshot, self.file, self.path(path))

    def is_base(self, path: Path) -> bool:
        """Whether the values there are files."""
        return names_base(path, self.snapshot.model(self.file).root) if self.is_sweep else path == (BASE_KEY,)

    def is_choice(self, value: object, slot: Slot) -> bool:
        """Whether a value is the name of a class that takes the place of another."""
        of_field = bool(slot.path) and is_field_or_registry(
            slot.path[0], self.snapshot.catalog(self.file), self.snapshot.project(self.file)
        )
        at_class = len(slot.path) == 1 or (len(slot.path) == 2 and slot.is_section)
        return self.is_sweep and of_field and at_class and isinstance(value, str) and value.isidentifier()


def header_path(block: Block) -> Path:
    """Names of a block's header; empty without one."""
    return tuple(part.name for part in block.header.parts if not part.broken) if block.header is not None else ()


def cursor_at(snapshot: Snapshot, path: str, offset: int, *, guess: bool = False) -> Cursor:
    """What stands at ``offset`` of a file; ``Nothing`` in a file that the snapshot does not have. Never raises.

    With ``guess`` a table with an unknown name counts as a module's for its prefixed keys: it may become one.
    """
    file = snapshot.file(path)
    if file is None:
        return Nothing(Span(offset, offset))
    return _Classifier(snapshot, file, max(0, min(offset, len(file.tree.text))), guess).cursor()


class _Classifier:
    def __init__(self, snapshot: Snapshot, file: File, offset: int, guess: bool) -> None:
        self.snapshot = snapshot
        self.file = file
        self.offset = offset
        self.guess = guess
        self.index = file.tree.block_at(offset)
        self.block = file.tree.blocks[self.index]
        self.base = file.tree.starts[self.index]
        self.at = offset - self.base  # in the block
        self.keys = Keys(snapshot, file.path)
        self.slot = self.keys.slot

    def absolute(self, start: int, end: int) -> Span:
        return Span(start + self.base, end + self.base)

    def between(self, start: int) -> str:
        return self.block.text[start : self.at]

    def nothing(self) -> Nothing:
        return Nothing(Span(self.offset, self.offset))

    def cursor(self) -> Cursor:
        header, at = self.block.header, self.at
        if header is not None and header.start < at and (at < header.end or (at == header.end and not header.closed)):
            return self.header(header)
        if header is not None and at <= header.start:
            return self.nothing() if at == header.start else self.blank(0)
        path = header_path(self.block)
        index = bisect_right(self.block.entries, at, key=lambda entry: entry.parts[0].start) - 1
        if index >= 0:
            return self.entry(self.block.entries[index], path)
        return self.blank(header.end if header is not None else 0)

    def blank(self, start: int) -> Cursor:
        """Behind whatever ends at ``start``: an empty line, a comment, or the rest of that line."""
        text = self.between(start)
        line = max(text.rfind("\n"), text.rfind("\r"))
        if (line < 0 and start > 0) or text[line + 1 :].strip(" \t\ufeff"):
            return self.nothing()
        return Blank(Span(self.offset, self.offset), self.slot(header_path(self.block)), self.index)

    def header(self, header: Header) -> Cursor:
        names: list[str] = []
        text = self.block.text
        parts = tuple(self.keys.parts(header.parts))
        for number, part in enumerate(parts):
            if part.start <= self.at <= part.end:
                return HeaderPart(
                    self.absolute(part.start, part.end),
                    part.name,
                    text[part.start : self.at],
                    tuple(names),
                    self.slot((*names, part.name)),
                    number == len(parts) - 1,
                    header,
                    self.absolute(part.start, header.end),
                    self.index,
                )
            if part.start > self.at:
                break
            if not part.broken:
                names.append(part.name)
        return self.nothing()

    # entries

    def entry(self, entry: KeyValue, path: Path) -> Cursor:
        table = path
        for part in self.keys.parts(entry.parts):
            if part.start <= self.at <= part.end:
                return Key(
                    self.absolute(part.start, part.end),
                    part.name,
                    self.block.text[part.start : self.at],
                    part.quoted,
                    self.slot((*table, part.name)),
                    table,
                    entry,
                    part,
                    self.index,
                )
            table = (*table, part.name)
        if entry.equals < 0 or self.at <= entry.equals:
            return self.nothing() if not _has_line_end(self.between(entry.parts[-1].end)) else self.blank(entry.end)
        return self.value(entry.value, table, None)

    def value(self, value: Value, path: Path, array: Array | None) -> Cursor:
        start, end = value.start, value.end
        if isinstance(value, Missing):
            if self.at > end and _has_line_end(self.between(end)):
                return self.blank(end)
            return self.place(value, Span(min(start, self.at), max(end, self.at)), False, path, array)
        if self.at < start:
            return self.place(None, Span(self.at, self.at), False, path, array)
        if isinstance(value, Scalar):
            return self.scalar(value, path, array)
        if isinstance(value, Array):
            open_end = not value.closed and self.between(end).count("\n") < 2 and not self.between(end).strip()
            if start < self.at < end or (not value.closed and self.at == end) or (self.at > end and open_end):
                return self.array(value, path)
        elif start < self.at < end or (not value.closed and self.at == end):
            return self.inline(value, path)
        return self.blank(end)

    def scalar(self, value: Scalar, path: Path, array: Array | None) -> Cursor:
        if value.kind != "string":
            if self.at <= value.end:
                return self.place(value, Span(value.start, value.end), False, path, array)
            return self.blank(value.end)
        start, end = content(value.raw)
        if value.start + start <= self.at <= value.start + end:
            return self.place(value, Span(value.start + start, value.start + end), True, path, array)
        if value.start <= self.at <= value.end:
            return self.nothing()
        return self.blank(value.end)

    def array(self, value: Array, path: Path) -> Cursor:
        before = value.start + 1
        for item in value.items:
            if self.at < item.start:
                break
            if self.at <= item.end or (isinstance(item, Array | InlineTable) and not item.closed):
                return self.value(item, path, value)
            before = item.end
        between = self.between(before)
        in_comment = "#" in between[max(between.rfind("\n"), between.rfind("\r")) + 1 :]
        if in_comment or (before > value.start + 1 and "," not in between):
            return self.nothing()
        return self.place(None, Span(self.at, self.at), False, path, value)

    def inline(self, value: InlineTable, path: Path) -> Cursor:
        before = value.start + 1
        for entry in value.entries:
            if self.at < entry.start:
                break
            inside = self.at <= entry.end or (entry.equals >= 0 and isinstance(entry.value, Missing))
            if inside and "," not in self.between(entry.end):
                return self.entry(entry, path)
            before = entry.end
        between = self.between(before)
        if before > value.start + 1 and "," not in between:
            return self.nothing()
        return Blank(Span(self.offset, self.offset), self.slot(path), self.index)

    # values

    def place(self, value: Value | None, span: Span, quoted: bool, path: Path, array: Array | None) -> Cursor:
        typed = self.block.text[span.start : self.at]
        slot = self.slot(path)
        if self.guess and not slot.section and len(path) > 1 and path[:-1] == header_path(self.block):
            key = self.grammar.split_key(path[-1])
            slot = Slot(path, path[:-1], key.name, key.prefix) if key.prefix is not None else slot
        whole, listed = self.absolute(*span), array is not None or split_element(path[-1]) is not None
        if self.keys.is_base(path):
            items = array.items if array is not None else ()
            others = tuple(str(item.value) for item in items if isinstance(item, Scalar) and item is not value)
            text = value.value if isinstance(value, Scalar) else self.block.text[span.start : span.end]
            return BasePlace(whole, typed, str(text), quoted, value, others, self.index)
        if isinstance(value, Scalar) and quoted and self.keys.is_choice(value.value, slot):
            text = str(value.value)
            part = Part("member", Span(0, len(text)), field=slot.path[0])
            return ReferencePlace(whole, typed, quoted, slot, value, listed, self.index, text, part, whole, CHOICE)
        if slot.prefix is None or not slot.section or slot.prefix.kind == "custom":
            return ValuePlace(whole, typed, quoted, slot, value, listed, self.index)
        text, offset = self.reference_text(value, span)
        part = self.grammar.part_at(text, offset, slot.prefix.kind == "variable")
        if part.kind == "environment" and not self.guess:
            part = self.value_in_text(text, part)
        if isinstance(value, Scalar) and quoted:
            first, last = value.offset(part.span.start), value.offset(part.span.end)
        else:
            first, last = span.start + part.span.start, span.start + part.span.end
        first, last = min(first, self.at), max(last, self.at)
        typed = self.block.text[first : self.at]
        own = self.absolute(first, last)
        return ReferencePlace(own, typed, quoted, slot, value, listed, self.index, text, part, whole, slot.prefix)

    def value_in_text(self, text: str, part: Part) -> Part:
        """The variable that a place in a text is, where the config has a value of its name (VAR-9)."""
        spots = self.grammar.environment(text)
        base = next((spot.variable for spot in spots if spot.span.start < part.span.start < spot.span.end), None)
        is_value = base is not None and base.name in self.snapshot.model(self.file.path).isolated
        return Part("variable", base.span) if base is not None and is_value else part

    @property
    def grammar(self) -> Grammar:
        return self.snapshot.grammar(self.file.path)

    def reference_text(self, value: Value | None, span: Span) -> tuple[str, int]:
        """The text of a reference, decoded, and the cursor in it."""
        if not isinstance(value, Scalar) or value.kind != "string":
            return self.block.text[span.start : span.end], self.at - span.start
        text = str(value.value)
        if len(text) == span.end - span.start:
            return text, self.at - span.start
        offset = bisect_right(range(len(text) + 1), self.at, key=value.offset) - 1
        return text, max(0, offset)


def _has_line_end(text: str) -> bool:
    return "\n" in text or "\r" in text
