"""Where a thing is defined: Python classes and parameters, module tables, variables, files."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.resolve.entries import registry_behind
from excore.lang.syntax.tree import Scalar
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import base_target, member_of, named_value, object_before, reference_paths
from excore_server.ide.cursor import BasePlace, Cursor, HeaderPart, Key, ReferencePlace, Slot, ValuePlace
from excore_server.ide.locations import FileSpan, Goal, Jump, binding_goal, class_goal, jumps, section_goal
from excore_server.ide.view import Python, View


def definition(snapshot: Snapshot, path: str, offset: int, *, python: Python | None = None) -> tuple[Jump, ...]:
    """Where what stands at ``offset`` is defined; empty where nothing is known."""
    return jumps(snapshot, path, offset, _goals, python)


def _goals(view: View, cursor: Cursor) -> Iterator[Goal]:
    if isinstance(cursor, HeaderPart | Key):
        yield from _named(view, cursor.slot)
    elif isinstance(cursor, ReferencePlace):
        yield from _reference(view, cursor)
    elif isinstance(cursor, BasePlace):
        target = base_target(view, cursor)
        if view.snapshot.file(target) is not None:
            yield FileSpan(target, Span(0, 0), Span(0, 0))
    elif isinstance(cursor, ValuePlace) and not cursor.slot.deeper:
        yield from _choice(view, cursor)


def _named(view: View, slot: Slot) -> Iterator[Goal]:
    if slot.is_section:
        yield from class_goal(view, slot.section)
    elif slot.section:
        yield from _parameter(view, slot)
    elif len(slot.path) == 1:
        (name,) = slot.path
        binding = view.model.isolated.get(name)
        info = view.catalog.registries.get(registry_behind(name, view.catalog, view.project) or "")
        if binding is not None:
            yield from binding_goal(view, binding)
        elif info is not None and info.location is not None:
            yield info.location


def _parameter(view: View, slot: Slot) -> Iterator[Goal]:
    entry, param = view.entry(slot.section), view.param(slot)
    if param is not None and param.location is not None:
        yield param.location
    elif entry is not None and (param is not None or entry.signature.takes_any):
        yield from class_goal(view, slot.section)


def _choice(view: View, cursor: ValuePlace) -> Iterator[Goal]:
    """The member of an enum that a text is called like, else the enum."""
    entry, param, value = view.entry(cursor.slot.section), view.param(cursor.slot), cursor.value
    classes = view.types(cursor.slot).classes if param is not None and param.choices else ()
    if entry is None or param is None or not classes or not isinstance(value, Scalar):
        return
    enum = view.external(f"{(param.owner or entry.path).rpartition('.')[0]}.{classes[0]}")
    if enum is not None and str(value.value) in param.choices:
        name = str(value.value).casefold()
        places = [member.location for member in enum.members if member.name.casefold() == name]
        yield from filter(None, (*places, enum.location)[:1])


def _reference(view: View, cursor: ReferencePlace) -> Iterator[Goal]:
    part = cursor.part
    for path in reference_paths(view, cursor):
        yield from section_goal(view, path)
    binding = named_value(view, cursor)
    if binding is not None:
        yield from binding_goal(view, binding)
    elif part.kind == "attribute" and cursor.prefix.kind != "variable":
        yield from _attribute(view, cursor)


def _attribute(view: View, cursor: ReferencePlace) -> Iterator[Goal]:
    owner = object_before(view, cursor.part.before, cursor.prefix)
    if owner is None:
        return
    member = member_of(owner.entry, cursor.word)
    inner = view.external(f"{owner.entry.path}.{cursor.word}") if owner.entry.kind == "module" else None
    location = member.location if member is not None else None
    if location is None and inner is not None:
        location = inner.location
    if location is not None:
        yield location
