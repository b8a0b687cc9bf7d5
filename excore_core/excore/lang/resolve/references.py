"""What a reference leads to (REF, VAR).

``bound_paths`` is the rule, for the resolver and for whatever asks about a cursor; ``Lookup`` adds the problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from excore.lang.catalog import Catalog
from excore.lang.grammar import (
    Base,
    EnvironmentRef,
    Expression,
    FieldRef,
    Grammar,
    Name,
    VariableRef,
    field_reference,
)
from excore.lang.memo import Memo
from excore.lang.nearest import nearest, suggestion_text
from excore.lang.problems import Origin, Problem, problem
from excore.lang.project.model import Project
from excore.lang.resolve.entries import entry_named, entry_under
from excore.lang.resolve.explain import Sought, unknown_class, unknown_variable
from excore.lang.resolve.model import Group, Model, Path, Target
from excore.lang.resolve.top_level import ANY_NAME, KIND_OF, Names, fields_and_registries, is_field_or_registry
from excore.lang.syntax.tree import Missing, Scalar
from excore.lang.tables.table import Binding, Table


@dataclass(frozen=True)
class Scope:
    """Everything that decides what a name in a config means."""

    names: Names
    catalog: Catalog
    project: Project
    grammar: Grammar
    environment: Mapping[str, str] | None
    _read: dict[str, Expression] = field(default_factory=dict)

    def read(self, text: str) -> Expression:
        """``grammar.read``, remembered: the same texts recur all over a config."""
        expression = self._read.get(text)
        if expression is None:
            expression = self._read[text] = self.grammar.read(text)
        return expression

    @cached_property
    def unseen(self) -> tuple[str, ...]:
        """The registries that the project declares and that no source makes."""
        return tuple(spec.name for spec in self.project.registries if spec.name not in self.catalog.registries)

    def is_reserved(self, name: str) -> bool:
        """Whether a name is a field, registry or scratchpad, which cannot be a module's (REF-4)."""
        return _is_reserved(name, self.names, self.catalog, self.project)

    def is_scratchpad(self, name: str) -> bool:
        """Whether a name is that of a table that holds variants of modules."""
        group = self.names.groups.get(name)
        return group is not None and group.role == "scratchpad"

    def bound_paths(self, base: Base) -> tuple[Path, ...]:
        """The modules that a base may mean."""
        return bound_paths(base, self.names, self.catalog, self.project)

    def target(self, path: Path) -> Target:
        """The module at ``path``: a table, or a registered name without one."""
        if len(path) == 1:
            entry = entry_named(path[0], self.catalog, self.project)
            return Target(path, entry, path[0] not in self.names.modules)
        return Target(
            path, entry_under(self.names.groups[path[0]].registry, path[1], self.catalog, self.project), False
        )


def bound_paths(base: Base, names: Names | Model, catalog: Catalog, project: Project) -> tuple[Path, ...]:
    """The module tables that ``base`` may mean; a registered name without a table is a path of its own.

    With exactly one the reference binds to it. Several are all meant under ``$Field::*``, and ambiguous otherwise.
    """
    if isinstance(base, Name):
        name = base.name
        if name in names.modules:
            return ((name,),)
        if _is_reserved(name, names, catalog, project):
            return ()
        paths = tuple((group, name) for group in names.members.get(name, ()))
        return paths or (((name,),) if entry_named(name, catalog, project) is not None else ())
    group = names.groups.get(base.field) if isinstance(base, FieldRef) else None
    if group is None or isinstance(base, VariableRef):
        return ()
    if base.name is None or base.every:
        return tuple((group.name, name) for name in group.members)
    return ((group.name, base.name),) if base.name in group.members else ()


def _is_reserved(name: str, names: Names | Model, catalog: Catalog, project: Project) -> bool:
    return name in names.groups or is_field_or_registry(name, catalog, project)


def text_variable(spot: EnvironmentRef, isolated: Mapping[str, Binding]) -> Binding | None:
    """The value of the config that ``${name}`` or ``${name.key}`` in a text stands for (VAR-9).

    None where it is the environment's, or where the value has no such key.
    """
    binding = isolated.get(spot.variable.name) if spot.variable is not None else None
    for key in spot.keys:
        table = binding.value if binding is not None else None
        binding = table.bindings.get(key) if isinstance(table, Table) else None
    return binding


class Place(NamedTuple):
    """Where a reference text stands, to find the place of a part of it in the file."""

    scalar: Scalar
    origin: Origin

    def within(self, start: int, end: int) -> Origin:
        first = self.scalar.offset(start)
        return Origin(self.origin.file, self.origin.block, first, max(first, self.scalar.offset(end)))

    def content(self, start: int, end: int) -> str:
        return str(self.scalar.value)[start:end]


