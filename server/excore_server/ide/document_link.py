"""Links to the files that ``__base__``, or a sweep, names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from excore.lang.resolve.inherit import Base, read_bases
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot


@dataclass(frozen=True, slots=True)
class Link:
    """A path of a base and the file it means."""

    span: Span
    target: str


def named_files(snapshot: Snapshot, file: File) -> Sequence[Base]:
    """The files that a config or a sweep begins with."""
    sweep = snapshot.sweep(file.path)
    return read_bases(file.path, file.tables)[0] if sweep is None else sweep.files


def document_links(snapshot: Snapshot, path: str) -> tuple[Link, ...]:
    """The files of ``__base__``, or of a sweep, that exist."""
    file = snapshot.file(path)
    if file is None:
        return ()
    links = []
    for base in named_files(snapshot, file):
        if snapshot.file(base.path) is not None:
            span = file.absolute(base.origin)
            links.append(Link(Span(span.start + 1, max(span.start + 1, span.end - 1)), base.path))
    return tuple(links)
