"""Semantic tokens: what each name in a config is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from excore.lang.grammar import BASE_KEY, NO_CALL_KEY, ArgumentHook, Base, FieldRef, Name, PathHook, VariableRef
from excore.lang.paths import Attribute
from excore.lang.resolve.model import Model, Path
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, KeyValue, Scalar, Value
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import Slot, section_length, slot_of
from excore_server.ide.view import View

TokenType = Literal[
    "namespace", "class", "parameter", "property", "operator", "variable", "decorator", "method", "keyword", "string"
]  # fmt: skip
TYPES: tuple[TokenType, ...] = (
    "namespace", "class", "parameter", "property", "operator", "variable", "decorator", "method", "keyword", "string"
)  # fmt: skip
Modifier = Literal["definition", "unknown"]
MODIFIERS: tuple[Modifier, ...] = ("definition", "unknown")


class Token(NamedTuple):
    """A range, never over several lines, and what it is."""

    span: Span
    type: TokenType
    modifiers: tuple[Modifier, ...] = ()


def semantic_tokens(snapshot: Snapshot, path: str, within: Span | None = None) -> tuple[Token, ...]:
    """Tokens of a range (of the whole file without one) in order; they do not overlap."""
    file = snapshot.file(path)
    if file is None:
        return ()
    wanted = within or Span(0, len(file.text))
    tree = file.tree
    view = View(snapshot, file)
    found: list[Token] = []
    for index in range(tree.block_at(wanted.start), tree.block_at(wanted.end) + 1):
        start = tree.starts[index]
        for token in block_tokens(view, tree.blocks[index]).tokens:
            span = token.span.shift(start)
            if span.end >= wanted.start and span.start <= wanted.end:
                found.append(Token(span, token.type, token.modifiers))
    return tuple(found)


class BlockTokens(NamedTuple):
    """The tokens of one block, with spans in the block, and the names whose meaning in the config they depend on.

    Beyond those names they depend on the catalog, the project and the grammar of the view.
    """

    tokens: tuple[Token, ...]
    names: frozenset[str]


def block_tokens(view: View, block: Block) -> BlockTokens:
    """Tokens in order; they do not overlap."""
    painter = _Painter(view)
    found = sorted(painter.block(block), key=_span_of)
    kept: list[Token] = []
    end = 0
    for token in found:
        span = token.span
        if span.end > span.start >= end and "\n" not in block.text[span.start : span.end]:
            kept.append(token)
            end = span.end
    return BlockTokens(tuple(kept), frozenset(painter.asked))


def _span_of(token: Token) -> Span:
    return token.span


def changed_names(before: Model, after: Model) -> frozenset[str]:
    """The names that mean something in one of two configs only."""
    found: set[str] = set()
    for old, new in (
        (before.groups, after.groups),
        (before.isolated, after.isolated),
        (before.members, after.members),
        (before.modules, after.modules),
    ):
        if old is not new and old.keys() != new.keys():
            found.update(old.keys() ^ new.keys())
    return frozenset(found)


class _Painter:
    def __init__(self, view: View) -> None:
        self.view = view
        self.asked: set[str] = set()

    def block(self, block: Block) -> Iterator[Token]:
        path: Path = ()
        whole = block.header is not None and not block.header.parts[-1].broken
        for part in block.header.parts if block.header is not None else ():
            if part.broken:
                continue
            path = (*path, part.name)
            yield self.named(path, Span(part.start, part.end), part.quoted)
        section = whole and section_length(path, self.view.catalog, self.view.project) == len(path)
        for entry in block.entries:
            if section and len(entry.parts) == 1:
                yield from self.argument(entry, entry.parts[0], path)
            else:
                yield from self.entry(entry, path)

    def argument(self, entry: KeyValue, part: KeyPart, section: Path) -> Iterator[Token]:
        """An entry of a module table, the common case."""
        if part.broken:
            return
        split = self.view.grammar.split_key(part.name)
        slot = Slot((*section, part.name), section, split.name, split.prefix)
        yield from self.key(part, slot)
        yield from self.value(entry.value, slot)

    def key(self, part: KeyPart, slot: Slot) -> Iterator[Token]:
        span = Span(part.start, part.end)
        if part.name == NO_CALL_KEY:
            yield Token(span, "keyword")
        elif slot.prefix is not None:
            quote = 1 if part.quoted else 0
            middle = span.start + quote + len(slot.prefix.char)
            yield Token(Span(span.start + quote, middle), "operator")
            yield Token(Span(middle, span.end - quote), "parameter")
        else:
            yield Token(span, "parameter")

    def named(self, path: Path, span: Span, quoted: bool) -> Token:
        """A part of a header or key, by what the path up to it is."""
        length = section_length(path, self.view.catalog, self.view.project)
        if length == len(path):
            known = self.view.entry(path) is not None
            return Token(span, "class", ("definition",) if known else ("definition", "unknown"))
        if length:
            return Token(span, "parameter" if len(path) == length + 1 else "property")
        if len(path) == 1:
            self.asked.add(path[0])
            if path[0] in self.view.model.groups:
                return Token(span, "namespace")
        return Token(span, "variable" if len(path) == 1 else "property", ("definition",))

    def entry(self, entry: KeyValue, path: Path) -> Iterator[Token]:
        for part in entry.parts:
            if part.broken:
                continue
            path = (*path, part.name)
            span = Span(part.start, part.end)
            slot = slot_of(self.view.snapshot, self.view.file.path, path)
            if path == (BASE_KEY,):
                yield Token(span, "keyword")
            elif slot.argument and not slot.deeper:
                yield from self.key(part, slot)
            else:
                yield self.named(path, span, part.quoted)
        slot = slot_of(self.view.snapshot, self.view.file.path, path)
        yield from self.value(entry.value, slot)

    def value(self, value: Value, slot: Slot) -> Iterator[Token]:
        if isinstance(value, Array):
            for item in value.items:
                yield from self.value(item, slot)
        elif isinstance(value, InlineTable):
            for entry in value.entries:
                yield from self.entry(entry, slot.path)
        elif isinstance(value, Scalar) and value.kind == "string" and slot.section and slot.prefix is not None:
            yield from self.reference(value, slot.prefix.kind == "variable")

    def reference(self, scalar: Scalar, variable: bool) -> Iterator[Token]:
        text = str(scalar.value)
        grammar = self.view.grammar
        if variable and grammar.environment(text):
            for _, span in grammar.environment(text):
                yield Token(self.at(scalar, span), "keyword")
            return
        expression = grammar.read_variable(text) if variable else grammar.read(text)
        if expression.base is not None:
            yield from self.base(scalar, expression.base, "class")
        for hook in expression.hooks:
            if isinstance(hook, ArgumentHook):
                yield from self.base(scalar, hook.base, "decorator")
            elif isinstance(hook, PathHook):
                offset = hook.span.end - max((step.end for step in hook.steps), default=0)
                for number, step in enumerate(hook.steps):
                    if isinstance(step, Attribute):
                        rest = hook.steps[number + 1 :]
                        called = bool(rest) and not isinstance(rest[0], Attribute)
                        yield Token(
                            self.at(scalar, Span(offset + step.start, offset + step.end)),
                            "method" if called else "property",
                        )

    def base(self, scalar: Scalar, base: Base, kind: Literal["class", "decorator"]) -> Iterator[Token]:
        if isinstance(base, Name):
            yield Token(self.at(scalar, base.span), kind, self.unknown(base.name))
        elif isinstance(base, VariableRef):
            self.asked.add(base.name)
            known = base.name in self.view.model.isolated
            yield Token(self.at(scalar, base.span), "variable", () if known else ("unknown",))
        elif isinstance(base, FieldRef):
            yield Token(self.at(scalar, base.field_span), "namespace")
            if base.name is not None:
                yield Token(self.at(scalar, base.name_span), "operator" if base.every else kind)

    def unknown(self, name: str) -> tuple[Modifier, ...]:
        if name in self.view.catalog.by_name:
            return ()
        self.asked.add(name)
        model = self.view.model
        return () if name in model.members or name in model.modules else ("unknown",)

    def at(self, scalar: Scalar, span: Span) -> Span:
        return Span(scalar.offset(span.start), scalar.offset(span.end))
