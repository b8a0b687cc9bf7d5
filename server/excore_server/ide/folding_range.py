"""What folds: sections, values over several lines, comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from excore.lang.syntax.tree import Block
from excore.lang.workspace.host import Snapshot


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines (0-based, both included) that fold into the first."""

    first: int
    last: int
    kind: Literal["region", "comment"] = "region"


def folding_ranges(snapshot: Snapshot, path: str) -> tuple[Fold, ...]:
    """Sections, values over several lines, and runs of comment lines."""
    file = snapshot.file(path)
    if file is None:
        return ()
    tree = file.tree
    return tuple(
        Fold(line + fold.first, line + fold.last, fold.kind)
        for block, line in zip(tree.blocks, tree.lines_before, strict=False)
        for fold in block_folds(block)
    )


def block_folds(block: Block) -> tuple[Fold, ...]:
    """The folds of one block, with lines counted in the block. No run of comment lines goes over a header."""
    if not block.newlines:
        return ()
    folds: list[Fold] = []
    last = 0
    if block.header is not None and block.entries:
        last = block.lines.position(block.entries[-1].end)[0]
        folds.append(Fold(block.lines.position(block.header.start)[0], last))
    if block.header is None or last > len(block.entries):  # else every entry has a line of its own
        spans = ((entry.start, entry.end) for entry in block.entries)
        folds += [Fold(block.lines.position(start)[0], block.lines.position(end)[0]) for start, end in spans]
    if "#" in block.text:
        folds.extend(_comments(block))
    return tuple(fold for fold in dict.fromkeys(folds) if fold.last > fold.first)


def _comments(block: Block) -> Iterator[Fold]:
    first = None
    lines = block.lines
    for number in range(len(lines)):
        if lines.line(number).lstrip().startswith("#"):
            first = number if first is None else first
        elif first is not None:
            if number - 1 > first:
                yield Fold(first, number - 1, "comment")
            first = None
    if first is not None and len(lines) - 1 > first:
        yield Fold(first, len(lines) - 1, "comment")
