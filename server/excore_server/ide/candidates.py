"""What a catalog says about parameters: what one wants, and who can be given to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import NamedTuple

from excore.lang.catalog import Catalog, Entry, Param
from excore.lang.project.reading import Project
from excore.lang.resolve.entries import first_declared
from excore_server.ide.argument_types import Container, argument_types, simple_name


class CatalogIndex:
    """What is derived from one catalog once and asked often."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.fits: dict[tuple[str | None, str, bool], tuple[Project, Candidates]] = {}
        self.skeletons: dict[tuple[str, str, bool, bool], tuple[Project, str]] = {}
        self.heads: dict[tuple[str, str], Head] = {}

    @cached_property
    def below(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the simple name of every class they are or inherit from; functions by the class they return."""
        found: dict[str, dict[tuple[str, str], Entry]] = {}
        for entry in self.catalog:
            if entry.registry.startswith("__"):
                continue
            names = {path.rpartition(".")[2] for path in entry.bases}
            if entry.kind == "function" and entry.signature.returns:
                names.add(simple_name(entry.signature.returns))
            elif entry.kind == "class":
                names.add(entry.path.rpartition(".")[2])
            for name in names:
                found.setdefault(name, {})[entry.registry, entry.name] = entry
        return {name: tuple(entries.values()) for name, entries in found.items()}

    @cached_property
    def by_path(self) -> Mapping[str, Entry]:
        """What is registered at each import path, in whichever registry."""
        return {entry.path: entry for entry in self.catalog}

    @cached_property
    def by_class(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the simple name of the class or function itself."""
        entries: dict[str, list[Entry]] = {}
        for entry in self.catalog:
            entries.setdefault(entry.path.rpartition(".")[2], []).append(entry)
        return {name: tuple(same) for name, same in entries.items()}

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """Registry names by their casefolded form."""
        return {name.casefold(): name for name in self.catalog.registries if not name.startswith("__")}

    def warm(self) -> None:
        """Derive now what first questions need."""
        _ = self.below, self.by_path, self.by_class, self.folded


class Head(NamedTuple):
    """An entry in a list: its name as typed texts are compared with it and as a key, and what it says of itself."""

    folded: str
    key: str
    required: bool
    summary: str


_recent: tuple[CatalogIndex, ...] = ()
_lock = Lock()


def catalog_index(catalog: Catalog) -> CatalogIndex:
    """The facts of a catalog; kept for the last few catalogs. From any thread."""
    global _recent
    for known in _recent:
        if known.catalog is catalog:
            return known
    with _lock:
        for known in _recent:
            if known.catalog is catalog:
                return known
        made = CatalogIndex(catalog)
        _recent = (made, *_recent[:3])
        return made


def registry_like(parameter: str, catalog: Catalog, project: Project) -> str | None:
    """The registry a parameter's name speaks of: ``backbone`` of Backbone, ``aux_heads`` of Head."""
    folded = catalog_index(catalog).folded
    word = parameter.casefold()
    words = (word, word.rpartition("_")[2])
    for form in (*words, *(w.removesuffix("s") for w in words), *(w.removesuffix("es") for w in words)):
        if form in folded:
            return folded[form]
    for name in project.primary_fields:
        if name.casefold() in words:
            return project.registry_of(name)
    return None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Entries that suit a parameter, best first: by annotation, else by the registry its name speaks of."""

    entries: tuple[Entry, ...]
    as_class: bool
    container: Container = ""


def candidates(param: Param | None, name: str, catalog: Catalog, project: Project) -> Candidates:
    """What can be given to a parameter as a module; no entries where it wants none, or anything."""
    kept = catalog_index(catalog).fits
    question = (param.annotation, name, bool(param.choices)) if param is not None else (None, name, False)
    known = kept.get(question)
    if known is None or known[0] is not project:
        known = kept[question] = (project, _fit(param, name, catalog, project))
    return known[1]


def _fit(param: Param | None, name: str, catalog: Catalog, project: Project) -> Candidates:
    want = argument_types(param.annotation if param is not None else None)
    below = catalog_index(catalog).below
    found: dict[tuple[str, str], Entry] = {}
    for cls in want.classes:
        found.update({(entry.registry, entry.name): entry for entry in below.get(cls, ())})
    plain = bool(want.scalars) or (param is not None and param.choices)
    like = None if plain or want.types else registry_like(name, catalog, project)
    as_class = not found and like is None and bool(want.types or want.callable)
    for cls in want.types if as_class else ():
        found.update({(entry.registry, entry.name): entry for entry in below.get(cls, ()) if entry.kind == "class"})
    if like is not None:
        found.update({(entry.registry, entry.name): entry for entry in catalog.entries.get(like, {}).values()})
    container = want.container
    if found and not container and not want.classes:
        plural = name.endswith("s") and like is not None and name.casefold() != like.casefold()
        container = "list" if want.list or (plural and (param is None or param.annotation is None)) else ""
    return Candidates(tuple(found.values()), as_class, container)


def class_named(name: str, catalog: Catalog, project: Project) -> Entry | None:
    """The registered class or function whose own name this is."""
    return first_declared(catalog_index(catalog).by_class.get(name, ()), project)
