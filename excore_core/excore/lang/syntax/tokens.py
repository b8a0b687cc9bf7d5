"""A block as a row of tokens, for what paints or prints text; the parser itself has no use for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, KeyValue, Scalar, ScalarKind, Value

TokenKind: TypeAlias = Literal["key", "comment", "punctuation", "whitespace", "newline", "error"] | ScalarKind
Token: TypeAlias = tuple[TokenKind, int, int]

# What may stand between the keys and scalars that the tree knows.
_BETWEEN = re.compile(
    r"(?P<whitespace>[ \t\ufeff]+)|(?P<newline>\r\n|\n|\r)|(?P<comment>#[^\r\n]*)"
    r"|(?P<punctuation>[\[\]{}.,=])|(?P<error>[^ \t\r\n#\[\]{}.,=]+)"
)
_KINDS: dict[str | None, TokenKind] = {
    "whitespace": "whitespace",
    "newline": "newline",
    "comment": "comment",
    "punctuation": "punctuation",
    "error": "error",
}


def tokens(block: Block) -> list[Token]:
    """Kind, start and end of every token; they cover the block without gaps. Brackets are one token each."""
    result: list[Token] = []
    at = 0
    for kind, start, end in _leaves(block):
        if end <= start or start < at:
            continue
        _fill(block.text, at, start, result)
        result.append((kind, start, end))
        at = end
    _fill(block.text, at, len(block.text), result)
    return result


def _fill(text: str, start: int, end: int, result: list[Token]) -> None:
    for match in _BETWEEN.finditer(text, start, end):
        result.append((_KINDS[match.lastgroup], match.start(), match.end()))


def _leaves(block: Block) -> Iterator[Token]:
    if block.header is not None:
        yield from map(_key, block.header.parts)
    for entry in block.entries:
        yield from _entry(entry)


def _key(part: KeyPart) -> Token:
    return ("error" if part.broken else "key", part.start, part.end)


def _entry(entry: KeyValue) -> Iterator[Token]:
    yield from map(_key, entry.parts)
    stack: list[Value | KeyPart] = [entry.value]
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):
            yield (node.kind, node.start, node.end)
        elif isinstance(node, KeyPart):
            yield _key(node)
        elif isinstance(node, Array):
            stack.extend(reversed(node.items))
        elif isinstance(node, InlineTable):
            for inner in reversed(node.entries):
                stack.append(inner.value)
                stack.extend(reversed(inner.parts))
        else:
            yield ("error", node.start, node.end)
