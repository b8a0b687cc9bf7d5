"""What a catalog says about parameters: what one wants, and who can be given to it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import Literal, NamedTuple, Protocol

from excore.lang.catalog import Catalog, Entry, Member, Param, Signature
from excore.lang.check.annotations import Type, read_annotation
from excore.lang.project.reading import Project
from excore.lang.resolve.entries import first_declared

Container = Literal["", "list", "table"]


class Python(Protocol):
    """Knows classes that are in no registry (``torch.nn.ReLU``) by import path. Never blocks: None is "not yet"."""

    def get(self, path: str) -> Entry | None: ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an annotation asks for. ``classes`` and ``types`` are simple names: of instances, and of classes as such.

    ``container`` says that the objects are wanted in a list or a table.
    """

    scalars: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    callable: bool = False
    list: bool = False
    table: bool = False
    container: Container = ""


@lru_cache(maxsize=4096)
def wanted(annotation: str | None) -> Wanted:
    """What a parameter with this annotation wants; nothing particular for none."""
    if annotation is None:
        return Wanted()
    found: dict[str, list[str]] = {"scalars": [], "classes": [], "types": [], "shapes": [], "container": []}
    _collect(read_annotation(annotation), "", found)
    container = found["container"][0] if found["container"] else ""
    return Wanted(
        frozenset(found["scalars"]),
        tuple(dict.fromkeys(found["classes"])),
        tuple(dict.fromkeys(found["types"])),
        "callable" in found["shapes"],
        "array" in found["shapes"],
        "mapping" in found["shapes"],
        "list" if container == "list" else "table" if container == "table" else "",
    )


def _collect(kind: Type, container: Container, found: dict[str, list[str]]) -> None:
    found["shapes"].append(kind.shape)
    if kind.shape == "union":
        for item in kind.items:
            _collect(item, container, found)
    elif kind.shape == "scalar":
        if not container:
            found["scalars"].extend(kind.kinds)
    elif kind.shape == "class":
        found["classes"].append(_simple(kind.text))
        found["container"].append(container)
    elif kind.shape == "type":
        found["types"].extend(_simple(item.text) for item in kind.items)
        found["container"].append(container)
    elif kind.shape == "array" and kind.items:
        _collect(kind.items[0], "list", found)
    elif kind.shape == "mapping" and len(kind.items) > 1:
        _collect(kind.items[1], "table", found)


def _simple(text: str) -> str:
    return text.partition("[")[0].rpartition(".")[2].strip("\"' ")


class Facts:
    """What is derived from one catalog once and asked often."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.fits: dict[tuple[str | None, str, bool], tuple[Project, Fit]] = {}
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
                names.add(_simple(entry.signature.returns))
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


_recent: tuple[Facts, ...] = ()
_lock = Lock()


def facts(catalog: Catalog) -> Facts:
    """The facts of a catalog; kept for the last few catalogs. From any thread."""
    global _recent
    for known in _recent:
        if known.catalog is catalog:
            return known
    with _lock:
        for known in _recent:
            if known.catalog is catalog:
                return known
        made = Facts(catalog)
        _recent = (made, *_recent[:3])
        return made


def registry_like(parameter: str, catalog: Catalog, project: Project) -> str | None:
    """The registry a parameter's name speaks of: ``backbone`` of Backbone, ``aux_heads`` of Head."""
    folded = facts(catalog).folded
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
class Fit:
    """Entries that suit a parameter, best first: by annotation, else by the registry its name speaks of."""

    entries: tuple[Entry, ...]
    as_class: bool
    container: Container = ""


def fit(param: Param | None, name: str, catalog: Catalog, project: Project) -> Fit:
    """What can be given to a parameter as a module; no entries where it wants none, or anything."""
    kept = facts(catalog).fits
    question = (param.annotation, name, bool(param.choices)) if param is not None else (None, name, False)
    known = kept.get(question)
    if known is None or known[0] is not project:
        known = kept[question] = (project, _fit(param, name, catalog, project))
    return known[1]


def _fit(param: Param | None, name: str, catalog: Catalog, project: Project) -> Fit:
    want = wanted(param.annotation if param is not None else None)
    below = facts(catalog).below
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
    return Fit(tuple(found.values()), as_class, container)


@dataclass(frozen=True, slots=True)
class Called:
    """How ``Callable[[A, B], R]`` is called: with how many arguments (None: any), and the text of what it returns."""

    arguments: int | None
    returns: str

    def suits(self, signature: Signature) -> bool:
        """Whether a function can be called so, as far as it says."""
        plain = [one for one in signature.params if one.kind in ("positional-only", "positional-or-keyword")]
        if self.returns not in ("", "Any") and signature.returns not in (None, "", "Any", self.returns):
            return False
        if self.arguments is None:
            return True
        if any(one.required and one.kind == "keyword-only" for one in signature.params):
            return False
        more = signature.takes_any or any(one.kind == "var-positional" for one in signature.params)
        return sum(one.required for one in plain) <= self.arguments and (more or self.arguments <= len(plain))


def called(annotation: str | None) -> Called | None:
    """What the first ``Callable`` of an annotation says; None without one."""
    try:
        tree = ast.parse(annotation or "", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Callable":
            if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
                given, returns = node.slice.elts
                return Called(len(given.elts) if isinstance(given, ast.List) else None, ast.unparse(returns))
    return None


def literal(source: str | None) -> object:
    """The value of a default's source text; ``Ellipsis`` where it is no literal."""
    if source is None:
        return ...
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ...


def member_of(entry: Entry | None, name: str) -> Member | None:
    """The attribute or method ``name`` of what an entry stands for."""
    if entry is None:
        return None
    return next((member for member in entry.members if member.name == name), None)


def class_named(name: str, catalog: Catalog, project: Project) -> Entry | None:
    """The registered class or function whose own name this is."""
    return first_declared(facts(catalog).by_class.get(name, ()), project)


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
            current = facts(catalog).by_path.get(path) or (python.get(path) if python is not None else None)
            continue
        member = member_of(current, name)
        if member is None or member.annotation is None:
            return None
        classes = wanted(member.annotation).classes
        current = class_named(classes[0], catalog, project) if classes else None
    return current
