"""Which entry a name or a module table stands for (HDR-5, HDR-6): asked by the resolver and by every feature.

The order in which a project declares its registries decides between two that know one name. A catalog has the order
in which sources make them, so nobody picks an entry by name from it himself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from excore.lang.catalog import Catalog, Entry
from excore.lang.grammar import HOOKS_TABLE
from excore.lang.project.model import Project


def is_registry(name: str, catalog: Catalog, project: Project) -> bool:
    """Whether a registry of this name is declared or made."""
    return name in catalog.registries or any(spec.name == name for spec in project.registries)


def registry_behind(name: str, catalog: Catalog, project: Project) -> str | None:
    """The registry that the tables under a top-level name are of; None where that is no field and no registry."""
    if name == HOOKS_TABLE:
        return None
    if name in project.primary_fields:
        return project.registry_of(name)
    return name if is_registry(name, catalog, project) else None


def entry_named(name: str, catalog: Catalog, project: Project) -> Entry | None:
    """The entry of the first registry, in declared order, that has ``name``."""
    for spec in project.registries:
        if name in catalog.entries.get(spec.name, ()):
            return catalog.get(spec.name, name)
    return catalog.find(name)


def entry_under(registry: str | None, name: str, catalog: Catalog, project: Project) -> Entry | None:
    """The entry ``name`` of a registry; of the first that has it where ``registry`` is None."""
    return entry_named(name, catalog, project) if registry is None else catalog.get(registry, name)


def entry_of(path: tuple[str, ...], catalog: Catalog, project: Project) -> Entry | None:
    """What a module table at ``path`` stands for; None where its name is not registered."""
    if not path:
        return None
    registry = registry_behind(path[0], catalog, project) if len(path) > 1 else None
    return entry_under(registry, path[min(len(path), 2) - 1], catalog, project)


def is_meant(entry: Entry, catalog: Catalog, project: Project) -> bool:
    """Whether the name of an entry stands for it and not for that of another registry."""
    meant = entry_named(entry.name, catalog, project)
    return meant is not None and meant.registry == entry.registry


def named_entries(catalog: Catalog, project: Project) -> Iterator[Entry]:
    """For every name of a public registry the entry that it stands for."""
    for name in catalog.by_name:
        entry = entry_named(name, catalog, project)
        if entry is not None:
            yield entry


def first_declared(entries: Iterable[Entry], project: Project) -> Entry | None:
    """Of entries that would do, the one whose registry is declared first; None of none."""
    order = {spec.name: number for number, spec in enumerate(project.registries)}
    return min(entries, key=lambda entry: order.get(entry.registry, len(order)), default=None)
