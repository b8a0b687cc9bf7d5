"""Where a file names what stands under the cursor."""

from __future__ import annotations

from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import HeaderPart, ReferencePlace, cursor_at
from excore_server.ide.occurrences import Occurrence
from excore_server.ide.references import references


def document_highlights(snapshot: Snapshot, path: str, offset: int) -> tuple[Occurrence, ...]:
    """The references that stand in the file itself."""
    return tuple(each for each in references(snapshot, path, offset, nearby=True) if each.path == path)


def linked_names(snapshot: Snapshot, path: str, offset: int) -> tuple[Span, ...]:
    """The table under the cursor and the references to it, where all are written alike in this file and nowhere else:
    typed in one, a name changes in all."""
    file = snapshot.file(path)
    cursor = cursor_at(snapshot, path, offset)
    in_header = isinstance(cursor, HeaderPart) and cursor.slot.is_section
    in_reference = isinstance(cursor, ReferencePlace) and cursor.part.kind in ("name", "member")
    places = references(snapshot, path, offset) if in_header or in_reference else ()
    names = {file.text[slice(*each.span)] for each in places} if file is not None else set()
    if len(places) < 2 or len(names) != 1 or any(each.path != path for each in places):
        return ()
    spans = tuple(each.span for each in places)
    return spans if any(span.start <= offset <= span.end for span in spans) else ()
