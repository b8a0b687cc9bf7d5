"""Semantic tokens: what each name in a config is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

from excore.lang.grammar import BASE_KEY, NO_CALL_KEY, ArgumentHook, Base, FieldRef, Name, PathHook, VariableRef
from excore.lang.paths import Attribute
from excore.lang.resolve.model import Model, Path
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, KeyValue, Scalar, Value
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import Slot, section_length
from excore_server.ide.view import View

TokenType = Literal[
    "namespace", "class", "parameter", "property", "operator", "variable", "decorator", "method", "keyword", "string"
]  # fmt: skip
TYPES: tuple[TokenType, ...] = get_args(TokenType)
Modifier = Literal["definition", "unknown"]
MODIFIERS: tuple[Modifier, ...] = get_args(Modifier)


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
    start, end = within or Span(0, len(file.text))
    tree = file.tree
    view = View(snapshot, file)
    tokens = (
        token._replace(span=token.span.shift(tree.starts[index]))
        for index in range(tree.block_at(start), tree.block_at(end) + 1)
        for token in block_tokens(view, tree.blocks[index]).tokens
    )
    return tuple(token for token in tokens if token.span.end >= start and token.span.start <= end)


class BlockTokens(NamedTuple):
    """The tokens of one block, with spans in the block, and the names whose meaning in the config they depend on.

    Beyond those names they depend on the catalog, the project and the grammar of the view.
    """

    tokens: tuple[Token, ...]
    names: frozenset[str]


def block_tokens(view: View, block: Block) -> BlockTokens:
    """Tokens in order; they do not overlap."""
    painter = _Painter(view)
    tokens: list[Token] = []
    end = 0
    for token in sorted(painter.block(block), key=lambda token: token.span):
        span = token.span
        if span.end > span.start >= end and "\n" not in block.text[span.start : span.end]:
            tokens.append(token)
            end = span.end
    return BlockTokens(tuple(tokens), frozenset(painter.names))


def changed_names(before: Model, after: Model) -> frozenset[str]:
    """The names that mean something in one of two configs only."""
    kinds = (
        (before.groups, after.groups),
        (before.isolated, after.isolated),
        (before.members, after.members),
        (before.modules, after.modules),
    )
    return frozenset().union(*(old.keys() ^ new.keys() for old, new in kinds if old is not new))


class _Painter:
    def __init__(self, view: View) -> None:
        self.view = view
        self.names: set[str] = set()

    def block(self, block: Block) -> Iterator[Token]:
        path: Path = ()
        whole = block.header is not None and not block.header.parts[-1].broken
        for part in block.header.parts if block.header is not None else ():
            if part.broken:
                continue
            path = (*path, part.name)
            yield self.named(path, Span(part.start, part.end))
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

    def named(self, path: Path, span: Span) -> Token:
        """A part of a header or key, by what the path up to it is."""
        length = section_length(path, self.view.catalog, self.view.project)
        if length == len(path):
            is_registered = self.view.entry(path) is not None
            return Token(span, "class", ("definition",) if is_registered else MODIFIERS)
        if length:
            return Token(span, "parameter" if len(path) == length + 1 else "property")
        if len(path) == 1:
            self.names.add(path[0])
            if path[0] in self.view.model.groups:
                return Token(span, "namespace")
        return Token(span, "variable" if len(path) == 1 else "property", ("definition",))

    def entry(self, entry: KeyValue, path: Path) -> Iterator[Token]:
        for part in entry.parts:
            if part.broken:
                continue
            path = (*path, part.name)
            span = Span(part.start, part.end)
            slot = self.view.slot(path)
            if path == (BASE_KEY,):
                yield Token(span, "keyword")
            elif slot.argument and not slot.deeper:
                yield from self.key(part, slot)
            else:
                yield self.named(path, span)
        yield from self.value(entry.value, self.view.slot(path))

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
        expression = grammar.read_variable(text) if variable else grammar.read(text)
        for spot in expression.spots:
            base = spot.variable
            if base is not None:
                self.names.add(base.name)
            if base is not None and base.name in self.view.model.isolated:
                yield Token(self.at(scalar, base.span), "variable")
            else:
                yield Token(self.at(scalar, spot.span), "keyword")
        if expression.base is not None:
            yield from self.base(scalar, expression.base, "class")
        for hook in expression.hooks:
            if isinstance(hook, ArgumentHook):
                yield from self.base(scalar, hook.base, "decorator")
            elif isinstance(hook, PathHook):
                offset = hook.span.end - max((step.end for step in hook.steps), default=0)
                for number, step in enumerate(hook.steps):
                    if isinstance(step, Attribute):
                        following = hook.steps[number + 1 : number + 2]
                        is_called = bool(following) and not isinstance(following[0], Attribute)
                        span = self.at(scalar, Span(offset + step.start, offset + step.end))
                        yield Token(span, "method" if is_called else "property")

    def base(self, scalar: Scalar, base: Base, kind: Literal["class", "decorator"]) -> Iterator[Token]:
        if isinstance(base, Name):
            yield Token(self.at(scalar, base.span), kind, self.unknown(base.name))
        elif isinstance(base, VariableRef):
            self.names.add(base.name)
            is_set = base.name in self.view.model.isolated
            yield Token(self.at(scalar, base.span), "variable", () if is_set else ("unknown",))
        elif isinstance(base, FieldRef):
            yield Token(self.at(scalar, base.field_span), "namespace")
            if base.name is not None:
                yield Token(self.at(scalar, base.name_span), "operator" if base.every else kind)

    def unknown(self, name: str) -> tuple[Modifier, ...]:
        if name in self.view.catalog.by_name:
            return ()
        self.names.add(name)
        model = self.view.model
        return () if name in model.members or name in model.modules else ("unknown",)

    def at(self, scalar: Scalar, span: Span) -> Span:
        return Span(scalar.offset(span.start), scalar.offset(span.end))
