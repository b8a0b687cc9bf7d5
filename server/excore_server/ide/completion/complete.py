"""What can be typed at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

from excore.lang.syntax.tree import Scalar
from excore.lang.workspace.host import Snapshot
from excore_server.ide.completion.headers import header
from excore_server.ide.completion.items import CompletionList
from excore_server.ide.completion.keys import blank, key
from excore_server.ide.completion.references import reference
from excore_server.ide.completion.sweeps import in_sweep
from excore_server.ide.completion.values import base, value
from excore_server.ide.cursor import BasePlace, Blank, HeaderPart, Key, ReferencePlace, ValuePlace, cursor_at
from excore_server.ide.view import LIMIT, Python, View


def complete(
    snapshot: Snapshot,
    path: str,
    offset: int,
    *,
    python: Python | None = None,
    environment: Iterable[str] = (),
    snippets: bool = True,
    limit: int = LIMIT,
) -> CompletionList:
    """All that can be typed at ``offset``, best first, at most ``limit``.

    ``environment`` are the names offered in ``${...}``; with ``snippets`` false plain text on one line is inserted.
    Where a whole value is typed nothing is offered.
    """
    file = snapshot.file(path)
    if file is None:
        return CompletionList()
    view = View(snapshot, file, python, environment, snippets, limit)
    plan = snapshot.sweep(path)
    if plan is not None:
        return in_sweep(view, plan, offset)
    cursor = cursor_at(snapshot, path, offset, guess=True)
    start, end = cursor.span
    if "\n" in file.text[start:end]:
        return CompletionList()  # an editor replaces text within one line only
    if isinstance(cursor, ValuePlace) and _is_whole(cursor):
        return CompletionList()
    if isinstance(cursor, HeaderPart):
        return header(view, cursor)
    if isinstance(cursor, Key):
        return key(view, cursor)
    if isinstance(cursor, Blank):
        return blank(view, cursor)
    if isinstance(cursor, ReferencePlace):
        return reference(view, cursor)
    if isinstance(cursor, ValuePlace):
        return value(view, cursor)
    if isinstance(cursor, BasePlace):
        return base(view, cursor)
    return CompletionList()


def _is_whole(cursor: ValuePlace) -> bool:
    """Whether a whole value stands left of the cursor, or behind the blanks right of it: typing must leave it alone."""
    if cursor.quoted:
        return False
    return isinstance(cursor.value, Scalar) if cursor.typed else cursor.value is None and not cursor.listed


def in_the_way(snapshot: Snapshot, path: str, offset: int) -> bool:
    """Whether a list that opens by itself is in the way at ``offset``: behind an indentation, in front of a value."""
    file = snapshot.file(path)
    if file is None:
        return False
    cursor = cursor_at(snapshot, path, offset, guess=True)
    if isinstance(cursor, Blank):
        line = file.text[file.text.rfind("\n", 0, offset) + 1 : offset]
        return bool(line) and not line.strip()
    return isinstance(cursor, ValuePlace) and isinstance(cursor.value, Scalar) and not cursor.quoted
