"""What the top level of a config means: fields, registries, modules, scratchpads and isolated values (HDR, ISO-1)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from excore.lang.catalog import Catalog
from excore.lang.grammar import HOOKS_TABLE
from excore.lang.memo import Memo, differing
from excore.lang.nearest import Vocabulary, listed
from excore.lang.problems import Problem, problem
from excore.lang.project.model import Project
from excore.lang.resolve.entries import is_registry, registry_behind
from excore.lang.resolve.model import Group, Model, Role
from excore.lang.syntax.tree import Array, Missing, Scalar
from excore.lang.tables.table import Binding, BoundValue, Table, Tables

ANY_NAME = ""  # stands for the set of all names: what suggests names depends on it
KIND_OF = "\t"  # before a name: that it has a value, and if that is a single one, of which kind
PLACE_OF = "\n"  # before a name: where its value is written, on which only those depend that read references there


@dataclass(frozen=True)
class Names:
    """Every top-level key, classified, and the index that references are looked up in.

    ``members`` says for each name of a module which groups hold it.
    """

    root: Table
    groups: Mapping[str, Group] = field(default_factory=dict)
    modules: Mapping[str, Binding] = field(default_factory=dict)
    isolated: Mapping[str, Binding] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def variables(self) -> Vocabulary:
        """What a mistyped name of a value may mean."""
        return Vocabulary(self.isolated)

    @cached_property
    def fields(self) -> Vocabulary:
        """What a mistyped name of a field may mean."""
        return Vocabulary(self.groups)

    @property
    def keys(self) -> tuple[Mapping[str, object], ...]:
        """The names by what they are."""
        return self.groups, self.modules, self.isolated, self.members


def names_of(model: Model) -> Names:
    """The names a model was resolved with."""
    return Names(model.root, model.groups, model.modules, model.isolated, model.members)


def is_module_path(path: tuple[str, ...], catalog: Catalog, project: Project) -> bool:
    """Whether a table at ``path`` is a module's: there prefixes have a meaning (SYN-6)."""
    if not path or len(path) > 2:
        return False
    if path[0] == HOOKS_TABLE or is_field_or_registry(path[0], catalog, project):
        return len(path) == 2
    return (path[0] in catalog.by_name) == (len(path) == 1) and path[-1] in catalog.by_name


def fields_and_registries(catalog: Catalog, project: Project) -> set[str]:
    """All names that stand for modules, and so for no module and no value themselves (REF-4)."""
    return {*project.primary_fields, *catalog.registries, *(spec.name for spec in project.registries)}


def is_field_or_registry(name: str, catalog: Catalog, project: Project) -> bool:
    """Whether a name is one of ``fields_and_registries``."""
    return name in project.primary_fields or is_registry(name, catalog, project)


def classify(root: Table, catalog: Catalog, project: Project, memo: Memo) -> Names:
    """The meaning of every top-level key of a merged config. ``memo`` must be of the same catalog and project."""
    groups: dict[str, Group] = {}
    modules: dict[str, Binding] = {}
    isolated: dict[str, Binding] = {}

    def group_of(name: str, binding: Binding) -> Group | Role | None:
        role = _role(name, binding, catalog, project)
        if role is None or role == "module":
            return role
        return (
            _scratchpad(name, binding, catalog)
            if role == "scratchpad"
            else _group(name, role, binding, catalog, project)
        )

    meanings = memo.each("top level", root.bindings, group_of)
    for name, binding in root.bindings.items():
        meaning = meanings[name]
        if meaning is None:
            isolated[name] = binding
        elif isinstance(meaning, Group):
            groups[name] = meaning
        else:
            modules[name] = binding
    before: Names | None = memo.last("names")
    members = _members(groups) if before is None else _members_after(before, groups)
    return Names(root, groups, modules, isolated, members)


def changed_names(before: Names, after: Names) -> set[Hashable]:
    """The names that mean something else ``after`` an edit, for those who asked what they mean."""
    changed: set[Hashable] = {*(before.modules.keys() ^ after.modules.keys())}
    for name in before.groups.keys() | after.groups.keys():
        old, new = before.groups.get(name), after.groups.get(name)
        # Why a group has no members is told by what else it holds.
        if old is not new and (old is None or new is None or not new.members or list(old.members) != list(new.members)):
            changed.add(name)
    for name in chain.from_iterable(differing(before.isolated, after.isolated)):
        was, now = before.isolated.get(name), after.isolated.get(name)
        changed.add(PLACE_OF + name)
        if was is None or now is None or not _same_value(was.value, now.value):
            changed.add(name)
            if was is None or now is None or not _same_kind(was.value, now.value):
                changed.add(KIND_OF + name)
    if before.members is not after.members:
        changed.update(name for name, _ in before.members.items() ^ after.members.items())
    if changed and any(old.keys() != new.keys() for old, new in zip(before.keys, after.keys, strict=True)):
        changed.add(ANY_NAME)
    return changed


