"""Where what stands under the cursor, or a class of a Python file, is named: over all configs."""

from __future__ import annotations

from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import cursor_at
from excore_server.ide.occurrences import Occurrence, occurrences, of_entries, project_roots, subject_of
from excore_server.ide.view import View


def references(snapshot: Snapshot, path: str, offset: int, *, declaration: bool = True) -> tuple[Occurrence, ...]:
    """Every place that names what stands at ``offset``, in every config that reaches this file."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    subject = subject_of(view, cursor_at(snapshot, path, offset))
    if subject is None:
        return ()
    places = occurrences(snapshot, snapshot.roots(path), subject)
    return places if declaration else tuple(each for each in places if not each.definition)


def class_references(snapshot: Snapshot, root: str, path: str, line: int) -> tuple[Occurrence, ...]:
    """Every place in the configs of the project at ``root`` that names what a line of a Python file defines."""
    configs = snapshot.configs(root)
    if not configs:
        return ()
    catalog = snapshot.catalog(configs[0])
    entries = [entry for entry in catalog if (at := entry.location) and (at.path, at.line) == (path, line)]
    uses = of_entries(snapshot, project_roots(snapshot, root), entries)
    return tuple(dict.fromkeys(each for places in uses for each in places))
