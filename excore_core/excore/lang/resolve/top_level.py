"""What the top level of a config means: fields, registries, modules, scratchpads and isolated values (SPEC 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from excore.lang.catalog import Catalog
from excore.lang.grammar import HOOKS_TABLE, Grammar
from excore.lang.problems import Problem, problem
from excore.lang.project.reading import Project
from excore.lang.resolve.entries import is_registry, registry_behind
from excore.lang.resolve.model import Group, Role
from excore.lang.syntax.tree import Array, Missing, Scalar
from excore.lang.tables.table import Binding, BoundValue, Table, Tables

ANY_NAME = ""  # stands for the set of all names: what suggests names depends on it
PLACE_OF = "\n"  # before a name: where its value is written, on which only those depend that read references there


@dataclass(frozen=True)
class Names:
    """Every top-level key, classified, and the index that references are looked up in.

    ``changed`` are the names whose meaning differs from the ``Names`` before; None where all may differ.
    """

    root: Table
    groups: Mapping[str, Group] = field(default_factory=dict)
    modules: Mapping[str, Binding] = field(default_factory=dict)
    isolated: Mapping[str, Binding] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: frozenset[str] | None = None


def is_module_path(path: tuple[str, ...], catalog: Catalog, project: Project) -> bool:
    """Whether a table at ``path`` is a module's: there prefixes have a meaning (SPEC SYN-6)."""
    if not path or len(path) > 2:
        return False
    if path[0] == HOOKS_TABLE or is_field_or_registry(path[0], catalog, project):
        return len(path) == 2
    return (path[0] in catalog.by_name) == (len(path) == 1) and path[-1] in catalog.by_name


def fields_and_registries(catalog: Catalog, project: Project) -> set[str]:
    """All names that stand for modules, and so for no module and no value themselves (SPEC REF-4)."""
    return {*project.primary_fields, *catalog.registries, *(spec.name for spec in project.registries)}


def is_field_or_registry(name: str, catalog: Catalog, project: Project) -> bool:
    """Whether a name is one of `fields_and_registries`."""
    return name in project.primary_fields or is_registry(name, catalog, project)


def classify(root: Table, catalog: Catalog, project: Project, grammar: Grammar, before: Names | None = None) -> Names:
    """The meaning of every top-level key of a merged config. ``before`` must be of the same catalog and project."""
    if before is not None and before.root is root:
        return Names(root, before.groups, before.modules, before.isolated, before.members, frozenset())
    groups: dict[str, Group] = {}
    modules: dict[str, Binding] = {}
    isolated: dict[str, Binding] = {}
    for name, binding in root.bindings.items():
        if before is not None:
            known = before.groups.get(name)
            if known is not None and known.binding is binding:
                groups[name] = known
                continue
        role = _role(name, binding, catalog, project)
        if role == "module":
            modules[name] = binding
        elif role == "isolated":
            isolated[name] = binding
        elif role == "scratchpad":
            groups[name] = _scratchpad(name, binding, catalog)
        else:
            groups[name] = _group(name, role, binding, catalog, project)
    if before is None:
        return Names(root, groups, modules, isolated, _members(groups))
    changed = _changed(before, groups, modules, isolated)
    moved = _moved_members(before.groups, groups)
    if [name for name in before.groups if name in groups] != [name for name in groups if name in before.groups]:
        moved.update(name for name, owners in before.members.items() if len(owners) > 1)
    members = before.members
    if moved:
        members = _patched(members, moved, groups)
        changed |= moved
    if changed and (moved or _keys(before.groups, before.modules, before.isolated) != _keys(groups, modules, isolated)):
        changed.add(ANY_NAME)
    return Names(root, groups, modules, isolated, members, frozenset(changed))