def _role(name: str, binding: Binding, catalog: Catalog, project: Project) -> Role | None:
    """What a top-level key is; None for a value that is isolated."""
    if name == HOOKS_TABLE:
        return "hooks"
    if name in project.primary_fields:
        return "field"
    if is_registry(name, catalog, project):
        return "registry"
    value = binding.value
    if not isinstance(value, Table):
        return None
    by_name = catalog.by_name
    if name in by_name:
        return "module"
    for key, inner in value.bindings.items():
        if key in by_name and isinstance(inner.value, Table):
            return "scratchpad"
    return None


def _scratchpad(name: str, binding: Binding, catalog: Catalog) -> Group:
    assert isinstance(binding.value, Table)
    members: dict[str, Binding] = {}
    leftover: dict[str, Binding] = {}
    for key, inner in binding.value.bindings.items():
        inside = members if isinstance(inner.value, Table) and key in catalog.by_name else leftover
        inside[key] = inner
    return Group(name, "scratchpad", None, binding, members, leftover)


def _group(name: str, role: Role, binding: Binding, catalog: Catalog, project: Project) -> Group:
    registry = registry_behind(name, catalog, project)
    what = "the table of lifecycle hooks" if role == "hooks" else f"a {role}"
    problems: list[Problem] = []
    members: dict[str, Binding] = {}
    loose: list[Binding] = []
    if not isinstance(binding.value, Table):
        if not isinstance(binding.value, Missing):
            values = (
                f"an array of tables; write `[{name}"
                if isinstance(binding.value, Tables)
                else f"a value; it needs `[{name}"
            )
            message = f"`{name}` is {what}: it holds module tables, not {values}.ModuleName]`"
            problems.append(problem("invalid-header", message, binding.value_origin))
    else:
        for key, inner in binding.value.bindings.items():
            if isinstance(inner.value, Table):
                members[key] = inner
            elif isinstance(inner.value, Tables):
                message = f"a module has one table: write `[{name}.{key}]` with single brackets"
                problems.append(problem("invalid-header", message, inner.origin))
            elif not isinstance(inner.value, Missing):
                loose.append(inner)
    if loose:
        names = listed([one.name for one in loose], 4)
        stand = "stands" if len(loose) == 1 else "stand"
        message = f"{names} {stand} directly in {what}; arguments belong in a table `[{name}.ModuleName]`"
        problems.append(problem("invalid-header", message, loose[0].origin))
    kind: Role = "hooks" if role == "hooks" else "field" if role == "field" else "registry"
    return Group(name, kind, registry, binding, members, {}, tuple(problems))


def _members(groups: Mapping[str, Group]) -> dict[str, tuple[str, ...]]:
    groups_of: dict[str, list[str]] = {}
    for name, group in groups.items():
        for member in group.members:
            groups_of.setdefault(member, []).append(name)
    return {member: tuple(names) for member, names in groups_of.items()}


def _members_after(before: Names, groups: Mapping[str, Group]) -> Mapping[str, tuple[str, ...]]:
    """As ``_members``; looks only at the groups that are others than ``before``."""
    if list(before.groups) != list(groups):
        return _members(groups)
    moved: set[str] = set()
    for name, group in groups.items():
        old = before.groups[name]
        if old is not group:
            moved |= old.members.keys() ^ group.members.keys()
    if not moved:
        return before.members
    members = dict(before.members)
    for member in moved:
        members[member] = tuple(name for name, group in groups.items() if member in group.members)
        if not members[member]:
            del members[member]
    return members


def _same_kind(one: BoundValue, other: BoundValue) -> bool:
    return isinstance(one, Scalar) and isinstance(other, Scalar) and one.kind == other.kind


def _same_value(one: BoundValue, other: BoundValue) -> bool:
    """Whether two values are known to be the same, if from different places."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.kind == other.kind and one.raw == other.raw
    return isinstance(one, Array) and isinstance(other, Array) and one.same_text(other)
