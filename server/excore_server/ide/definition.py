"""Where a thing is defined: Python classes and parameters, module tables, variables, files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from excore.lang.catalog import Location
from excore.lang.problems import Origin
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding, Table
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.hover import base_target, reference_paths
from excore_server.ide.knowledge import Python, member_of
from excore_server.ide.objects import object_before, variable_before
from excore_server.ide.place import BasePlace, HeaderPart, Key, ReferencePlace, Slot, Thing, section_length, thing_at
from excore_server.ide.view import View, absolute


@dataclass(frozen=True, slots=True)
class FileSpan:
    """A range of a config file: the name (``span``) within what it names (``whole``); absolute offsets."""

    path: str
    span: Span
    whole: Span


Goal: TypeAlias = "FileSpan | Location"


@dataclass(frozen=True, slots=True)
class Jump:
    """Where to go, and the range that was asked from."""

    goal: Goal
    origin: Span


def definition(snapshot: Snapshot, path: str, offset: int, *, python: Python | None = None) -> tuple[Jump, ...]:
    """Where what stands at ``offset`` is defined; empty where nothing is known."""
    file = snapshot.file(path)
    if file is None:
        return ()
    thing = thing_at(snapshot, path, offset)
    goals = dict.fromkeys(goals_of(View(snapshot, file, python), thing))
    return tuple(Jump(goal, thing.span) for goal in goals)


def goals_of(view: View, thing: Thing) -> Iterator[Goal]:
    """The definitions of a thing."""
    if isinstance(thing, HeaderPart):
        yield from _header(view, thing)
    elif isinstance(thing, Key):
        yield from _key(view, thing.slot)
    elif isinstance(thing, ReferencePlace):
        yield from _reference(view, thing)
    elif isinstance(thing, BasePlace):
        target = base_target(view, thing)
        if view.snapshot.file(target) is not None:
            yield FileSpan(target, Span(0, 0), Span(0, 0))


def _header(view: View, thing: HeaderPart) -> Iterator[Goal]:
    path = thing.path
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


def class_goal(view: View, path: Path) -> Iterator[Goal]:
    """The Python class or function that a module table stands for."""
    entry = view.entry(path)
    if entry is None:
        return
    location = entry.location
    if location is None and view.python is not None:
        external = view.python.get(entry.path)
        location = external.location if external is not None else None
    if location is not None:
        yield location


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


def _reference(view: View, thing: ReferencePlace) -> Iterator[Goal]:
    part = thing.part
    if part.kind in ("name", "field", "member"):
        for path in reference_paths(view, thing):
            yield from section_goal(view, path)
    elif part.kind == "variable":
        binding = view.model.isolated.get(thing.text[part.span.start : part.span.end])
        if binding is not None:
            yield from binding_goal(view, binding)
    elif part.kind == "attribute":
        yield from _attribute(view, thing)


def _attribute(view: View, thing: ReferencePlace) -> Iterator[Goal]:
    part = thing.part
    name = thing.text[part.span.start : part.span.end]
    if thing.prefix.kind == "variable":
        binding = variable_before(view, thing.text[: part.span.end])
        if binding is not None:
            yield from binding_goal(view, binding)
        return
    found = object_before(view, part.before, thing.prefix)
    if found is None:
        return
    member = member_of(found.entry, name)
    if member is not None and member.location is not None:
        yield member.location
    elif found.entry.kind == "module" and view.python is not None:
        external = view.python.get(f"{found.path}.{name}")
        if external is not None and external.location is not None:
            yield external.location


def section_goal(view: View, path: Path) -> Iterator[Goal]:
    """The table of a module, or its class where it has none."""
    section = view.model.sections.get(path)
    if section is None:
        yield from class_goal(view, path)
        return
    yield from origin_goal(view, _own_header(view, section.table) or section.binding.origin)


def binding_goal(view: View, binding: Binding) -> Iterator[Goal]:
    """The key of a binding, or the header of its table."""
    value = binding.value
    yield from origin_goal(view, (_own_header(view, value) if isinstance(value, Table) else None) or binding.origin)


def _own_header(view: View, table: Table) -> Origin | None:
    """The header of a table that several files may write: the one in this file, else that of the last of them."""
    return next((one for one in table.headers if one.file == view.file.path), next(iter(table.headers), None))


def origin_goal(view: View, origin: Origin) -> Iterator[Goal]:
    """An origin as it stands now, with the entry or block around it."""
    span = absolute(view.snapshot, origin)
    file = view.snapshot.file(origin.file)
    if span is None or file is None:
        return
    block = origin.block
    base = span.start - origin.start
    header = block.header
    if header is not None and header.start <= origin.start < header.end:
        yield FileSpan(origin.file, span, Span(base + header.start, base + len(block.text.rstrip())))
        return
    whole = next((entry for entry in block.entries if entry.start <= origin.start <= entry.end), None)
    yield FileSpan(origin.file, span, Span(base + whole.start, base + whole.end) if whole is not None else span)
