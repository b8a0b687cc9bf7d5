"""What a cursor binds to: tables, classes, values, files, and the object that a text yields."""

from __future__ import annotations

import os
from dataclasses import dataclass

from excore.lang.catalog import Entry, Member
from excore.lang.grammar import Expression, FieldRef, Name, PathHook, Prefix, VariableRef
from excore.lang.paths import Attribute, Call, Step
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding, Table
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import catalog_index, class_named
from excore_server.ide.cursor import CHOICE, BasePlace, ReferencePlace
from excore_server.ide.view import View


def reference_paths(view: View, cursor: ReferencePlace) -> tuple[Path, ...]:
    """The module tables (or the registered name) that the part of a reference under the cursor binds to."""
    part, word = cursor.part, cursor.word
    if part.kind == "name":
        return view.bound_paths(Name(word, part.span))
    if cursor.prefix is CHOICE:
        path = (part.field, word)
        return (path,) if view.entry(path) is not None else ()
    if part.kind == "member":
        return view.bound_paths(FieldRef(part.field, part.span, word, part.span, part.span))
    if part.kind != "field":
        return ()
    base = view.grammar.read(cursor.text).base
    if not part.hook and isinstance(base, FieldRef) and cursor.text[part.span.end :]:
        return view.bound_paths(base)
    return view.bound_paths(FieldRef(word, part.span, None, part.span, part.span))


def base_target(view: View, cursor: BasePlace) -> str:
    """The absolute path that a ``__base__`` path means."""
    return os.path.normpath(os.path.join(os.path.dirname(view.file.path), cursor.text))


@dataclass(frozen=True, slots=True)
class Owner:
    """Something with attributes; ``as_class`` where it is the class itself and not an instance."""

    entry: Entry
    as_class: bool = False


def object_before(view: View, text: str, prefix: Prefix) -> Owner | None:
    """What ``text``, a reference up to a dot, yields."""
    expression = view.grammar.read(text)
    base = expression.base
    paths = view.bound_paths(base) if base is not None else ()
    entry = view.entry(paths[0]) if paths else None
    steps = _steps(expression)
    if entry is None or steps is None or not all(isinstance(step, Attribute | Call) for step in steps):
        return None
    names = [step.name for step in steps if isinstance(step, Attribute)]
    owner = _follow(view, entry, names)
    if owner is None:
        return None
    if owner.kind == "module" and not owner.members:
        owner = view.external(owner.path) or owner
    is_called = len(names) < len(steps)
    of_class = prefix.kind == "class" if not names else entry.kind == "module"
    if owner.kind == "function" and (is_called or not of_class):
        owner = _made_by(view, owner) or owner
        is_called = True
    return Owner(owner, owner.kind == "class" and not is_called and of_class)


def _steps(expression: Expression) -> list[Step] | None:
    """The attribute path behind a base; None where anything else stands there."""
    steps: list[Step] = []
    for hook in expression.hooks:
        if not isinstance(hook, PathHook):
            return None
        steps += hook.steps
    return steps


def _follow(view: View, entry: Entry, names: list[str]) -> Entry | None:
    """What an attribute path leads to, as far as it can be known: through python modules and annotated members."""
    current: Entry | None = entry
    for name in names:
        if current is not None and current.kind == "function":
            current = _made_by(view, current)
        if current is None:
            return None
        if current.kind == "module":
            path = f"{current.path}.{name}"
            current = catalog_index(view.catalog).by_path.get(path) or view.external(path)
            continue
        member = member_of(current, name)
        classes = argument_types(member.annotation).classes if member is not None else ()
        if not classes:
            return None
        beside = f"{current.path.rpartition('.')[0]}.{classes[0]}"
        current = class_named(classes[0], view.catalog, view.project) or view.external(beside)
    return current


def _made_by(view: View, function: Entry) -> Entry | None:
    """The class of what a function returns, registered or not."""
    return view.external(function.bases[0]) if function.bases else None


def member_of(entry: Entry, name: str) -> Member | None:
    """The attribute or method ``name`` of what an entry stands for."""
    return next((member for member in entry.members if member.name == name), None)


def named_value(view: View, cursor: ReferencePlace) -> Binding | None:
    """The top-level value, or the entry of a top-level table, that a reference names up to the cursor."""
    if cursor.part.kind == "variable":
        return view.model.isolated.get(cursor.word)
    if cursor.part.kind == "attribute" and cursor.prefix.kind == "variable":
        return value_at(view, cursor.text[: cursor.part.span.end])
    return None


def value_at(view: View, text: str) -> Binding | None:
    """The top-level value, or the entry of a top-level table, that the text of a reference to a value names."""
    expression = view.grammar.read_variable(text)
    steps = _steps(expression)
    if not isinstance(expression.base, VariableRef) or steps is None:
        return None
    binding = view.model.isolated.get(expression.base.name)
    for step in steps:
        if binding is None or not isinstance(binding.value, Table) or not isinstance(step, Attribute):
            return None
        binding = binding.value.bindings.get(step.name)
    return binding
