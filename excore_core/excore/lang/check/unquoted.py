"""Prefixed keys without quotes, which no other TOML tool can read."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.grammar import Grammar
from excore.lang.problems import Origin, Problem, problem
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart


def unquoted(tree: SyntaxTree, path: str, grammar: Grammar) -> Iterator[Problem]:
    """The ``unquoted-prefix`` problems of a file; the suggestion is the key in quotes."""
    for block in tree.blocks:
        for part in _parts(block):
            if not part.quoted and not part.broken and grammar.is_prefixed(part.name):
                message = f'other TOML tools cannot read `{part.name}` without quotes; write `"{part.name}"`'
                origin = Origin(path, block, part.start, part.end)
                yield problem("unquoted-prefix", message, origin, suggestions=(f'"{part.name}"',))


def _parts(block: Block) -> Iterator[KeyPart]:
    if block.header is not None:
        yield from block.header.parts
    for entry in block.entries:
        yield from entry.parts
        pending = [entry.value]
        while pending:
            value = pending.pop()
            if isinstance(value, Array):
                pending.extend(value.items)
            elif isinstance(value, InlineTable):
                for inner in value.entries:
                    yield from inner.parts
                    pending.append(inner.value)
