"""A whole file as blocks, and what an edit of it costs: only the blocks it touches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from operator import attrgetter

from excore.lang.collector import many_objects
from excore.lang.grammar import DEFAULT
from excore.lang.syntax.parser import BlockParser
from excore.lang.syntax.patterns import key_patterns
from excore.lang.syntax.tree import Block, SyntaxProblem
from excore.lang.text import Encoding

_newlines = attrgetter("newlines")


class SyntaxTree:
    """The tree of one text. Immutable; shares blocks with the trees it was edited from."""

    def __init__(
        self,
        text: str,
        blocks: list[Block],
        starts: list[int],
        prefixes: str,
        reaching: bool,
        troubled: frozenset[Block],
    ) -> None:
        self.text = text
        self.blocks = blocks  # never changed once here
        self.starts = starts  # absolute offset of each block
        self.prefixes = prefixes
        self._reaching = reaching  # whether any block was parsed by looking past its end
        self._troubled = troubled  # the blocks with problems

    def block_at(self, offset: int) -> int:
        """Index of the block that holds ``offset``; at a border the later one."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def start_of(self, block: Block) -> int:
        """Absolute offset of a block of this tree; ``KeyError`` for any other."""
        return self.starts[self.index_of[block]]

    @cached_property
    def index_of(self) -> dict[Block, int]:
        """Index of each block."""
        return dict(zip(self.blocks, range(len(self.blocks)), strict=True))

    @cached_property
    def lines_before(self) -> list[int]:
        """Number of line ends before each block, and in the whole text as last item."""
        return list(accumulate(map(_newlines, self.blocks), initial=0))

    def position(self, offset: int, encoding: Encoding = "utf-16") -> tuple[int, int]:
        """LSP position (line, column) of an offset; clamped to the text."""
        offset = max(0, min(offset, len(self.text)))
        index = self.block_at(offset)
        line, column = self.blocks[index].lines.position(offset - self.starts[index], encoding)
        return self.lines_before[index] + line, column

    def offset(self, line: int, column: int, encoding: Encoding = "utf-16") -> int:
        """Offset of an LSP position; clamped to its line and to the text."""
        if line < 0:
            return 0
        index = min(bisect_right(self.lines_before, line), len(self.blocks)) - 1
        return self.starts[index] + self.blocks[index].lines.offset(line - self.lines_before[index], column, encoding)

    @property
    def problems(self) -> Iterator[tuple[Block, SyntaxProblem]]:
        """Every syntax problem with its block, in order of blocks."""
        for block in sorted(self._troubled, key=lambda one: self.index_of[one]):
            for problem in block.problems:
                yield block, problem

    def edit(self, start: int, end: int, new: str) -> SyntaxTree:
        """The tree of the text in which ``new`` stands for ``start`` to ``end``; equal to parsing that text anew."""
        start = max(0, min(start, len(self.text)))
        end = max(start, min(end, len(self.text)))
        return _Edit(self, start, end, new).tree()


class _Edit:
    """One edit: reparses from each block it can matter to until an old block begins again."""

    def __init__(self, tree: SyntaxTree, start: int, end: int, new: str) -> None:
        self.old = tree
        self.start = start
        self.end = end
        self.new_end = start + len(new)
        self.text = f"{tree.text[:start]}{new}{tree.text[end:]}"
        self.delta = len(self.text) - len(tree.text)
        self.blocks: list[Block] = []
        self.starts: list[int] = []
        self.reaching = tree._reaching
        self.new_blocks: list[Block] = []
        self.dropped: list[Block] = []

    def _touched(self) -> list[int]:
        """Indexes of the blocks to parse again, ascending; the last is that of the edit itself."""
        old = self.old
        first = old.block_at(self.start)
        header = old.blocks[first].header
        if first and (header is None or self.start <= old.starts[first] + header.start):
            first -= 1  # its end was found by seeing this header
        if not old._reaching:
            return [first]
        far = (
            index
            for index, block in enumerate(old.blocks[:first])
            if block.reach and old.starts[index] + len(block.text) + block.reach >= self.start
        )
        return [*far, first]

    def tree(self) -> SyntaxTree:
        old, parser = self.old, BlockParser(self.text, key_patterns(self.old.prefixes))
        touched = self._touched()
        next_index = 0  # old blocks before this index are dealt with
        for index in touched:
            if index < next_index:
                continue
            self.blocks += old.blocks[next_index:index]
            self.starts += old.starts[next_index:index]
            next_index = self._reparse(parser, index, touched[-1])
            self.dropped += old.blocks[index:next_index]
        tail = old.starts[next_index:]
        self.blocks += old.blocks[next_index:]
        self.starts += [at + self.delta for at in tail] if self.delta else tail
        troubled = old._troubled.difference(self.dropped).union(block for block in self.new_blocks if block.problems)
        return SyntaxTree(self.text, self.blocks, self.starts, old.prefixes, self.reaching, troubled)

    def _reparse(self, parser: BlockParser, index: int, last: int) -> int:
        """Parse from old block ``index`` on until an old block begins that need not be; its index."""
        old, pos = self.old, self.old.starts[index]
        first = index
        while True:
            block, stop = parser.block(pos, has_header=bool(self.blocks))
            if first == index:
                before = old.blocks[index]
                if before.text == block.text and before.reach == block.reach:
                    block = before
                first = -1
            self.blocks.append(block)
            self.new_blocks.append(block)
            self.starts.append(pos)
            self.reaching = self.reaching or block.reach > 0
            pos = stop
            if pos >= len(self.text):
                return len(old.blocks)
            if self.start <= pos < self.new_end:
                continue
            target = pos if pos < self.start else pos - self.delta
            number = bisect_left(old.starts, target, lo=index + 1)
            if number < len(old.starts) and old.starts[number] == target and (pos >= self.start or number <= last):
                return number


def head(text: str, prefixes: str = DEFAULT.prefix_chars) -> SyntaxTree:
    """The tree of what stands before the first header of ``text``."""
    block, _ = BlockParser(text, key_patterns(prefixes)).block(0, has_header=False)
    return SyntaxTree(block.text, [block], [0], prefixes, False, frozenset())


def parse(text: str, prefixes: str = DEFAULT.prefix_chars) -> SyntaxTree:
    """The tree of ``text``, whatever it holds. ``prefixes`` are the characters that may start a bare key."""
    parser = BlockParser(text, key_patterns(prefixes))
    blocks: list[Block] = []
    starts: list[int] = []
    pos = 0
    with many_objects():
        while not blocks or pos < len(text):
            block, stop = parser.block(pos, has_header=bool(blocks))
            blocks.append(block)
            starts.append(pos)
            pos = stop
    reaching = any(block.reach for block in blocks)
    return SyntaxTree(text, blocks, starts, prefixes, reaching, frozenset(block for block in blocks if block.problems))
