"""Answers about a whole file, kept block by block: blocks are shared by the versions of a file, so an edit costs
what it changes. Ready JSON from the start, for a long file has thousands of symbols and tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from json import JSONEncoder
from typing import NamedTuple

from excore.lang.resolve.model import Model
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.tree import Block
from excore.lang.text import Encoding, Span, units
from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.document_symbol import Symbol, SymbolKind, block_symbols, shows_arguments
from excore_server.ide.folding_range import block_folds
from excore_server.ide.semantic_tokens import MODIFIERS, TYPES, Token, block_tokens, changed_names
from excore_server.ide.view import View
from excore_server.lsp.client import ClientFeatures
from excore_server.lsp.wire import Ready

SYMBOL_KINDS: dict[SymbolKind, int] = {
    "section": 19,
    "table": 3,
    "class": 5,
    "function": 12,
    "module": 2,
    "variable": 13,
    "argument": 7,
}
_OLD_SYMBOL_KINDS: dict[SymbolKind, int] = {**SYMBOL_KINDS, "section": 5}
_TYPES = {name: number for number, name in enumerate(TYPES)}
_BITS = {name: 1 << number for number, name in enumerate(MODIFIERS)}
_quote = JSONEncoder().encode


class Kept:
    """What was answered about one open document."""

    def __init__(self) -> None:
        self.outline = Parts()
        self.folds = Parts()
        self.colours = Colours()


class Template(NamedTuple):
    """JSON of a block with ``%d`` for each line number; ``lines`` are these numbers, counted in the block."""

    text: str
    lines: tuple[int, ...]

    def at(self, line: int) -> str:
        """The JSON of the block where it begins at ``line``."""
        return self.text % tuple([number + line for number in self.lines])


class Parts:
    """An array of which each block gives some items."""

    def __init__(self) -> None:
        self._about: tuple[object, ...] = ()
        self._known: dict[Block, tuple[Template, int, str]] = {}

    def text(self, tree: SyntaxTree, about: Sequence[object], make: Callable[[Block], Template]) -> Ready:
        """The array. What ``make`` gave for a block is kept as long as the same objects are in ``about``."""
        before = self._known if _same(self._about, about) else {}
        known = {}
        for block, line in zip(tree.blocks, tree.lines_before, strict=False):
            part = before.get(block)
            if part is None:
                template = make(block)
                part = template, line, template.at(line)
            elif part[1] != line:
                part = part[0], line, part[0].at(line)
            known[block] = part
        self._about, self._known = tuple(about), known
        return Ready("[" + ",".join([text for _, _, text in known.values() if text]) + "]")


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


# Outline and folds


def symbol_kinds(client: ClientFeatures) -> Mapping[SymbolKind, int]:
    """The numbers of symbol kinds, of those that the client knows."""
    return SYMBOL_KINDS if client.object_symbols else _OLD_SYMBOL_KINDS


def outline(kept: Kept, snapshot: Snapshot, file: File, client: ClientFeatures) -> Ready:
    """LSP ``DocumentSymbol``s."""
    encoding, kinds = client.encoding, symbol_kinds(client)
    view = View(snapshot, file)
    deep = shows_arguments(file)

    def make(block: Block) -> Template:
        lines: list[int] = []
        found = [_symbol(one, block, encoding, kinds, lines) for one in block_symbols(view, block, deep)]
        return Template(",".join(found), tuple(lines))

    return kept.outline.text(file.tree, (view.catalog, view.project, deep), make)


def _symbol(one: Symbol, block: Block, encoding: Encoding, kinds: Mapping[SymbolKind, int], lines: list[int]) -> str:
    index, (start, end) = block.lines, one.span
    line, column = index.position(start, encoding)
    until = column + units(block.text[start:end], encoding)  # a name is on one line
    first, left = (line, column) if one.whole.start == start else index.position(one.whole.start, encoding)
    last, right = index.position(one.whole.end, encoding)
    lines += (first, last, line, line)
    detail = f',"detail":{_escaped(one.detail)}' if one.detail else ""
    made = (
        f'{{"name":{_escaped(one.name or "?")},"kind":{kinds[one.kind]},'
        f'"range":{{"start":{{"line":%d,"character":{left}}},"end":{{"line":%d,"character":{right}}}}},'
        f'"selectionRange":{{"start":{{"line":%d,"character":{column}}},"end":{{"line":%d,"character":{until}}}}}{detail}'
    )
    if one.children:
        inner = ",".join([_symbol(child, block, encoding, kinds, lines) for child in one.children])
        return f'{made},"children":[{inner}]}}'
    return made + "}"


def _escaped(text: str) -> str:
    return _quote(text).replace("%", "%%")


def folds(kept: Kept, file: File) -> Ready:
    """LSP ``FoldingRange``s."""
    return kept.folds.text(file.tree, (), _folds)


def _folds(block: Block) -> Template:
    found = block_folds(block)
    text = ",".join([f'{{"startLine":%d,"endLine":%d,"kind":"{fold.kind}"}}' for fold in found])
    return Template(text, tuple([line for fold in found for line in (fold.first, fold.last)]))


# Semantic tokens


class Piece(NamedTuple):
    """The tokens of a block but for the very first number, which depends on what comes before; lines in the block."""

    text: str
    tokens: int
    first: int
    last: int


class Colours:
    """The semantic tokens of a document, and what the client was last told of them."""

    def __init__(self) -> None:
        self._about: tuple[object, ...] = ()
        self._model: Model | None = None
        self._known: dict[Block, tuple[Piece, frozenset[str]]] = {}
        self._told: list[tuple[int, Piece]] = []
        self._result = 0

    def full(self, snapshot: Snapshot, file: File, encoding: Encoding) -> Ready:
        """LSP ``SemanticTokens`` of the whole file."""
        self._told = self._pieces(snapshot, file, encoding)
        self._result += 1
        return Ready(f'{{"resultId":"{self._result}","data":{_data(self._told)}}}')

    def delta(self, snapshot: Snapshot, file: File, encoding: Encoding, previous: str) -> Ready:
        """LSP ``SemanticTokensDelta`` to the result ``previous``; all tokens if that is not the last one."""
        if previous != str(self._result):
            return self.full(snapshot, file, encoding)
        old, new = self._told, self._pieces(snapshot, file, encoding)
        head = _equal(zip(old, new, strict=False))
        room = min(len(old), len(new)) - head
        tail = _equal(zip(reversed(old), reversed(new), strict=False), room)
        gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
        edits = ""
        if gone or come:
            start = 5 * sum(piece.tokens for _, piece in old[:head])
            many = 5 * sum(piece.tokens for _, piece in gone)
            edits = f'{{"start":{start},"deleteCount":{many},"data":{_data(come)}}}'
        self._told = new
        self._result += 1
        return Ready(f'{{"resultId":"{self._result}","edits":[{edits}]}}')

    def range(self, snapshot: Snapshot, file: File, encoding: Encoding, within: Span) -> Ready:
        """LSP ``SemanticTokens`` of the blocks that a range touches."""
        view, tree = View(snapshot, file), file.tree
        self._check(view)
        found = []
        before = 0
        for index in range(tree.block_at(within.start), tree.block_at(within.end) + 1):
            piece = self._piece(view, tree.blocks[index], encoding)[0]
            if piece.tokens:
                line = tree.lines_before[index]
                found.append((line + piece.first - before, piece))
                before = line + piece.last
        return Ready(f'{{"data":{_data(found)}}}')

    def _pieces(self, snapshot: Snapshot, file: File, encoding: Encoding) -> list[tuple[int, Piece]]:
        view = View(snapshot, file)
        self._check(view)
        known: dict[Block, tuple[Piece, frozenset[str]]] = {}
        found = []
        before = 0
        for block, line in zip(file.tree.blocks, file.tree.lines_before, strict=False):
            known[block] = made = self._piece(view, block, encoding)
            piece = made[0]
            if piece.tokens:
                found.append((line + piece.first - before, piece))
                before = line + piece.last
        self._known = known
        return found

    def _check(self, view: View) -> None:
        """Forget what does not hold in this view."""
        about = (view.catalog, view.project, view.grammar)
        before, self._model = self._model, view.model
        if before is None or not _same(self._about, about):
            self._about, self._known = about, {}
        elif before is not view.model:
            changed = changed_names(before, view.model)
            if changed:
                self._known = {block: one for block, one in self._known.items() if changed.isdisjoint(one[1])}

    def _piece(self, view: View, block: Block, encoding: Encoding) -> tuple[Piece, frozenset[str]]:
        known = self._known.get(block)
        if known is None:
            tokens, names = block_tokens(view, block)
            known = self._known[block] = _piece(tokens, block, encoding), names
        return known


def _piece(tokens: Sequence[Token], block: Block, encoding: Encoding) -> Piece:
    if not tokens:
        return Piece("", 0, 0, 0)
    index, text = block.lines, block.text
    first = line = index.position(tokens[0].span.start)[0]
    column = 0
    numbers: list[int] = []
    for (start, end), kind, modifiers in tokens:
        at, left = index.position(start, encoding)
        bits = sum([_BITS[name] for name in modifiers])
        length = units(text[start:end], encoding)
        numbers += (at - line, left - column if at == line else left, length, _TYPES[kind], bits)
        line, column = at, left
    return Piece(",".join(map(str, numbers[1:])), len(tokens), first, line)


def _data(pieces: Iterable[tuple[int, Piece]]) -> str:
    return "[" + ",".join([f"{lines},{piece.text}" for lines, piece in pieces]) + "]"


def _equal(pairs: Iterable[tuple[object, object]], most: int | None = None) -> int:
    """How many pairs from the first on are equal."""
    count = 0
    for one, other in pairs:
        if count == most or one != other:
            break
        count += 1
    return count
