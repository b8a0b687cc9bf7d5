"""Every place of a file where a name is written: key parts with their paths, and texts under a prefix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from excore.lang.grammar import ArgumentHook, Base, Expression, FieldRef, Grammar, Name, Prefix
from excore.lang.resolve.model import Path
from excore.lang.syntax.tree import Array, InlineTable, KeyPart, KeyValue, Scalar, Value
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.cursor import CHOICE, Keys


class KeySite(NamedTuple):
    """A key part; ``path`` is that of the table or value up to and with it. ``start`` is absolute."""

    path: Path
    part: KeyPart
    block: int
    span: Span


class TextSite(NamedTuple):
    """A string under a prefix, ``base`` the offset of its block."""

    scalar: Scalar
    prefix: Prefix
    section: Path
    base: int

    def span(self, start: int, end: int) -> Span:
        """Absolute range of characters of the decoded text."""
        first = self.scalar.offset(start)
        return Span(self.base + first, self.base + max(first, self.scalar.offset(end)))

    def expression(self, grammar: Grammar) -> Expression:
        """The text, read as what it is under its prefix."""
        text = str(self.scalar.value)
        return grammar.read_variable(text) if self.prefix.kind == "variable" else grammar.read(text)


Site: TypeAlias = KeySite | TextSite


def sites(snapshot: Snapshot, file: File, word: str = "") -> Iterator[Site]:
    """All sites of a file, in order; with ``word`` those that may hold it."""
    yield from _SiteWalk(snapshot, file, word).sites()


def key_sites(snapshot: Snapshot, file: File, block: int | None = None) -> Iterator[KeySite]:
    """The key parts of a file, or of one block of it."""
    walk = _SiteWalk(snapshot, file, texts=False)
    sites = walk.sites() if block is None else walk.of_block(block)
    return (site for site in sites if isinstance(site, KeySite))


@dataclass
class _SiteWalk:
    snapshot: Snapshot
    file: File
    word: str = ""
    texts: bool = True
    block: int = 0
    base: int = 0

    def __post_init__(self) -> None:
        self.keys = Keys(self.snapshot, self.file.path)

    def sites(self) -> Iterator[Site]:
        for index, block in enumerate(self.file.tree.blocks):
            if self.word in block.text:
                yield from self.of_block(index)

    def of_block(self, index: int) -> Iterator[Site]:
        block = self.file.tree.blocks[index]
        self.block, self.base = index, self.file.tree.starts[index]
        path: Path = ()
        if block.header is not None:
            for part in self.keys.parts(block.header.parts):
                path = (*path, part.name)
                yield from self.key(path, part)
        for entry in block.entries:
            yield from self.entry(entry, path)

    def key(self, path: Path, part: KeyPart) -> Iterator[KeySite]:
        path = self.keys.path(path)
        if path:
            yield KeySite(path, part, self.block, Span(self.base + part.start, self.base + part.end))

    def entry(self, entry: KeyValue, path: Path) -> Iterator[Site]:
        for part in self.keys.parts(entry.parts):
            path = (*path, part.name)
            yield from self.key(path, part)
        yield from self.value(entry.value, path)

    def value(self, value: Value, path: Path) -> Iterator[Site]:
        if isinstance(value, InlineTable):
            for entry in value.entries:
                yield from self.entry(entry, path)
        elif isinstance(value, Array):
            for item in value.items:
                yield from self.value(item, path)
        elif self.texts and isinstance(value, Scalar) and value.kind == "string" and self.word in value.raw:
            slot = self.keys.slot(path)
            if self.keys.is_choice(value.value, slot):
                yield TextSite(value, CHOICE, slot.section, self.base)
            elif slot.prefix is not None and slot.section and slot.prefix.kind != "custom":
                yield TextSite(value, slot.prefix, slot.section, self.base)


def bases(expression: Expression) -> Iterator[Base]:
    """What a text starts from, every hook in it, and the values that may stand in it."""
    if expression.base is not None:
        yield expression.base
    for spot in expression.spots:
        if spot.variable is not None:
            yield spot.variable
    for hook in expression.hooks:
        if isinstance(hook, ArgumentHook):
            yield hook.base


def module_name(base: Base) -> tuple[str, Span]:
    """The name of the module that a base names, with its range in the text; "" where it names none."""
    if isinstance(base, FieldRef) and base.name is not None and not base.every:
        return base.name, base.name_span
    return (base.name if isinstance(base, Name) else "", base.span)
