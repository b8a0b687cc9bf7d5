"""What can be typed at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

from excore.lang.syntax.tree import Scalar
from excore.lang.workspace.host import Snapshot
from excore_server.ide.completion.headers import header
from excore_server.ide.completion.items import CompletionList
from excore_server.ide.completion.keys import blank, key
from excore_server.ide.completion.references import reference
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
    trigger: str = "",
    limit: int = LIMIT,
) -> CompletionList:
    """All that can be typed at ``offset``, best first, at most ``limit``.

    ``environment`` are the names offered in ``${...}``; with ``snippets`` false plain text on one line is inserted.
    ``trigger`` is the character that asked, "" where a person did. Where a whole value stands nothing is offered.
    """
    file = snapshot.file(path)
    if file is None:
        return CompletionList()
    view = View(snapshot, file, python, environment, snippets, limit)
    cursor = cursor_at(snapshot, path, offset, guess=True)
    start, end = cursor.span
    if "\n" in file.text[start:end]:
        return CompletionList()  # an editor replaces text within one line only
    if isinstance(cursor, ValuePlace) and _stands(cursor, trigger):
        return CompletionList()
    line = file.text[file.text.rfind("\n", 0, offset) + 1 : offset]
    if isinstance(cursor, Blank) and trigger.isspace() and not line.strip():
        return CompletionList()  # that was an indentation
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


def _stands(cursor: ValuePlace, trigger: str) -> bool:
    """Whether a whole value stands here, which typing must leave alone. In front of it a person may ask for another."""
    if cursor.quoted:
        return False
    if isinstance(cursor.value, Scalar):
        return bool(cursor.typed or trigger)
    return cursor.value is None and not cursor.listed  # it is behind the blanks
