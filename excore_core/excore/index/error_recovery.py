"""Parsing a text that does not parse: everything that does, definition by definition.

Typing breaks one statement; the rest of the file is as good as before. The text is cut at the lines that start a new
statement in column 0, and a class that is broken is cut again at its methods.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from excore.index.source_text import parse

_HEADER = re.compile(
    r"^([ \t]*(?:class|(?:async[ \t]+)?def)[ \t]+\w+)(\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\])(?=[ \t]*[(:])", re.MULTILINE
)
_ALIAS = re.compile(r"^([ \t]*)(type[ \t]+)(\w+)(\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\])?(?=[ \t]*=[^=])", re.MULTILINE)
_CONTINUES = re.compile(r"(?:[)\]}#]|(?:else|elif|except|finally)\b)")
_DECORATOR = re.compile(r"[ \t]*@")
_DEFINITION = re.compile(r"(?:class|def|async)\b")
_INDENT = re.compile(r"[ \t]*(?=\S)")


def without_newer_syntax(text: str) -> str:
    """``text`` without what Python before 3.12 does not know and no config needs: parameters of types, and ``type``
    before aliases. Lines stay as they are, and so do the columns of names that are defined."""
    text = _HEADER.sub(lambda match: match[1] + " " * len(match[2]), text)
    return _ALIAS.sub(lambda match: match[1] + match[3].ljust(len(match[0]) - len(match[1])), text)


def parse_parts(text: str) -> Iterator[tuple[ast.Module, bool]]:
    """A tree for every top-level statement that parses, in order, and whether nothing of it was left out; line numbers
    are those of ``text``."""
    lines = text.split("\n")
    starts = _starts(lines)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        part = lines[start:end]
        tree = parse("\n".join(part))
        rest = _without_broken_methods(part) if tree is None else tree
        if rest is not None:
            ast.increment_lineno(rest, start)
            yield rest, rest is tree


def _starts(lines: list[str]) -> list[int]:
    """Lines in column 0 that begin a statement; a decorator begins that of its definition."""
    starts: list[int] = []
    decorated = False
    for number, line in enumerate(lines):
        if not line or line[0].isspace() or _CONTINUES.match(line):
            continue
        if not decorated:
            starts.append(number)
        decorated = bool(_DECORATOR.match(line)) or (decorated and not _DEFINITION.match(line))
    return starts


def _without_broken_methods(part: list[str]) -> ast.Module | None:
    """``part`` parsed with those statements of its body emptied that break it."""
    indent = min(filter(None, map(_indent, part[1:])), default=0)
    if not indent:
        return None
    starts = [
        number
        for number, line in enumerate(part)
        if number and _indent(line) == indent and not _CONTINUES.match(line, indent)
    ]
    lines = list(part)
    for start, end in zip(starts, [*starts[1:], len(part)], strict=False):
        piece = ["if 1:", *part[start:end]]
        if _DECORATOR.match(part[start]):
            piece.append(" " * indent + "def _(): pass")
        if parse("\n".join(piece)) is None:
            lines[start] = " " * indent + "pass"
            lines[start + 1 : end] = [""] * (end - start - 1)
    return parse("\n".join(lines))


def _indent(line: str) -> int:
    """The width of the indentation of a line, 0 of a blank one."""
    match = _INDENT.match(line)
    return match.end() if match else 0
