"""Where a section, group, variable or class is named: headers, keys and references of every config around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from excore.lang.catalog import Entry, Param
from excore.lang.grammar import Base, FieldRef, VariableRef
from excore.lang.problems import Origin
from excore.lang.resolve.model import Argument, Model, Path, Reference, ResolvedHook
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.tables.elements import placed
from excore.lang.tables.table import Table
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import reference_paths
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace
from excore_server.ide.edits_toml import scalars
from excore_server.ide.name_sites import TextSite, bases, module_name, sites
from excore_server.ide.view import View, absolute


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked for: a variable or a group by name, the module table at a path, or ``parameter`` of its class and
    of all that have it from the same place."""

    kind: Literal["variable", "group", "section", "parameter"]
    path: Path
    parameter: Param | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place that names the subject. ``named`` is false where it is meant, not spelled (``$Field`` of a section)."""

    path: str
    span: Span
    definition: bool
    named: bool = True


def subject_of(view: View, cursor: Cursor) -> Subject | None:
    """What the cursor names; None where that is nothing to look for."""
    model = view.model
    if isinstance(cursor, HeaderPart | Key):
        slot = cursor.slot
        if slot.is_section:
            return Subject("section", slot.section)
        if slot.section and not slot.deeper:
            param = view.param(slot)
            return Subject("parameter", slot.section, param) if param is not None else None
        if len(slot.path) == 1:
            return _top_level(model, slot.path[0])
    elif isinstance(cursor, ReferencePlace):
        if cursor.part.kind in ("variable", "field"):
            return _top_level(model, cursor.word)
        paths = reference_paths(view, cursor)
        return Subject("section", paths[0]) if len(paths) == 1 else None
    return None


def _top_level(model: Model, name: str) -> Subject | None:
    if name in model.groups:
        return Subject("group", (name,))
    return Subject("variable", (name,)) if name in model.isolated else None


def occurrences(snapshot: Snapshot, roots: Sequence[str], subject: Subject) -> tuple[Occurrence, ...]:
    """Every place that names the subject in the configs of these roots, by file and position."""
    places: dict[tuple[str, Span], Occurrence] = {}
    for root in roots:
        model = snapshot.own_model(root)
        for origin, definition, named in _of_model(model, subject):
            span = absolute(snapshot, origin)
            if span is not None:
                places.setdefault((origin.file, span), Occurrence(origin.file, span, definition, named))
    for path in snapshot.sweeps:
        file = snapshot.file(path)
        if file is not None and not set(snapshot.roots(snapshot.subject(path))).isdisjoint(roots):
            for span in _in_sweep(View(snapshot, file), subject):
                places.setdefault((path, span), Occurrence(path, span, False))
    return _in_order(places)


def _in_sweep(view: View, subject: Subject) -> Iterator[Span]:
    """Where the axes and conditions of a sweep name the subject of its config."""
    is_module = subject.kind == "section"
    for site in sites(view.snapshot, view.file, subject.parameter.name if subject.parameter else subject.path[-1]):
        if isinstance(site, TextSite):
            for base in bases(site.expression(view.grammar)) if is_module else ():
                if view.bound_paths(base) == (subject.path,):
                    yield site.span(*module_name(base)[1])
        elif subject.parameter is None:
            if site.path == subject.path:
                yield site.span
        elif not (slot := view.slot(site.path)).deeper:
            own = view.param(slot)
            if own is not None and (own.name, own.location) == (subject.parameter.name, subject.parameter.location):
                yield site.span


_Naming = tuple[Origin, bool, bool]


def _of_model(model: Model, subject: Subject) -> Iterator[_Naming]:
    if subject.kind == "variable":
        yield from _variable(model, subject.path[0])
    elif subject.parameter is not None:
        yield from _parameter(model, subject.path, subject.parameter)
    elif subject.kind == "group":
        yield from _group(model, subject.path[0])
    else:
        yield from _section(model, subject.path)


def _parameter(model: Model, path: Path, param: Param) -> Iterator[_Naming]:
    asked = model.entry(path) if param.location is None else None
    for section in model.sections.values():
        argument = section.arguments.get(param.name)
        own = section.entry.signature.get(param.name) if argument is not None and section.entry is not None else None
        if argument is None or own is None or own.location != param.location:
            continue
        if asked is None or section.entry is asked:
            for binding in (argument.binding, *argument.binding.shadows):
                key = binding.part
                start = key.start + key.quoted + len(binding.name) - len(argument.name)
                end = start + len(argument.name)
                is_there = binding.block.text[start:end] == argument.name
                named = Origin(binding.file, binding.block, start, end)
                yield named if is_there else binding.origin, False, True


def _variable(model: Model, name: str) -> Iterator[_Naming]:
    binding = model.isolated.get(name)
    headers = binding.value.headers if binding is not None and isinstance(binding.value, Table) else ()
    for origin in headers or ((one.origin for one in (binding, *binding.shadows)) if binding is not None else ()):
        yield origin, True, True
    for section in model.sections.values():
        for argument in section.arguments.values() if name in section.variables else ():
            yield from _variable_uses(model, argument, name)


def _variable_uses(model: Model, argument: Argument, name: str) -> Iterator[_Naming]:
    for reference in argument.references:
        if reference.via is None or reference.expression.spots:
            for base in bases(reference.expression):
                if isinstance(base, VariableRef) and base.name == name:
                    yield within(reference.origin, base.span), False, True
        if reference.via is not None and reference.via.name == name:
            binding = argument.binding
            value, here = binding.value, (binding.file, binding.block)
            for each, file, block in placed(value, *here) if isinstance(value, Array) else ((value, *here),):
                for item in scalars(each):
                    variable = model.grammar.variable_text(str(item.value)) if item.kind == "string" else None
                    if variable is not None and variable.name == name:
                        yield within(Origin(file, block, item.start, item.end), variable.span), False, True


def _group(model: Model, name: str) -> Iterator[_Naming]:
    group = model.groups.get(name)
    if group is None:
        return
    for member in group.members.values():
        assert isinstance(member.value, Table)
        for origin in member.value.headers:
            header = origin.block.header
            if header is not None and header.parts[0].name == name:
                part = header.parts[0]
                yield Origin(origin.file, origin.block, part.start, part.end), True, True
    for section in model.sections.values():
        for argument in section.arguments.values():
            for reference in argument.references:
                for base in bases(reference.expression):
                    if isinstance(base, FieldRef) and base.field == name:
                        yield within(reference.origin, base.field_span), False, True


def _section(model: Model, path: Path) -> Iterator[_Naming]:
    section = model.sections.get(path)
    if section is not None:
        for origin in section.table.headers or (section.binding.origin,):
            yield origin, True, True
    for user in dict.fromkeys(use.user for use in model.users.get(path, ())):
        for argument in model.sections[user].arguments.values():
            for reference in argument.references:
                yield from _naming(reference, path)


def _naming(reference: Reference, path: Path) -> Iterator[_Naming]:
    base = reference.expression.base
    if base is not None and any(target.path == path for target in reference.targets):
        yield _named(reference.origin, base, path)
    for step in reference.hooks:
        if isinstance(step, ResolvedHook) and step.target is not None and step.target.path == path:
            yield _named(reference.origin, step.hook.base, path)


def _named(origin: Origin, base: Base, path: Path) -> _Naming:
    if isinstance(base, FieldRef):
        if base.name == path[-1]:
            return within(origin, base.name_span), False, True
        return within(origin, base.field_span), False, False
    return within(origin, base.span), False, True


def within(origin: Origin, span: Span) -> Origin:
    """The range of some characters of a string's value; ``origin`` is the string with its quotes."""
    raw = origin.block.text[origin.start : origin.end]
    scalar = Scalar("string", raw, origin.start, origin.end)
    return Origin(origin.file, origin.block, scalar.offset(span.start), scalar.offset(span.end))


def of_entries(snapshot: Snapshot, roots: Iterable[str], entries: Sequence[Entry]) -> list[tuple[Occurrence, ...]]:
    """For each registered class every place in the configs of these roots that names it: its tables and its uses."""
    by_entry: dict[int, dict[tuple[str, Span], Occurrence]] = {id(entry): {} for entry in entries}
    for root in roots if entries else ():
        model = snapshot.own_model(root)
        for path in (*model.sections, *model.implicit):
            places = by_entry.get(id(model.entry(path)))
            if places is not None:
                for each in occurrences(snapshot, (root,), Subject("section", path)):
                    places.setdefault((each.path, each.span), each)
    return [_in_order(by_entry[id(entry)]) for entry in entries]


def _in_order(places: Mapping[tuple[str, Span], Occurrence]) -> tuple[Occurrence, ...]:
    return tuple(places[key] for key in sorted(places))


def project_roots(snapshot: Snapshot, root: str) -> tuple[str, ...]:
    """The configs of a project that nobody includes."""
    return tuple(dict.fromkeys(each for path in snapshot.configs(root) for each in snapshot.roots(path)))
