"""What can be typed at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

from excore.lang.workspace.host import Snapshot
from excore_server.ide import complete_headers, complete_keys, complete_references, complete_values
from excore_server.ide.knowledge import Python
from excore_server.ide.options import LIMIT, CompletionList
from excore_server.ide.place import BasePlace, Blank, HeaderPart, Key, ReferencePlace, ValuePlace, thing_at
from excore_server.ide.view import View


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

    ``environment`` are the names offered in ``${...}``; with ``snippets`` false plain text is inserted.
    """
    file = snapshot.file(path)
    if file is None:
        return CompletionList()
    view = View(snapshot, file, python, environment, snippets, limit)
    thing = thing_at(snapshot, path, offset, guess=True)
    start, end = thing.span
    if "\n" in file.text[start:end]:
        return CompletionList()  # an editor replaces text within one line only
    if isinstance(thing, HeaderPart):
        return complete_headers.header(view, thing)
    if isinstance(thing, Key):
        return complete_keys.key(view, thing)
    if isinstance(thing, Blank):
        return complete_keys.blank(view, thing)
    if isinstance(thing, ReferencePlace):
        return complete_references.reference(view, thing)
    if isinstance(thing, ValuePlace):
        return complete_values.value(view, thing)
    if isinstance(thing, BasePlace):
        return complete_values.base(view, thing)
    return CompletionList()
