"""Where a thing is set first: the key or table in the base farthest up."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.tables.table import Binding
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import reference_paths
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace
from excore_server.ide.locations import Goal, Jump, jumps, origin_goal
from excore_server.ide.view import View


def declaration(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """Where what stands at ``offset`` is set first: the key or table in the base farthest up."""
    return jumps(snapshot, path, offset, _declared)


def _declared(view: View, cursor: Cursor) -> Iterator[Goal]:
    binding: Binding | None = None
    if isinstance(cursor, Key) and cursor.slot.argument:
        argument = view.argument(cursor.slot)
        binding = argument.binding if argument is not None else None
    elif isinstance(cursor, Key):
        binding = view.model.isolated.get(cursor.name)
    elif isinstance(cursor, ReferencePlace) and cursor.part.kind == "variable":
        binding = view.model.isolated.get(cursor.word)
    elif isinstance(cursor, HeaderPart | ReferencePlace):
        for path in (cursor.path,) if isinstance(cursor, HeaderPart) else reference_paths(view, cursor):
            section = view.model.sections.get(path)
            if section is not None and section.table.headers:
                yield from origin_goal(view, section.table.headers[-1])
    if binding is not None:
        yield from origin_goal(view, (binding, *binding.shadows)[-1].origin)
