"""Code lenses: who uses a section or a class, what a section overrides, what it makes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from excore.lang.catalog import Location
from excore.lang.problems import Origin
from excore.lang.resolve.model import Path
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.locations import FileSpan, Goal, class_goal
from excore_server.ide.occurrences import of_entries, project_roots
from excore_server.ide.view import View, absolute


@dataclass(frozen=True, slots=True)
class Lens:
    """A line of text above ``span``; ``goals`` are the places it speaks of."""

    span: Span
    text: str
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class PythonLens:
    """The same above a class or function in a Python file."""

    location: Location
    text: str
    goals: tuple[Goal, ...] = ()


def code_lenses(snapshot: Snapshot, path: str) -> tuple[Lens, ...]:
    """Lenses of the sections of a config, by position."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    lenses: list[Lens] = []
    for block, start in zip(file.tree.blocks, file.tree.starts, strict=True):
        section = view.section_of(block)
        if block.header is not None and section:
            span = Span(block.header.start, block.header.end).shift(start)
            lenses.extend(Lens(span, text, goals) for text, goals in _texts(view, section))
    return tuple(lenses)


def _texts(view: View, path: Path) -> Iterator[tuple[str, tuple[Goal, ...]]]:
    section = view.model.sections.get(path)
    if section is None:
        return
    if section.entry is not None:
        verb = "calls" if section.entry.kind == "function" else "instantiates"
        yield f"{verb} {section.entry.path}", tuple(class_goal(view, path))
    uses = view.model.users.get(path, ())
    if uses:
        yield f"used by {len(uses)} argument{'s' if len(uses) > 1 else ''}", _goals(view, (use.origin for use in uses))
    above = [origin for origin in section.table.headers if origin.file != view.file.path]
    if above and section.table.headers[0].file == view.file.path:
        names = dict.fromkeys(os.path.basename(origin.file) for origin in above)
        yield f"overrides {', '.join(names)}", _goals(view, above)


def _goals(view: View, origins: Iterable[Origin]) -> tuple[Goal, ...]:
    placed = ((origin.file, absolute(view.snapshot, origin)) for origin in origins)
    return tuple(dict.fromkeys(FileSpan(file, span, span) for file, span in placed if span is not None))


def python_lenses(snapshot: Snapshot, root: str, path: str) -> tuple[PythonLens, ...]:
    """Lenses of the registered classes and functions of a Python file of the project at ``root``, by position."""
    configs = snapshot.configs(root)
    if not configs:
        return ()
    lenses: list[PythonLens] = []
    here = [(entry, at) for entry in snapshot.catalog(configs[0]) if (at := entry.location) and at.path == path]
    here.sort(key=lambda each: each[1])
    uses = of_entries(snapshot, project_roots(snapshot, root), [entry for entry, _ in here])
    for (_, location), places in zip(here, uses, strict=True):
        files = {each.path for each in places}
        text = f"used by {len(files)} config{'' if len(files) == 1 else 's'}"
        lenses.append(PythonLens(location, text, tuple(FileSpan(each.path, each.span, each.span) for each in places)))
    return tuple(lenses)
