"""What the text of a reference stands for, as far as it is written: the object whose attributes come next."""

from __future__ import annotations

from dataclasses import dataclass

from excore.lang.catalog import Entry, Member
from excore.lang.grammar import PathHook, Prefix, VariableRef
from excore.lang.paths import Attribute, Call
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
