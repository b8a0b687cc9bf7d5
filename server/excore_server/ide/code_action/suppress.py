"""A comment that silences a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator

from excore.lang.problems import Problem
from excore.lang.syntax.tokens import tokens
from excore_server.ide.code_action.quick_fix import Fix, fix
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import (
    line_end,
    line_start,
    newline,
)
from excore_server.ide.view import View

_IGNORE = re.compile(r"excore: ignore\[([^\]]*)")


def suppress(view: View, problem: Problem) -> Iterator[Fix]:
    """A comment that silences the problem on its line."""
    file, origin = view.file, problem.origin
    text = file.text
    base = file.tree.start_of(origin.block)
    start = base + origin.start
    end = line_end(text, start)
    comment = ""
    inside = above = False
    first = line_start(text, start)
    for kind, a, b in tokens(origin.block):
        if kind == "comment" and base + b == end:
            comment = text[base + a : end]
        inside = inside or (kind == "string" and base + a < end < base + b)
        above = above or (kind == "string" and base + a < first < base + b)
    title = f"Ignore `{problem.code}` on this line"
    ignored = _IGNORE.search(comment)
    if ignored is not None:
        at = end - len(comment) + ignored.end(1)
        yield fix(view, title, Edit(at, at, f"{', ' if ignored[1].strip() else ''}{problem.code}"))
    elif not inside:
        length = len(text[first:end].rstrip(" \t"))
        yield fix(view, title, Edit(first + length, end, f"  # excore: ignore[{problem.code}]"))
    elif not above:
        indent = text[first:start] if not text[first:start].strip() else ""
        yield fix(view, title, Edit(first, first, f"{indent}# excore: ignore[{problem.code}]{newline(text)}"))
