"""Texts whose lines know where they come from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from excore.lang.problems import Origin
from excore.lang.text import Span, printable
from excore.lang.workspace.snapshot import Snapshot


class Line(NamedTuple):
    """One line without its end. ``origin`` is the key, value or header it stands for; None for what is only layout."""

    text: str
    origin: Origin | None = None


@dataclass(frozen=True)
class Document:
    """A text made of lines."""

    lines: tuple[Line, ...]

    @cached_property
    def text(self) -> str:
        """All lines, each with its end."""
        return "".join(f"{line.text}\n" for line in self.lines)


class FileRange(NamedTuple):
    """Where an origin stands: absolute path, 0-based line, range in the file."""

    path: str
    line: int
    span: Span


def place_of(snapshot: Snapshot, origin: Origin) -> FileRange | None:
    """Where an origin stands in this snapshot; None where its file has no such block any more."""
    file = snapshot.file(origin.file)
    if file is None or origin.block not in file.tree.index_of:
        return None
    span = file.absolute(origin)
    return FileRange(origin.file, file.position(span.start, "utf-32")[0], span)


def shown_place(snapshot: Snapshot, origin: Origin, folder: str) -> str:
    """``base.toml:3`` seen from ``folder``, lines counted from 1; the file alone where the line is not known."""
    place = place_of(snapshot, origin)
    name = printable(relative(origin.file, folder))
    return name if place is None else f"{name}:{place.line + 1}"


def relative(path: str, folder: str) -> str:
    """The path seen from a folder, with slashes; the whole path where it has no other form. What is no path stays."""
    if not os.path.isabs(path):
        return path
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return path
