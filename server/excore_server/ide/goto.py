"""The other ways to go: declaration, type definition, implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from excore.lang.catalog import Entry, Location
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding
from excore.lang.workspace.host import Snapshot
from excore_server.ide.definition import Goal, Jump, class_goal, origin_goal
from excore_server.ide.hover import reference_paths
from excore_server.ide.knowledge import class_named, facts, wanted
from excore_server.ide.place import HeaderPart, Key, ReferencePlace, Thing, ValuePlace, section_length, thing_at
from excore_server.ide.view import View

_Find: TypeAlias = Callable[[View, Thing], Iterator[Goal]]


def declaration(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """Where what stands at ``offset`` is set first: the key or table in the base farthest up."""
    return _jumps(snapshot, path, offset, _declared)


def type_definition(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """The classes that a parameter's annotation names; the class that a reference yields."""
    return _jumps(snapshot, path, offset, _types)


def implementation(snapshot: Snapshot, path: str, offset: int) -> tuple[Jump, ...]:
    """All classes of a field or registry; all registered subclasses of a class."""
    return _jumps(snapshot, path, offset, _implementations)


def _jumps(snapshot: Snapshot, path: str, offset: int, find: _Find) -> tuple[Jump, ...]:
    file = snapshot.file(path)
    if file is None:
        return ()
    thing = thing_at(snapshot, path, offset)
    return tuple(Jump(goal, thing.span) for goal in dict.fromkeys(find(View(snapshot, file), thing)))


def _declared(view: View, thing: Thing) -> Iterator[Goal]:
    binding: Binding | None = None
    if isinstance(thing, Key) and thing.slot.section and thing.slot.argument:
        section = view.model.sections.get(thing.slot.section)
        argument = section.arguments.get(thing.slot.argument) if section is not None else None
        binding = argument.binding if argument is not None else None
    elif isinstance(thing, Key):
        binding = view.model.isolated.get(thing.name)
    elif isinstance(thing, ReferencePlace) and thing.part.kind == "variable":
        binding = view.model.isolated.get(thing.text[thing.part.span.start : thing.part.span.end])
    elif isinstance(thing, HeaderPart | ReferencePlace):
        paths = (thing.path,) if isinstance(thing, HeaderPart) else reference_paths(view, thing)
        for path in paths:
            section = view.model.sections.get(path)
            if section is not None and section.table.headers:
                yield from origin_goal(view, section.table.headers[-1])
    if binding is not None:
        yield from origin_goal(view, (binding, *binding.shadows)[-1].origin)


def _types(view: View, thing: Thing) -> Iterator[Goal]:
    if isinstance(thing, ReferencePlace):
        for path in reference_paths(view, thing) if thing.part.kind in ("name", "field", "member") else ():
            yield from class_goal(view, path)
    elif isinstance(thing, HeaderPart):
        yield from class_goal(view, thing.path)
    elif isinstance(thing, Key | ValuePlace):
        param = view.param(thing.slot)
        want = wanted(param.annotation if param is not None else None)
        for name in (*want.classes, *want.types):
            yield from _class_named(view, name)


def _class_named(view: View, name: str) -> Iterator[Location]:
    entry = class_named(name, view.catalog, view.project)
    if entry is not None and entry.location is not None:
        yield entry.location
        return
    for known in view.catalog.unregistered.values():
        if known.path.rpartition(".")[2] == name:
            yield known.location


def _implementations(view: View, thing: Thing) -> Iterator[Goal]:
    if isinstance(thing, HeaderPart):
        entries = _of_header(view, thing.path)
    elif isinstance(thing, Key | ValuePlace | ReferencePlace):
        param = view.param(thing.slot)
        want = wanted(param.annotation if param is not None else None)
        below = facts(view.catalog).below
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
        of_that_name = facts(view.catalog).below.get(entry.path.rpartition(".")[2], ())
        return [one for one in of_that_name if entry.path in (one.path, *one.bases)]
    registry = registry_behind(path[0], view.catalog, view.project) if len(path) == 1 else None
    return list(view.catalog.entries.get(registry or "", {}).values())
