"""The one JSON form of a problem: what the server publishes, and what ``excore check`` prints byte for byte alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from excore.lang.problems import CATALOGUE, Origin, Problem
from excore.lang.source import Unreadable
from excore.lang.text import Encoding, LineIndex
from excore.lang.workspace.host import File, Snapshot
from excore.tooling.shipped import page_uri
from excore.tooling.uris import to_uri

Json: TypeAlias = dict[str, Any]

SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}
TAGS = {"unnecessary": 1, "deprecated": 2}
SOURCE = "excore"


def encode(value: object) -> str:
    """Compact JSON, in ASCII: any terminal can print it and lone surrogates of odd file names survive."""
    return json.dumps(value, separators=(",", ":"))


def place(file: File | LineIndex, start: int, end: int, encoding: Encoding) -> Json:
    """An LSP ``Range`` of absolute offsets in a file."""
    line, column = file.position(start, encoding)
    last, until = file.position(end, encoding)
    return {"start": {"line": line, "character": column}, "end": {"line": last, "character": until}}


def origin_range(snapshot: Snapshot, origin: Origin, encoding: Encoding) -> Json | None:
    """An LSP ``Range`` of an origin; None if its file is gone."""
    file = snapshot.file(origin.file)
    return None if file is None else place(file, *file.absolute(origin), encoding)


def diagnostic(
    snapshot: Snapshot,
    problem: Problem,
    encoding: Encoding = "utf-16",
    *,
    related: bool = True,
    tags: bool = True,
    pages: bool = True,
    uri: Callable[[str], str] = to_uri,
) -> Json | None:
    """An LSP ``Diagnostic``; None if the file of the problem is gone. ``data`` is what quick fixes start from."""
    where = origin_range(snapshot, problem.origin, encoding)
    if where is None:
        return None
    result: Json = {
        "range": where,
        "severity": SEVERITIES[problem.severity],
        "code": problem.code,
        "source": SOURCE,
        "message": problem.message,
    }
    if pages:
        result.update(_description(problem.code))
    marks = CATALOGUE[problem.code].tags
    if tags and marks:
        result["tags"] = [TAGS[mark] for mark in marks]
    if related and problem.related:
        others = ((other, origin_range(snapshot, other.origin, encoding)) for other in problem.related)
        result["relatedInformation"] = [
            {"location": {"uri": uri(other.origin.file), "range": at}, "message": other.message}
            for other, at in others
            if at is not None
        ]
    data: Json = {}
    if problem.suggestions:
        data["suggestions"] = list(problem.suggestions)
    data.update(problem.data)
    if data:
        result["data"] = data
    return result


def _description(code: str) -> Json:
    """What leads from a code to its page, if that is installed."""
    page = page_uri(code)
    return {"codeDescription": {"href": page}} if page else {}


def diagnostics(
    snapshot: Snapshot,
    path: str,
    encoding: Encoding = "utf-16",
    *,
    related: bool = True,
    tags: bool = True,
    pages: bool = True,
    uri: Callable[[str], str] = to_uri,
) -> list[Json]:
    """Every diagnostic of one file, in the order of the text."""
    encoded = (
        diagnostic(snapshot, problem, encoding, related=related, tags=tags, pages=pages, uri=uri)
        for problem in snapshot.diagnostics(path)
    )
    return [one for one in encoded if one is not None]


def unreadable(why: Unreadable) -> Json:
    """The diagnostic of a file that gives no text."""
    kind = CATALOGUE["unreadable-file"]
    start = {"line": why.line, "character": why.column}
    return {
        "range": {"start": start, "end": start},
        "severity": SEVERITIES[kind.severity],
        "code": kind.code,
        **_description(kind.code),
        "source": SOURCE,
        "message": f"the file cannot be read: {why.reason}",
    }
