"""What there is of a kind: all classes of a field or registry, all registered subclasses of a class."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.catalog import Entry
from excore.lang.resolve.entries import registry_behind
from excore.lang.workspace.host import Snapshot
from excore_server.ide.candidates import catalog_index
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace, Slot, ValuePlace
from excore_server.ide.locations import Goal, Jump, jumps
from excore_server.ide.view import View


def implementation(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """All classes of a field or registry; all registered subclasses of a class."""
    return jumps(snapshot, path, offset, _implementations)


def _implementations(view: View, cursor: Cursor) -> Iterator[Goal]:
    if isinstance(cursor, HeaderPart):
        entries = _of_header(view, cursor.slot)
    elif isinstance(cursor, Key | ValuePlace | ReferencePlace):
        types, below = view.types(cursor.slot), catalog_index(view.catalog).below
        entries = [entry for name in (*types.classes, *types.types) for entry in below.get(name, ())]
    else:
        entries = []
    for entry in entries:
        if entry.location is not None:
            yield entry.location


def _of_header(view: View, slot: Slot) -> list[Entry]:
    if slot.is_section:
        entry = view.entry(slot.section)
        if entry is None:
            return []
        of_that_name = catalog_index(view.catalog).below.get(entry.path.rpartition(".")[2], ())
        return [one for one in of_that_name if entry.path in (one.path, *one.bases)]
    registry = registry_behind(slot.path[0], view.catalog, view.project) if len(slot.path) == 1 else None
    return list(view.catalog.entries.get(registry or "", {}).values())
