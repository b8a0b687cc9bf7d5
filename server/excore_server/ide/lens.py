"""Code lenses: who uses a section or a class, what a section overrides, what it makes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from excore.lang.catalog import Location
from excore.lang.text import Span
from excore.lang.workspace import Snapshot

from .occurrences import of_entry, project_roots
from .place import header_path, section_length
from .view import View


@dataclass(frozen=True, slots=True)
class Lens:
    """A line of text above ``span``; ``count`` references stand behind it, if any."""

    span: Span
    text: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class PythonLens:
    """The same above a class or function in a Python file."""

    location: Location
    text: str
    count: int


def code_lenses(snapshot: Snapshot, path: str) -> tuple[Lens, ...]:
    """Lenses of the sections of a config, by position."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    found: list[Lens] = []
    for block, start in zip(file.tree.blocks, file.tree.starts, strict=True):
        names = header_path(block)
        if block.header is not None and names and section_length(names, view.catalog, view.project) == len(names):
            span = Span(block.header.start, block.header.end).shift(start)
            found.extend(Lens(span, text, count) for text, count in _texts(view, names))
    return tuple(found)


def _texts(view: View, names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    section = view.model.sections.get(names)
    if section is None:
        return
    if section.entry is not None:
        verb = "calls" if section.entry.kind == "function" else "instantiates"
        yield f"{verb} {section.entry.path}", 0
    uses = view.model.users.get(names, ())
    if uses:
        yield f"used by {len(uses)} argument{'s' if len(uses) > 1 else ''}", len(uses)
    above = [origin.file for origin in section.table.headers if origin.file != view.file.path]
    if above and section.table.headers[0].file == view.file.path:
        names_of = dict.fromkeys(os.path.basename(file) for file in above)
        yield f"overrides {', '.join(names_of)}", 0


def python_lenses(snapshot: Snapshot, root: str, path: str) -> tuple[PythonLens, ...]:
    """Lenses of the registered classes and functions of a Python file of the project at ``root``."""
    configs = snapshot.configs(root)
    if not configs:
        return ()
    roots = project_roots(snapshot, root)
    found: list[PythonLens] = []
    for entry in snapshot.catalog(configs[0]):
        if entry.location is not None and entry.location.path == path:
            files = {each.path for each in of_entry(snapshot, roots, entry)}
            text = f"used by {len(files)} config{'' if len(files) == 1 else 's'}"
            found.append(PythonLens(entry.location, text, len(files)))
    return tuple(found)
