"""Where a thing is defined: Python classes and parameters, module tables, variables, files."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import base_target, member_of, object_before, reference_paths, variable_before
from excore_server.ide.cursor import BasePlace, Cursor, HeaderPart, Key, ReferencePlace, Slot, section_length
from excore_server.ide.locations import FileSpan, Goal, Jump, binding_goal, class_goal, jumps, section_goal
from excore_server.ide.view import Python, View


def definition(snapshot: Snapshot, path: str, offset: int, *, python: Python | None = None) -> tuple[Jump, ...]:
    """Where what stands at ``offset`` is defined; empty where nothing is known."""
    return jumps(snapshot, path, offset, _goals, python)


def _goals(view: View, cursor: Cursor) -> Iterator[Goal]:
    if isinstance(cursor, HeaderPart):
        yield from _header(view, cursor)
    elif isinstance(cursor, Key):
        yield from _key(view, cursor.slot)
    elif isinstance(cursor, ReferencePlace):
        yield from _reference(view, cursor)
    elif isinstance(cursor, BasePlace):
        target = base_target(view, cursor)
        if view.snapshot.file(target) is not None:
            yield FileSpan(target, Span(0, 0), Span(0, 0))


def _header(view: View, cursor: HeaderPart) -> Iterator[Goal]:
    path = cursor.path
    length = section_length(path, view.catalog, view.project)
    if length == len(path):
        yield from class_goal(view, path)
    elif length:
        yield from _parameter(view, path[:length], view.grammar.split_key(path[length]).name)
    elif len(path) == 1:
        yield from _group(view, path[0])


def _group(view: View, name: str) -> Iterator[Goal]:
    registry = registry_behind(name, view.catalog, view.project)
    info = view.catalog.registries.get(registry) if registry is not None else None
    if info is not None and info.location is not None:
        yield info.location


def _parameter(view: View, section: Path, name: str) -> Iterator[Goal]:
    entry = view.entry(section)
    param = entry.signature.get(name) if entry is not None else None
    if param is not None and param.location is not None:
        yield param.location
    elif entry is not None and (param is not None or entry.signature.takes_any):
        yield from class_goal(view, section)


def _key(view: View, slot: Slot) -> Iterator[Goal]:
    if slot.section and not slot.argument:
        yield from class_goal(view, slot.section)
    elif slot.section:
        yield from _parameter(view, slot.section, slot.argument)
    elif len(slot.path) == 1:
        binding = view.model.isolated.get(slot.path[0])
        if binding is not None:
            yield from binding_goal(view, binding)
        else:
            yield from _group(view, slot.path[0])


def _reference(view: View, cursor: ReferencePlace) -> Iterator[Goal]:
    part = cursor.part
    if part.kind in ("name", "field", "member"):
        for path in reference_paths(view, cursor):
            yield from section_goal(view, path)
    elif part.kind == "variable":
        binding = view.model.isolated.get(cursor.text[part.span.start : part.span.end])
        if binding is not None:
            yield from binding_goal(view, binding)
    elif part.kind == "attribute":
        yield from _attribute(view, cursor)


def _attribute(view: View, cursor: ReferencePlace) -> Iterator[Goal]:
    part = cursor.part
    name = cursor.text[part.span.start : part.span.end]
    if cursor.prefix.kind == "variable":
        binding = variable_before(view, cursor.text[: part.span.end])
        if binding is not None:
            yield from binding_goal(view, binding)
        return
    found = object_before(view, part.before, cursor.prefix)
    if found is None:
        return
    member = member_of(found.entry, name)
    if member is not None and member.location is not None:
        yield member.location
    elif found.entry.kind == "module" and view.python is not None:
        external = view.python.get(f"{found.path}.{name}")
        if external is not None and external.location is not None:
            yield external.location
