"""Where what stands under the cursor, or a class of a Python file, is named: over all configs."""

from __future__ import annotations

from excore.lang.catalog import Catalog, Location
from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import cursor_at
from excore_server.ide.occurrences import Occurrence, Subject, occurrences, of_entries, project_roots, subject_of
from excore_server.ide.view import View


def references(
    snapshot: Snapshot, path: str, offset: int, *, declaration: bool = True, nearby: bool = False
) -> tuple[Occurrence, ...]:
    """Every place that names what stands at ``offset``, in every config that reaches this file; of a parameter every
    key that gives it, in all configs of the project if not ``nearby``."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    subject = subject_of(view, cursor_at(snapshot, path, offset))
    if subject is None:
        return ()
    everywhere = subject.kind == "parameter" and not nearby
    roots = project_roots(snapshot, view.project.root) if everywhere else snapshot.roots(snapshot.subject(path))
    places = occurrences(snapshot, roots, subject)
    return places if declaration else tuple(each for each in places if not each.definition)


def class_references(snapshot: Snapshot, root: str, path: str, line: int, column: int = -1) -> tuple[Occurrence, ...]:
    """Every place in the configs of the project at ``root`` that names what a line of a Python file defines: a class or
    function, or the parameter at ``column``."""
    configs = snapshot.configs(root)
    if not configs:
        return ()
    catalog = snapshot.catalog(configs[0])
    entries = [entry for entry in catalog if (at := entry.location) and (at.path, at.line) == (path, line)]
    of_parameter = _of_parameter(snapshot, root, catalog, Location(path, line, column))
    if of_parameter is not None:
        return of_parameter
    uses = of_entries(snapshot, project_roots(snapshot, root), entries)
    return tuple(dict.fromkeys(each for places in uses for each in places))


def _of_parameter(snapshot: Snapshot, root: str, catalog: Catalog, at: Location) -> tuple[Occurrence, ...] | None:
    """The keys that give the parameter which a place of a Python file defines; None where it defines none."""
    for entry in catalog:
        for param in entry.signature.keywords if entry.source == "source" else ():
            place = param.location
            if place is not None and place.path == at.path and place.line == at.line:
                if place.column <= at.column <= place.end_column:
                    subject = Subject("parameter", (entry.name,), param)
                    return occurrences(snapshot, project_roots(snapshot, root), subject)
    return None
