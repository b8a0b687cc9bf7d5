"""Prefixed keys without quotes, which no other TOML tool can read."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.grammar import Grammar
from excore.lang.problems import Origin, Problem, problem
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.tree import key_parts


def unquoted(tree: SyntaxTree, path: str, grammar: Grammar) -> Iterator[Problem]:
    """The ``unquoted-prefix`` problems of a file; the suggestion is the key in quotes."""
    for block in tree.blocks:
        for part in key_parts(block):
            if not part.quoted and not part.broken and grammar.is_prefixed(part.name):
                message = f'other TOML tools cannot read `{part.name}` without quotes; write `"{part.name}"`'
                origin = Origin(path, block, part.start, part.end)
                yield problem("unquoted-prefix", message, origin, suggestions=(f'"{part.name}"',))
