"""What there is of a kind: all classes of a field or registry, all registered subclasses of a class."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.catalog import Entry
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.workspace.host import Snapshot
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import catalog_index
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace, ValuePlace, section_length
from excore_server.ide.locations import Goal, Jump, jumps
from excore_server.ide.view import View


def implementation(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """All classes of a field or registry; all registered subclasses of a class."""
    return jumps(snapshot, path, offset, _implementations)


def _implementations(view: View, cursor: Cursor) -> Iterator[Goal]:
    if isinstance(cursor, HeaderPart):
        entries = _of_header(view, cursor.path)
    elif isinstance(cursor, Key | ValuePlace | ReferencePlace):
        param = view.param(cursor.slot)
        want = argument_types(param.annotation if param is not None else None)
        below = catalog_index(view.catalog).below
        entries = [entry for name in (*want.classes, *want.types) for entry in below.get(name, ())]
    else:
        entries = []
    for entry in entries:
        if entry.location is not None:
            yield entry.location


def _of_header(view: View, path: Path) -> list[Entry]:
    if section_length(path, view.catalog, view.project) == len(path):
        entry = view.entry(path)
        if entry is None:
            return []
        of_that_name = catalog_index(view.catalog).below.get(entry.path.rpartition(".")[2], ())
        return [one for one in of_that_name if entry.path in (one.path, *one.bases)]
    registry = registry_behind(path[0], view.catalog, view.project) if len(path) == 1 else None
    return list(view.catalog.entries.get(registry or "", {}).values())