def _role(name: str, binding: Binding, catalog: Catalog, project: Project) -> Role | str:
    if name == HOOKS_TABLE:
        return "hooks"
    if name in project.primary_fields:
        return "field"
    if is_registry(name, catalog, project):
        return "registry"
    value = binding.value
    if not isinstance(value, Table):
        return "isolated"
    by_name = catalog.by_name
    if name in by_name:
        return "module"
    for key, inner in value.bindings.items():
        if key in by_name and isinstance(inner.value, Table):
            return "scratchpad"
    return "isolated"


def _scratchpad(name: str, binding: Binding, catalog: Catalog) -> Group:
    assert isinstance(binding.value, Table)
    members: dict[str, Binding] = {}
    leftover: dict[str, Binding] = {}
    for key, inner in binding.value.bindings.items():
        inside = members if isinstance(inner.value, Table) and key in catalog.by_name else leftover
        inside[key] = inner
    return Group(name, "scratchpad", None, binding, members, leftover)


def _group(name: str, role: str, binding: Binding, catalog: Catalog, project: Project) -> Group:
    registry = registry_behind(name, catalog, project)
    what = "the table of lifecycle hooks" if role == "hooks" else f"a {role}"
    problems: list[Problem] = []
    members: dict[str, Binding] = {}
    loose: list[Binding] = []
    if not isinstance(binding.value, Table):
        if not isinstance(binding.value, Missing):
            given = (
                f"an array of tables; write `[{name}"
                if isinstance(binding.value, Tables)
                else f"a value; it needs `[{name}"
            )
            message = f"`{name}` is {what}: it holds module tables, not {given}.ModuleName]`"
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
        names = ", ".join(f"`{one.name}`" for one in loose[:4]) + (" …" if len(loose) > 4 else "")
        stand = "stands" if len(loose) == 1 else "stand"
        message = f"{names} {stand} directly in {what}; arguments belong in a table `[{name}.ModuleName]`"
        problems.append(problem("invalid-header", message, loose[0].origin))
    kind: Role = "hooks" if role == "hooks" else "field" if role == "field" else "registry"
    return Group(name, kind, registry, binding, members, {}, tuple(problems))


def _members(groups: Mapping[str, Group]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, group in groups.items():
        for member in group.members:
            found[member] = (*found[member], name) if member in found else (name,)
    return found


def _keys(*tables: Mapping[str, object]) -> list[set[str]]:
    return [set(table) for table in tables]


def _moved_members(before: Mapping[str, Group], groups: Mapping[str, Group]) -> set[str]:
    """Names that a group has now and had not before, or the other way round."""
    moved: set[str] = set()
    for name in before.keys() | groups.keys():
        old, new = before.get(name), groups.get(name)
        if old is not new:
            moved |= (old.members.keys() if old else set()) ^ (new.members.keys() if new else set())
    return moved


def _patched(
    members: Mapping[str, tuple[str, ...]], moved: set[str], groups: Mapping[str, Group]
) -> Mapping[str, tuple[str, ...]]:
    patched = dict(members)
    for member in moved:
        owners = tuple(name for name, group in groups.items() if member in group.members)
        if owners:
            patched[member] = owners
        else:
            patched.pop(member, None)
    return patched


def _changed(
    before: Names, groups: Mapping[str, Group], modules: Mapping[str, Binding], isolated: Mapping[str, Binding]
) -> set[str]:
    changed = before.modules.keys() ^ modules.keys()
    for name in before.groups.keys() | groups.keys():
        old, new = before.groups.get(name), groups.get(name)
        if old is new:
            continue
        # Why a group has no members is told by what else it holds.
        if old is None or new is None or not new.members or list(old.members) != list(new.members):
            changed.add(name)
    for name in before.isolated.keys() | isolated.keys():
        was, now = before.isolated.get(name), isolated.get(name)
        if was is not now:
            changed.add(PLACE_OF + name)
            if was is None or now is None or not _same_value(was.value, now.value):
                changed.add(name)
    return changed


def _same_value(one: BoundValue, other: BoundValue) -> bool:
    """Whether two values are known to be the same, if from different places."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.kind == other.kind and one.raw == other.raw
    return isinstance(one, Array) and isinstance(other, Array) and one.same_text(other)
