"""``# excore: ignore`` and ``# excore: ignore[code, code]``: comments that silence problems on their line.

A comment on a line of its own silences the line below it, also the header of the next table. Behind or above a value of
several lines it silences all of them, so that a layout changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from excore.lang.nearest import nearest, suggestion_text
from excore.lang.problems import CATALOGUE, Origin, Problem, problem
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.patterns import IGNORE
from excore.lang.syntax.tokens import tokens
from excore.lang.syntax.tree import Block

_COMMENT = re.compile(rf"#.*?\b{IGNORE}(?:\[([\w\s,-]*)\]|(?![\w\[-]))")

_WORD = re.compile(r"[^\s,](?:[^,]*[^\s,])?")


def suppressed(tree: SyntaxTree, problems: Iterable[Problem]) -> list[Problem]:
    """``problems`` without those that a comment silences."""
    if IGNORE not in tree.text:
        return list(problems)
    marks: dict[Block, dict[int, frozenset[str]]] = {}
    unsilenced: list[Problem] = []
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
            unsilenced.append(item)
    return unsilenced


def unknown_codes(path: str, tree: SyntaxTree) -> Iterator[Problem]:
    """The problems of comments that name a code that does not exist."""
    for block in tree.blocks if IGNORE in tree.text else ():
        for start, match in _comments(block):
            for word in _WORD.finditer(match.group(1) or ""):
                code, first = word.group(), start + match.start(1) + word.start()
                if code not in CATALOGUE:
                    meant = nearest(code, CATALOGUE, 1)
                    origin = Origin(path, block, first, first + len(code))
                    message = f"`{code}` is no code of a problem{suggestion_text(meant)}"
                    yield problem("unknown-ignore", message, origin, suggestions=meant)


def _comments(block: Block) -> Iterator[tuple[int, re.Match[str]]]:
    if IGNORE not in block.text:
        return
    for kind, start, end in tokens(block):
        match = _COMMENT.match(block.text[start:end]) if kind == "comment" else None
        if match is not None:
            yield start, match


def _marks(block: Block) -> Iterator[tuple[int, frozenset[str]]]:
    ends: dict[int, int] = {}
    starts: dict[int, int] = {}
    for entry in block.entries if IGNORE in block.text else ():
        first, last = (block.lines.position(place)[0] for place in (entry.start, entry.value.end))
        ends[first], starts[last] = last, first
    for start, match in _comments(block):
        line = block.lines.position(start)[0]
        alone = not block.lines.line(line)[: start - block.lines.starts[line]].strip()
        codes = frozenset(code.strip() for code in (match.group(1) or "").split(",") if code.strip())
        first, last = (line + 1, ends.get(line + 1, line + 1)) if alone else (starts.get(line, line), line)
        yield from ((number, codes) for number in range(first, last + 1))
