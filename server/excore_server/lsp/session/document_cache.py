"""Answers about a whole file, remembered block by block: blocks are shared by the versions of a file, so an edit costs
what it changes. Ready JSON from the start, for a long file has thousands of symbols and tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from excore.lang.resolve.model import Model
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.tree import Block
from excore.lang.text import Encoding, Span, units
from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.semantic_tokens import MODIFIERS, TYPES, Token, block_tokens, changed_names
from excore_server.ide.view import View
from excore_server.lsp.transport.wire import Ready

_TYPES = {name: number for number, name in enumerate(TYPES)}
_BITS = {name: 1 << number for number, name in enumerate(MODIFIERS)}


class DocumentCache:
    """What was answered about one open document."""

    def __init__(self) -> None:
        self.symbols = BlockCache()
        self.folding_ranges = BlockCache()
        self.semantic_tokens = TokenCache()


class Template(NamedTuple):
    """JSON of a block with ``%d`` for each line number; ``lines`` are these numbers, counted in the block."""

    text: str
    lines: tuple[int, ...]

    def at(self, line: int) -> str:
        """The JSON of the block where it begins at ``line``."""
        return self.text % tuple([number + line for number in self.lines])


class BlockCache:
    """An array of which each block gives some items."""

    def __init__(self) -> None:
        self._context: tuple[object, ...] = ()
        self._blocks: dict[Block, tuple[Template, int, str]] = {}

    def text(self, tree: SyntaxTree, context: Sequence[object], make: Callable[[Block], Template]) -> Ready:
        """The array. What ``make`` gave for a block is remembered as long as the same objects are in ``context``."""
        before = self._blocks if _same(self._context, context) else {}
        blocks = {}
        for block, line in zip(tree.blocks, tree.lines_before, strict=False):
            part = before.get(block)
            if part is None:
                template = make(block)
                part = template, line, template.at(line)
            elif part[1] != line:
                part = part[0], line, part[0].at(line)
            blocks[block] = part
        self._context, self._blocks = tuple(context), blocks
        return Ready("[" + ",".join([text for _, _, text in blocks.values() if text]) + "]")


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


class Piece(NamedTuple):
    """The tokens of a block but for the very first number, which depends on what comes before; lines in the block."""

    text: str
    tokens: int
    first: int
    last: int


class TokenCache:
    """The semantic tokens of a document, and those that the client has."""

    def __init__(self) -> None:
        self._context: tuple[object, ...] = ()
        self._model: Model | None = None
        self._blocks: dict[Block, tuple[Piece, frozenset[str]]] = {}
        self._sent: list[tuple[int, Piece]] = []
        self._result = 0

    def full(self, snapshot: Snapshot, file: File, encoding: Encoding) -> Ready:
        """LSP ``SemanticTokens`` of the whole file."""
        self._sent = self._whole(snapshot, file, encoding)
        self._result += 1
        return Ready(f'{{"resultId":"{self._result}","data":{_data(self._sent)}}}')

    def delta(self, snapshot: Snapshot, file: File, encoding: Encoding, previous: str) -> Ready:
        """LSP ``SemanticTokensDelta`` to the result ``previous``; all tokens if that is not the last one."""
        if previous != str(self._result):
            return self.full(snapshot, file, encoding)
        old, new = self._sent, self._whole(snapshot, file, encoding)
        head = _equal(zip(old, new, strict=False))
        room = min(len(old), len(new)) - head
        tail = _equal(zip(reversed(old), reversed(new), strict=False), room)
        deleted, inserted = old[head : len(old) - tail], new[head : len(new) - tail]
        edits = ""
        if deleted or inserted:
            start = 5 * sum(piece.tokens for _, piece in old[:head])
            count = 5 * sum(piece.tokens for _, piece in deleted)
            edits = f'{{"start":{start},"deleteCount":{count},"data":{_data(inserted)}}}'
        self._sent = new
        self._result += 1
        return Ready(f'{{"resultId":"{self._result}","edits":[{edits}]}}')

    def range(self, snapshot: Snapshot, file: File, encoding: Encoding, within: Span) -> Ready:
        """LSP ``SemanticTokens`` of the blocks that a range touches."""
        indexes = range(file.tree.block_at(within.start), file.tree.block_at(within.end) + 1)
        return Ready(f'{{"data":{_data(self._pieces(snapshot, file, encoding, indexes))}}}')

    def _whole(self, snapshot: Snapshot, file: File, encoding: Encoding) -> list[tuple[int, Piece]]:
        pieces = self._pieces(snapshot, file, encoding, range(len(file.tree.blocks)))
        self._blocks = {block: self._blocks[block] for block in file.tree.blocks}
        return pieces

    def _pieces(
        self, snapshot: Snapshot, file: File, encoding: Encoding, indexes: Iterable[int]
    ) -> list[tuple[int, Piece]]:
        """The pieces of some blocks that have tokens, each with the lines from the token before it."""
        view, tree = View(snapshot, file), file.tree
        self._drop_old(view)
        pieces = []
        before = 0
        for index in indexes:
            piece, line = self._piece(view, tree.blocks[index], encoding), tree.lines_before[index]
            if piece.tokens:
                pieces.append((line + piece.first - before, piece))
                before = line + piece.last
        return pieces

    def _drop_old(self, view: View) -> None:
        """Forget what does not hold in this view."""
        context = (view.catalog, view.project, view.grammar)
        before, self._model = self._model, view.model
        if before is None or not _same(self._context, context):
            self._context, self._blocks = context, {}
        elif before is not view.model:
            changed = changed_names(before, view.model)
            if changed:
                self._blocks = {block: one for block, one in self._blocks.items() if changed.isdisjoint(one[1])}

    def _piece(self, view: View, block: Block, encoding: Encoding) -> Piece:
        if block not in self._blocks:
            tokens, names = block_tokens(view, block)
            self._blocks[block] = _piece(tokens, block, encoding), names
        return self._blocks[block][0]


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
