"""Links to the files that ``__base__`` names."""

from __future__ import annotations

from dataclasses import dataclass

from excore.lang.grammar import BASE_KEY
from excore.lang.resolve.inherit import read_bases
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot


@dataclass(frozen=True, slots=True)
class Link:
    """A path in ``__base__`` and the file it means."""

    span: Span
    target: str


def document_links(snapshot: Snapshot, path: str) -> tuple[Link, ...]:
    """The files of ``__base__`` that exist."""
    file = snapshot.file(path)
    if file is None or BASE_KEY not in file.tables.root.bindings:
        return ()
    links = []
    for base in read_bases(path, file.tables)[0]:
        if snapshot.file(base.path) is not None:
            span = file.absolute(base.origin)
            links.append(Link(Span(span.start + 1, max(span.start + 1, span.end - 1)), base.path))
    return tuple(links)
