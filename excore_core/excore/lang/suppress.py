"""``# excore: ignore`` and ``# excore: ignore[code, code]``: comments that silence problems on their line.

A comment on a line of its own silences the line below it, also the header of the next table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .problems import Problem
from .syntax.document import SyntaxTree
from .syntax.tokens import tokens
from .syntax.tree import Block

_MARK = "excore: ignore"
_COMMENT = re.compile(r"#.*?\bexcore: ignore(?:\[([\w\s,-]*)\]|(?![\w\[-]))")


def suppressed(tree: SyntaxTree, problems: Iterable[Problem]) -> list[Problem]:
    """``problems`` without those that a comment silences."""
    if _MARK not in tree.text:
        return list(problems)
    marks: dict[Block, dict[int, frozenset[str]]] = {}
    kept: list[Problem] = []
    for item in problems:
        block = item.origin.block
        if block not in marks:
            marks[block] = dict(_marks(block))
            index = tree.index_of[block]
            if index:
                above = tree.blocks[index - 1]
                last = dict(_marks(above)).get(len(above.lines) - 1)
                if last is not None and above.text.endswith(("\n", "\r")):
                    marks[block].setdefault(0, last)
        line = block.lines.position(item.origin.start)[0]
        codes = marks[block].get(line)
        if codes is None or (codes and item.code not in codes):
            kept.append(item)
    return kept


def _marks(block: Block) -> Iterator[tuple[int, frozenset[str]]]:
    if _MARK not in block.text:
        return
    for kind, start, end in tokens(block):
        if kind != "comment":
            continue
        match = _COMMENT.match(block.text[start:end])
        if match is None:
            continue
        line = block.lines.position(start)[0]
        alone = not block.lines.line(line)[: start - block.lines.starts[line]].strip()
        codes = frozenset(code.strip() for code in (match.group(1) or "").split(",") if code.strip())
        yield line + (1 if alone else 0), codes
