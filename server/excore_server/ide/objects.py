"""What the text of a reference stands for, as far as it is written: the object whose attributes come next."""

from __future__ import annotations

from dataclasses import dataclass

from excore.lang.catalog import Entry, Member
from excore.lang.grammar import FieldRef, Name, PathHook, Prefix, VariableRef
from excore.lang.paths import Attribute, Call
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding, Table
from excore_server.ide.knowledge import follow
from excore_server.ide.view import View


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


def sections_of(view: View, base: Name | FieldRef | VariableRef) -> tuple[Path, ...]:
    """The module tables that the base of a reference binds to; a name without a table is its own path."""
    model = view.model
    if isinstance(base, Name):
        if base.name in model.modules:
            return ((base.name,),)
        groups = model.members.get(base.name, ())
        if groups:
            return tuple((group, base.name) for group in groups)
        return ((base.name,),) if base.name in view.catalog.by_name else ()
    if isinstance(base, FieldRef):
        group = model.groups.get(base.field)
        if group is None:
            return ()
        if base.name is None or base.every:
            return tuple((group.name, name) for name in group.members)
        return ((group.name, base.name),) if base.name in group.members else ()
    return ()


def object_before(view: View, text: str, prefix: Prefix) -> Object | None:
    """What ``text``, a reference up to a dot, yields."""
    expression = view.grammar.read(text)
    base = expression.base
    if base is None or isinstance(base, VariableRef):
        return None
    paths = sections_of(view, base)
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
    found = follow(entry, tuple(names), view.catalog, view.python)
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
