"""What TOML 1.1 has and 1.0 has not, which some other TOML tools cannot read yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from excore.lang.problems import Origin, Problem, problem
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.patterns import ESCAPE
from excore.lang.syntax.tree import Array, InlineTable, KeyPart, KeyValue, Scalar, Value

_LINE_BREAK = re.compile(r"#|[\r\n]")
_MINUTES = re.compile(r"(?:^|[Tt ])[0-9]{2}:[0-9]{2}(?!:)")


def newer_toml(tree: SyntaxTree, path: str) -> Iterator[Problem]:
    """The ``newer-toml`` problems of a file; one that one character mends suggests it."""
    for block in tree.blocks:
        keys = block.header.parts if block.header is not None else ()
        for start, end, message, meant in _newer(block.text, (*keys, *block.entries)):
            yield problem("newer-toml", message, Origin(path, block, start, end), suggestions=meant)


_Found = tuple[int, int, str, tuple[str, ...]]


def _newer(text: str, nodes: Iterable[KeyPart | KeyValue | Value]) -> Iterator[_Found]:
    for node in nodes:
        if isinstance(node, KeyValue):
            yield from _newer(text, (*node.parts, node.value))
        elif isinstance(node, InlineTable):
            yield from _inline(text, node)
            yield from _newer(text, node.entries)
        elif isinstance(node, Array):
            if not node.flat:
                yield from _newer(text, node.items)
        elif isinstance(node, KeyPart):
            if node.quoted:
                yield from _escapes(text, node.start, node.end)
        elif isinstance(node, Scalar):
            if node.kind == "string":
                yield from _escapes(text, node.start, node.end)
            elif "time" in node.kind and _MINUTES.search(node.raw) is not None:
                at = node.raw.index(":") + 3
                meant = f"{node.raw[:at]}:00{node.raw[at:]}"
                yield node.start, node.end, "only TOML 1.1 leaves out the seconds of a time", (meant,)


def _inline(text: str, table: InlineTable) -> Iterator[_Found]:
    if not table.closed:
        return
    edges = [table.start + 1, *(edge for entry in table.entries for edge in (entry.start, entry.end)), table.end - 1]
    gaps = [text[edges[index] : edges[index + 1]] for index in range(0, len(edges), 2)]
    if any(_LINE_BREAK.search(gap) is not None for gap in gaps):
        yield table.start, table.start + 1, "only TOML 1.1 has inline tables of several lines", ()
    elif table.entries and "," in gaps[-1]:
        at = edges[-2] + gaps[-1].index(",")
        yield at, at + 1, "only TOML 1.1 has a comma before the `}` of an inline table", ("",)


def _escapes(text: str, start: int, end: int) -> Iterator[_Found]:
    if text[start] != '"':
        return
    for match in ESCAPE.finditer(text, start, end):
        if match[0][1] in "ex":
            code = 0x1B if match[0][1] == "e" else int(match[0][2:], 16)
            yield match.start(), match.end(), f"only TOML 1.1 has the escape `{match[0]}`", (f"\\u{code:04x}",)
