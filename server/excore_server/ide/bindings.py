"""What a cursor binds to: tables, classes, values, files, and the object that a text yields."""

from __future__ import annotations

import os
from dataclasses import dataclass

from excore.lang.catalog import Catalog, Entry, Member
from excore.lang.grammar import FieldRef, Name, PathHook, Prefix, VariableRef
from excore.lang.paths import Attribute, Call
from excore.lang.project.reading import Project
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding, Table
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import catalog_index, class_named
from excore_server.ide.cursor import BasePlace, ReferencePlace
from excore_server.ide.view import Python, View


def reference_paths(view: View, cursor: ReferencePlace) -> tuple[Path, ...]:
    """The module tables (or the registered name) that the part of a reference under the cursor binds to."""
    part = cursor.part
    text = cursor.text[part.span.start : part.span.end]
    if part.kind == "name":
        return view.bound_paths(Name(text, part.span))
    if part.kind == "member":
        return view.bound_paths(FieldRef(part.field, part.span, text, part.span, part.span))
    base = view.grammar.read(cursor.text).base
    if not part.hook and isinstance(base, FieldRef) and cursor.text[part.span.end :]:
        return view.bound_paths(base)
    return view.bound_paths(FieldRef(text, part.span, None, part.span, part.span))


def base_target(view: View, cursor: BasePlace) -> str:
    """The absolute path that a ``__base__`` path means."""
    return os.path.normpath(os.path.join(os.path.dirname(view.file.path), cursor.text))


@dataclass(frozen=True, slots=True)
class Object:
    """Something with attributes; ``as_class`` where it is the class itself and not an instance."""

    entry: Entry
    as_class: bool = False

    @property
    def path(self) -> str:
        return self.entry.path

    @property
    def members(self) -> tuple[Member, ...]:
        return self.entry.members


def object_before(view: View, text: str, prefix: Prefix) -> Object | None:
    """What ``text``, a reference up to a dot, yields."""
    expression = view.grammar.read(text)
    base = expression.base
    if base is None or isinstance(base, VariableRef):
        return None
    paths = view.bound_paths(base)
    entry = view.entry(paths[0]) if paths else None
    if entry is None:
        return None
    names: list[str] = []
    called = False
    for hook in expression.hooks:
        if not isinstance(hook, PathHook):
            return None
        for step in hook.steps:
            if isinstance(step, Attribute):
                names.append(step.name)
            elif isinstance(step, Call):
                called = True
            else:
                return None
    found = follow(entry, tuple(names), view.catalog, view.project, view.python)
    if found is None:
        return None
    if found.kind == "module" and view.python is not None and not found.members:
        found = view.python.get(found.path) or found
    as_class = (
        found.kind == "class" and not called and (prefix.kind == "class" if not names else entry.kind == "module")
    )
    return Object(found, as_class)


def variable_before(view: View, text: str) -> Binding | None:
    """The top-level value, or the entry of a top-level table, that ``text`` names."""
    expression = view.grammar.read_variable(text)
    if not isinstance(expression.base, VariableRef):
        return None
    binding = view.model.isolated.get(expression.base.name)
    for hook in expression.hooks:
        if not isinstance(hook, PathHook):
            return None
        for step in hook.steps:
            if binding is None or not isinstance(binding.value, Table) or not isinstance(step, Attribute):
                return None
            binding = binding.value.bindings.get(step.name)
    return binding


def member_of(entry: Entry | None, name: str) -> Member | None:
    """The attribute or method ``name`` of what an entry stands for."""
    if entry is None:
        return None
    return next((member for member in entry.members if member.name == name), None)


def follow(
    entry: Entry, names: tuple[str, ...], catalog: Catalog, project: Project, python: Python | None
) -> Entry | None:
    """What an attribute path leads to, as far as it can be known: through python modules and annotated members."""
    current: Entry | None = entry
    for name in names:
        if current is None:
            return None
        if current.kind == "module":
            path = f"{current.path}.{name}"
            current = catalog_index(catalog).by_path.get(path) or (python.get(path) if python is not None else None)
            continue
        member = member_of(current, name)
        if member is None or member.annotation is None:
            return None
        classes = argument_types(member.annotation).classes
        current = class_named(classes[0], catalog, project) if classes else None
    return current