class Lookup:
    """Looks up the names of one section. ``problems`` are those of the look-ups; every name is touched in ``memo``."""

    def __init__(self, scope: Scope, memo: Memo) -> None:
        self.scope = scope
        self.problems: list[Problem] = []
        self.touch = memo.touch
        self.variables: list[str] = []

    def variable(self, base: VariableRef, place: Place) -> Binding | None:
        names = self.scope.names
        self.touch(KIND_OF + base.name)
        origin = place.within(base.span.start, base.span.end)
        binding = names.isolated.get(base.name)
        if binding is not None:
            self.variables.append(base.name)
            return binding
        if self.scope.is_scratchpad(base.name) or base.name in names.modules:
            message = f"`{base.name}` is a table of module arguments, not a value"
            if base.name in names.modules:
                message += "; write `!` or `@` instead of `&` to pass the module"
            self.problems.append(problem("reserved-name", message, origin))
        elif self.scope.is_reserved(base.name):
            message = f"`{base.name}` is the name of a field or registry, not of a value"
            self.problems.append(problem("reserved-name", message, origin))
        else:
            self.touch(ANY_NAME)
            self.problems.append(self.no_variable(base.name, origin))
        return None

    def no_variable(self, name: str, origin: Origin) -> Problem:
        scope = self.scope
        if name in scope.names.members or name in scope.catalog.by_name:
            char = scope.grammar.prefix("new").char
            message = f"`{name}` is a class, not a value of the config; write `{char}` before the argument to pass it"
            return problem("unknown-variable", message, origin, name=name, prefix=char)
        return unknown_variable(scope.names.variables, name, origin)

    def lookup(self, base: Base, place: Place) -> tuple[Target, ...]:
        if isinstance(base, Name):
            return self.by_name(base, place)
        if isinstance(base, FieldRef):
            return self.by_field(base, place)
        return ()

    def by_name(self, base: Name, place: Place) -> tuple[Target, ...]:
        scope = self.scope
        name = base.name
        self.touch(name)
        paths = scope.bound_paths(base)
        if len(paths) == 1:
            return (scope.target(paths[0]),)
        origin = place.within(base.span.start, base.span.end)
        if paths:
            groups = scope.names.members[name]
            choices = tuple(field_reference(group, name) for group in groups)
            message = f"`{name}` is in {_listed(groups)}; say which one: {_listed(choices)}"
            self.problems.append(problem("ambiguous-reference", message, origin, suggestions=choices, name=name))
            return ()
        if scope.is_reserved(name):
            self.reserved(name, origin)
            return ()
        value = scope.names.isolated.get(name)
        if value is not None and not isinstance(value.value, Table) and not scope.catalog.has_open:
            char = scope.grammar.prefix("variable").char
            message = f"`{name}` is a value of the config, not a class; write `{char}` before the argument to pass it"
            self.problems.append(problem("unknown-class", message, origin, name=name, prefix=char))
            return ()
        self.touch(ANY_NAME)
        self.problems.append(unknown_class(scope.catalog, scope.project, None, (name,), origin, self.sought()))
        return ()

    def sought(self) -> Sought:
        """What is known of the references of this place."""
        return Sought(self.scope.names.members, self.scope.unseen)

    def reserved(self, name: str, origin: Origin) -> None:
        scope = self.scope
        owners = scope.names.members.get(name, ())
        choices = (*(field_reference(owner, name) for owner in owners), field_reference(name))
        what = "a scratchpad" if scope.is_scratchpad(name) else "a field or registry"
        message = f"`{name}` is the name of {what}, not of a module; write {_listed(choices, ' or ')}"
        self.problems.append(problem("reserved-name", message, origin, suggestions=choices))

    def by_field(self, base: FieldRef, place: Place) -> tuple[Target, ...]:
        scope = self.scope
        self.touch(base.field)
        group = scope.names.groups.get(base.field)
        origin = place.within(base.field_span.start, base.field_span.end)
        if group is None:
            self.no_group(base, origin)
            return ()
        paths = scope.bound_paths(base)
        if base.every or len(paths) == 1:
            if not paths:
                self.empty(group, origin)
            return tuple(map(scope.target, paths))
        if base.name is None:
            self.no_sole(group, origin)
        elif base.name:
            where = place.within(base.name_span.start, base.name_span.end)
            suggestions = group.vocabulary.near(base.name)
            message = f"`{group.name}` has no `{base.name}`; it holds {_listed(tuple(group.members)) or 'nothing'}"
            if suggestions and len(group.members) > 1:
                message += f"; did you mean `{suggestions[0]}`?"
            suggestions = suggestions or tuple(group.members)[:3]
            self.problems.append(problem("unknown-section", message, where, suggestions=suggestions))
        return ()

    def no_group(self, base: FieldRef, origin: Origin) -> None:
        names = self.scope.names
        self.touch(ANY_NAME)
        if base.field in names.modules or base.field in names.isolated:
            what = "a table of module arguments" if base.field in names.modules else "a value"
            message = f"`{base.field}` is {what}; behind `$` stands a field, registry or scratchpad"
            self.problems.append(problem("empty-field", message, origin, value=base.field))
            return
        fields = fields_and_registries(self.scope.catalog, self.scope.project)
        suggestions = names.fields.near(base.field)
        if not suggestions and base.field not in fields:
            suggestions = nearest(base.field, fields)
        message = f"the config has no table `[{base.field}.…]`"
        message += suggestion_text(suggestions)
        self.problems.append(problem("empty-field", message, origin, suggestions=suggestions, field=base.field))

    def no_sole(self, group: Group, origin: Origin) -> None:
        """``$Field`` where the field holds no module, or several."""
        if not group.members:
            self.empty(group, origin)
            return
        choices = tuple(f"{group.name}::{name}" for name in group.members)
        message = (
            f"`{group.name}` holds several modules; say which one: {_listed(tuple(map(field_reference, choices)))}"
        )
        self.problems.append(problem("ambiguous-reference", message, origin, suggestions=choices, field=group.name))

    def empty(self, group: Group, origin: Origin) -> None:
        """A group without modules; there is a problem already for one that holds something else."""
        if group.problems or _is_half_typed(group):
            return
        self.problems.append(problem("empty-field", f"`{group.name}` holds no module", origin, field=group.name))


def _is_half_typed(group: Group) -> bool:
    table = group.binding.value
    return isinstance(table, Table) and any(isinstance(one.value, Missing) for one in table.bindings.values())


def _listed(names: tuple[str, ...], between: str = ", ") -> str:
    parts = [f"`{name}`" for name in names[:8]]
    if len(names) > 8:
        parts.append(f"{len(names) - 8} more")
    return between.join(parts)
