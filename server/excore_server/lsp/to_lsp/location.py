"""LSP ``Range``s, ``Location``s and ``LocationLink``s: offsets become positions here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from excore.lang.catalog import Location
from excore.lang.source import Disk
from excore.lang.text import LineIndex, Span, units
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import Json, place
from excore_server.ide.locations import Goal, Jump
from excore_server.ide.occurrences import Occurrence

if TYPE_CHECKING:
    from excore_server.lsp.session.client_features import ClientFeatures
    from excore_server.lsp.session.session import Session


def span_range(file: File | LineIndex, span: Span, client: ClientFeatures) -> Json:
    """An LSP ``Range``."""
    return place(file, span.start, span.end, client.encoding)


def goal_links(jumps: Sequence[Jump], file: File, session: Session, links: bool) -> list[Json]:
    """LSP ``LocationLink``s, or plain ``Location``s for clients that know no others."""
    result: list[Json] = []
    for jump in jumps:
        ranges = goal_ranges(jump.goal, session)
        if ranges is None:
            continue
        uri, name, whole = ranges
        if links:
            origin = span_range(file, jump.origin, session.client)
            target = {"targetUri": uri, "targetRange": whole, "targetSelectionRange": name}
            result.append({"originSelectionRange": origin, **target})
        else:
            result.append({"uri": uri, "range": name})
    return result


def goal_location(goal: Goal, session: Session) -> Json | None:
    """An LSP ``Location``; None if the file is gone."""
    ranges = goal_ranges(goal, session)
    return None if ranges is None else {"uri": ranges[0], "range": ranges[1]}


def goal_ranges(goal: Goal, session: Session) -> tuple[str, Json, Json] | None:
    """The uri, the range of the name and the range of all that it names; None if the file is gone."""
    if isinstance(goal, Location):
        name = python_range(goal, session)
        return session.uri_of(goal.path), name, name
    file = session.snapshot().file(goal.path)
    if file is None:
        return None
    name, whole = (span_range(file, span, session.client) for span in (goal.span, goal.whole))
    return session.uri_of(goal.path), name, whole


def python_range(location: Location, session: Session) -> Json:
    """The range of a name in a Python file, whose columns count code points."""
    encoding = session.client.encoding
    document = session.documents.get(location.path)
    lines = LineIndex(document.text) if document else _lines(location.path, Disk().stamp(location.path))
    line = lines.line(location.line) if location.line < len(lines) else " " * location.end_column
    start = units(line[: location.column], encoding)
    end = max(start, units(line[: location.end_column], encoding))
    return {
        "start": {"line": location.line, "character": start},
        "end": {"line": location.line, "character": end},
    }


@lru_cache(maxsize=32)
def _lines(path: str, stamp: object) -> LineIndex:
    """The lines of a Python file as ``stamp`` knows it."""
    text = Disk().read(path)
    return LineIndex(text if isinstance(text, str) else "")


def locations(occurrences: Iterable[Occurrence], session: Session) -> list[Json]:
    """LSP ``Location``s."""
    snapshot = session.snapshot()
    files = ((occurrence, snapshot.file(occurrence.path)) for occurrence in occurrences)
    return [
        {"uri": session.uri_of(occurrence.path), "range": span_range(file, occurrence.span, session.client)}
        for occurrence, file in files
        if file is not None
    ]
