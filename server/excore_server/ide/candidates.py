"""What a catalog says about parameters: what one wants, and who can be given to it."""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from excore.lang.catalog import Catalog, Entry, Param
from excore.lang.collector import many_objects
from excore.lang.project.model import Project
from excore.lang.resolve.entries import first_declared, is_meant
from excore.lang.resolve.sections import HOOK_PARAMETER
from excore_server.ide.argument_types import Container, argument_types, simple_name

_PLACES = 16
_ALSO = {"criterion": "loss"}
"""Words of parameters that registries and classes call otherwise."""
_SHORT = 3  # letters of a registry's name that longer words begin with by chance


class CatalogIndex:
    """What is derived from one catalog once and asked often."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = weakref.ref(catalog)  # whoever asks has it; kept, the two would keep each other
        self.candidates: dict[tuple[str | None, str, bool], tuple[Project, Candidates]] = {}
        self._kept: dict[Hashable, tuple[Project, dict[Any, Any]]] = {}
        self.habits: dict[tuple[str, ...], tuple[object, Any]] = {}  # with what each was derived from

    @property
    def catalog(self) -> Catalog:
        """The catalog that this is about."""
        catalog = self._catalog()
        assert catalog is not None
        return catalog

    def kept(self, place: Hashable, project: Project) -> dict[Any, Any]:
        """What was made for lists at one kind of place, as long as the project is the same; of a few such places."""
        found = self._kept.get(place)
        if found is None or found[0] is not project:
            if len(self._kept) >= _PLACES:
                self._kept.clear()
            found = self._kept[place] = (project, {})
        return found[1]

    @cached_property
    def below(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the simple name of every class they are or inherit from; functions by the class they return."""
        below: dict[str, dict[tuple[str, str], Entry]] = {}
        for entry in self.catalog:
            if entry.registry.startswith("__"):
                continue
            names = {path.rpartition(".")[2] for path in entry.bases}
            if entry.kind == "function" and entry.signature.returns:
                names.add(simple_name(entry.signature.returns))
            elif entry.kind == "class":
                names.add(entry.path.rpartition(".")[2])
            for name in names:
                below.setdefault(name, {})[entry.registry, entry.name] = entry
        return {name: tuple(entries.values()) for name, entries in below.items()}

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


_indexes: dict[int, CatalogIndex] = {}
_lock = Lock()


def catalog_index(catalog: Catalog) -> CatalogIndex:
    """The index of a catalog, remembered as long as there is the catalog. From any thread."""
    with _lock:
        index = _indexes.get(id(catalog))
        if index is None:
            index = _indexes[id(catalog)] = CatalogIndex(catalog)
            weakref.finalize(catalog, _indexes.pop, id(catalog), None)
        return index


def warm(catalog: Catalog) -> None:
    """Derive now what the first questions about a catalog need; from any thread."""
    index = catalog_index(catalog)
    with many_objects():
        _ = index.below, index.by_path, index.by_class, index.folded


def config_parameters(entry: Entry) -> Iterator[Param]:
    """The parameters a config may give: a hook gets its node from elsewhere."""
    return (one for one in entry.signature.keywords if not (entry.hook == "argument" and one.name == HOOK_PARAMETER))


def needs_arguments(entry: Entry) -> bool:
    """Whether a config has to give it any."""
    return any(param.needed for param in config_parameters(entry))


def registry_like(parameter: str, catalog: Catalog, project: Project) -> str | None:
    """The registry a parameter's name speaks of: ``backbone`` of Backbone, ``aux_heads`` of Head."""
    folded = catalog_index(catalog).folded
    word = parameter.casefold()
    words = (word, word.rpartition("_")[2])
    for form in (*words, *(w.removesuffix("s") for w in words), *(w.removesuffix("es") for w in words)):
        if form in folded:
            return folded[form]
    for name in project.primary_fields:
        if name.casefold() in (*words, word.replace("_", "")):
            return project.registry_of(name)
    begins = [name for name in folded if len(name) > _SHORT and any(one.startswith(name) for one in words)]
    if begins:
        return folded[max(begins, key=len)]
    ends = [name for name in folded if len(words[-1]) > _SHORT and name.endswith(words[-1])]
    return folded[ends[0]] if len(ends) == 1 else None


def likeness(parameter: str, entry: Entry) -> int:
    """How much the name of an entry, or of its registry, says of a parameter's: 0 nothing, 1 one of its words, 2 all of
    several, as ``RPNHead`` of ``rpn_head``."""
    words = [_ALSO.get(word, word) for word in parameter.casefold().split("_") if len(word) >= _SHORT]
    name = entry.name.casefold()
    said = sum(word in name for word in words)
    return 2 if said == len(words) > 1 else min(said or any(word in entry.registry.casefold() for word in words), 1)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Entries that suit a parameter, best first: by annotation, else by the registry its name speaks of.

    ``meant`` are those that their name alone stands for, by name. ``broad`` says that the annotation takes what several
    registries hold, and that the name of the parameter speaks of some.
    """

    entries: tuple[Entry, ...]
    meant: Mapping[str, Entry]
    as_class: bool
    container: Container = ""
    broad: bool = False


def candidates(param: Param | None, name: str, catalog: Catalog, project: Project) -> Candidates:
    """What can be given to a parameter as a module; no entries where it wants none, or anything."""
    cache = catalog_index(catalog).candidates
    key = (param.annotation, name, bool(param.choices)) if param is not None else (None, name, False)
    cached = cache.get(key)
    if cached is None or cached[0] is not project:
        cached = cache[key] = (project, _candidates(param, name, catalog, project))
    return cached[1]


def _candidates(param: Param | None, name: str, catalog: Catalog, project: Project) -> Candidates:
    want = argument_types(param.annotation if param is not None else None)
    index = catalog_index(catalog)  # whose entries are all read once something asks for a class
    entries = [entry for cls in want.classes for entry in index.below.get(cls, ())]
    plain = bool(want.scalars) or (param is not None and param.choices)
    like = None if plain or want.types else registry_like(name, catalog, project)
    as_class = not entries and like is None and bool(want.types or want.callable)
    if as_class:
        entries += [entry for cls in want.types for entry in index.below.get(cls, ()) if entry.kind == "class"]
    if like is not None:
        entries += catalog.entries.get(like, {}).values()
    broad = like is None and len({entry.registry for entry in entries}) > 1
    alike = {(entry.registry, entry.name): likeness(name, entry) // (1 if broad else 2) for entry in entries}
    # An annotation may fit everything; a name does not.
    entries.sort(
        key=lambda entry: (
            like not in (None, entry.registry),
            -alike[entry.registry, entry.name],
            broad and needs_arguments(entry),  # a table is missing
        )
    )
    container = want.container
    if entries and not container and not want.classes:
        plural = name.endswith("s") and like is not None and name.casefold() != like.casefold()
        container = "list" if want.list or (plural and (param is None or param.annotation is None)) else ""
    unique = {(entry.registry, entry.name): entry for entry in entries}
    meant = {entry.name: entry for entry in unique.values() if is_meant(entry, catalog, project)}
    return Candidates(tuple(unique.values()), meant, as_class, container, broad and any(alike.values()))


def class_named(name: str, catalog: Catalog, project: Project) -> Entry | None:
    """The registered class or function whose own name this is."""
    return first_declared(catalog_index(catalog).by_class.get(name, ()), project)
