"""The classes behind a thing: those that an annotation names, the one that a reference yields."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.catalog import Location
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import reference_paths
from excore_server.ide.candidates import class_named
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace, ValuePlace
from excore_server.ide.locations import Goal, Jump, class_goal, jumps
from excore_server.ide.view import View


def type_definition(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """The classes that a parameter's annotation names; the class that a reference yields."""
    return jumps(snapshot, path, offset, _types)


def _types(view: View, cursor: Cursor) -> Iterator[Goal]:
    if isinstance(cursor, ReferencePlace):
        for path in reference_paths(view, cursor):
            yield from class_goal(view, path)
    elif isinstance(cursor, HeaderPart):
        yield from class_goal(view, cursor.path)
    elif isinstance(cursor, Key | ValuePlace):
        types = view.types(cursor.slot)
        for name in (*types.classes, *types.types):
            yield from _class_named(view, name)


def _class_named(view: View, name: str) -> Iterator[Location]:
    entry = class_named(name, view.catalog, view.project)
    if entry is not None and entry.location is not None:
        yield entry.location
        return
    for unregistered in view.catalog.unregistered.values():
        if unregistered.path.rpartition(".")[2] == name:
            yield unregistered.location
