"""What is registered: the one form in which static index, live registries and dumps describe Python.

Whoever makes a catalog, the resolver and every feature read it the same way. An entry says how certain it is; what a
dynamic registration could add makes its registry ``open``, and names unknown there are no errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

from excore.lang.grammar import DEFAULT, Grammar
from excore.lang.nearest import Vocabulary
from excore.lang.reach import Reached

_ORDINARY = frozenset(("object", "ABC", "Generic", "Module"))

EntryKind = Literal["class", "function", "module"]
ParamKind = Literal["positional-only", "positional-or-keyword", "var-positional", "keyword-only", "var-keyword"]
Source = Literal["source", "dump", "live", "external"]


V = TypeVar("V")


class LazyMapping(Mapping[str, V]):
    """Names that are known, and values that are made when they are asked for, each once; ``lock`` is held meanwhile."""

    def __init__(
        self, names: Collection[str], make: Callable[[str], V], lock: AbstractContextManager[Any] | None = None
    ) -> None:
        self._names = names
        self._make = make
        self._lock = lock or nullcontext()
        self._values: dict[str, V] = {}

    def __getitem__(self, name: str) -> V:
        value = self._values.get(name)
        if value is None:
            if name not in self._names:
                raise KeyError(name)
            with self._lock:
                value = self._values.get(name)  # another thread may have made it while this one waited
                if value is None:
                    value = self._values[name] = self._make(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """As ``dict.get``; no exception is made for an unknown name."""
        value = self._values.get(name)
        return value if value is not None else self[name] if name in self._names else default

    @property
    def made(self) -> Collection[str]:
        """The names whose values were made."""
        return self._values.keys()

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Location(NamedTuple):
    """A place in a Python file: ``path`` absolute, ``line`` and ``column`` 0-based, code points; ``end_column`` on the
    same line (the name, not the body)."""

    path: str
    line: int
    column: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter that a config may give.

    ``annotation`` and ``default`` are source texts; ``None`` means absent. ``annotation`` is normalised where aliases
    could be followed: ``Optional[int]`` stays as written, but a name imported under another name is given by its own.
    ``choices`` are the literal values of ``Literal[...]``, or what may stand for the members of an enum: first their
    values that are texts, then names that are other texts. ``owner`` is the class whose
    signature really declares it (inherited or forwarded parameters), "" for the entry itself. ``wanted``: a
    ``TypedDict`` for ``**kwargs`` says that it must be given, which Python does not check. ``also``: another name by
    which it may be given.
    """

    name: str
    kind: ParamKind = "positional-or-keyword"
    annotation: str | None = None
    default: str | None = None
    doc: str = ""
    location: Location | None = None
    choices: tuple[object, ...] = ()
    owner: str = ""
    wanted: bool = False
    also: str = ""

    @property
    def required(self) -> bool:
        """Whether a call without it fails."""
        return self.default is None and self.kind not in ("var-positional", "var-keyword")

    @property
    def needed(self) -> bool:
        """Whether a config should give it: a call without it fails, or its author says that it must be given."""
        return self.wanted or self.required


@dataclass(frozen=True)
class Signature:
    """Parameters in order, without ``self``. ``complete`` is false where reading the source could not tell all of them
    (``**kwargs`` that go to an unknown place): then a name not listed is no error, and ``reason`` says what was not
    understood. A parameter that may be required, or may not, has the default ``...``."""

    params: tuple[Param, ...] = ()
    complete: bool = True
    returns: str | None = None
    reason: str = ""

    def get(self, name: str) -> Param | None:
        """The parameter ``name`` if a config can give it by that name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, Param]:
        named: dict[str, Param] = {}
        for param in self.keywords:  # of two the first counts
            named.setdefault(param.name, param)
            if param.also:
                named.setdefault(param.also, param)
        return named

    @cached_property
    def required(self) -> tuple[Param, ...]:
        """The parameters that a call must give."""
        return tuple(param for param in self.params if param.required)

    @cached_property
    def wanted(self) -> tuple[Param, ...]:
        """The parameters of which their author says that they must be given."""
        return tuple(param for param in self.params if param.wanted)

    @cached_property
    def keywords(self) -> tuple[Param, ...]:
        """Parameters that can be given by name."""
        return tuple(p for p in self.params if p.kind in ("positional-or-keyword", "keyword-only"))

    @property
    def is_listed(self) -> bool:
        """Whether ``**kwargs`` are annotated with a ``TypedDict`` that lists the names meant for them."""
        typed = [param.annotation or "" for param in self.params if param.kind == "var-keyword"]
        owners = {param.owner.rpartition(".")[2] for param in self.keywords if param.owner}
        return any(text.endswith(f"Unpack[{owner}]") for text in typed for owner in owners)

    @cached_property
    def takes_any(self) -> bool:
        """Whether an unlisted name may be given: ``**kwargs``, or an incomplete signature."""
        return not self.complete or any(p.kind == "var-keyword" for p in self.params)


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute or method of a class, as completion after ``.`` offers it. ``instance`` is false for what the class
    itself has (class attributes, static and class methods). ``params`` is the text of what a method takes in brackets,
    None where that is not known."""

    name: str
    kind: Literal["attribute", "method", "classmethod", "staticmethod", "property"]
    doc: str = ""
    annotation: str | None = None
    location: Location | None = None
    instance: bool = True
    params: str | None = None

    @property
    def is_method(self) -> bool:
        """Whether it is called."""
        return self.kind in ("method", "classmethod", "staticmethod")


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered class, function or python module under its name in one registry.

    ``path`` is the import path (``package.module.Class``). ``bases`` are the import paths of all base classes that
    could be resolved, in method resolution order, the entry's own path first; for a function
    those of the class that its return annotation names. ``certain`` is false where a dynamic
    registration may or may not register it. ``registered_again``: where others take its name in its registry, which an
    import of both refuses. ``elsewhere``: what installed packages call so in registries of that name.
    ``hook`` is "argument" for ConfigArgumentHook subclasses, "config" for classes with ``__HookType__``.
    ``docstrings`` are the raw docstrings that describe parameters, as ``(owner, text)``:
    ``excore.index.docstrings.documented`` fills ``Param.doc`` from them when it is needed. ``doubt``: a decorator, as
    written, that may register it in further registries. The ``members`` of a function are those of what it gives back,
    but for those of its own, which are no ``instance``'s. ``plain``: no decorator changes the function; the argument
    hook gives what it works on.
    """

    name: str
    registry: str
    kind: EntryKind
    path: str
    signature: Signature = field(default_factory=Signature)
    doc: str = ""
    location: Location | None = None
    bases: tuple[str, ...] = ()
    bases_complete: bool = True
    members: tuple[Member, ...] = ()
    members_complete: bool = True
    registered_at: Location | None = None
    registered_again: tuple[Location, ...] = ()
    elsewhere: tuple[str, ...] = ()
    docstrings: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    hook: Literal["", "argument", "config"] = ""
    certain: bool = True
    source: Source = "source"
    plain: bool = False
    doubt: str = ""

    @property
    def summary(self) -> str:
        """First paragraph of the docstring on one line."""
        return " ".join(self.doc.strip().split("\n\n", 1)[0].split())


@dataclass(frozen=True, slots=True)
class RegistryInfo:
    """A registry: its name, where it is created, the variable names it is known by, its extra fields.

    ``open`` says that some registration into it could not be read (``match`` on a package that is not installed, a
    loop): a name unknown in an open registry is a hint, never an error. ``filled_by`` are the files that have them.
    ``is_own``: it is surely a registry of excore, and no other library's.
    """

    name: str
    location: Location | None = None
    variables: tuple[str, ...] = ()
    extra_fields: tuple[str, ...] = ()
    open: bool = False
    reason: str = ""
    filled_by: tuple[str, ...] = ()
    is_own: bool = False


class Fault(NamedTuple):
    """Why Python cannot import a file; not ``certain`` where another Python may."""

    at: Location
    reason: str
    certain: bool = True


@dataclass(frozen=True)
class Unregistered:
    """A class or function that exists in the project but is in no registry: used to say why a name is unknown.
    ``doubt``: what may register it all the same, "" for nothing."""

    name: str
    path: str
    location: Location
    doubt: str = ""


def _unread(path: str) -> Entry | None:
    return None


def sound(path: str) -> Fault | None:
    """Nothing: Python has imported all files."""
    return None


def _nowhere(module: str, names: Sequence[str]) -> Iterable[Reached]:
    return ()


@dataclass(frozen=True)
class Catalog:
    """All registries of a project, in the order they are made. Immutable; replaced when Python files change.

    ``follow`` tells what names behind a python module lead to, one after the other, as far as that is known;
    ``described`` what an import path stands for, if it can be read. ``unmatched`` are the ``registry_types`` of a
    project that nothing is, each with the names that its module has. ``given`` are the literals that calls in Python
    give to classes, by keyword, with how often they do. ``fault`` tells why a file of the project cannot be imported.
    """

    registries: Mapping[str, RegistryInfo] = field(default_factory=dict)
    entries: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)  # registry -> name -> entry
    unregistered: Mapping[str, Unregistered] = field(default_factory=dict)
    subclasses: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # import path -> its bases', `?` for one unknown
    grammar: Grammar = DEFAULT  # with the prefixes and marks that the project registers
    follow: Callable[[str, Sequence[str]], Iterable[Reached]] = field(default=_nowhere, compare=False)
    described: Callable[[str], Entry | None] = field(default=_unread, compare=False)
    unmatched: Mapping[str, Sequence[str]] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict, compare=False)
    fault: Callable[[str], Fault | None] = field(default=sound, compare=False)

    def get(self, registry: str, name: str) -> Entry | None:
        """The entry ``name`` of ``registry``."""
        return self.entries.get(registry, {}).get(name)

    def serves(self, registry: str) -> bool:
        """Whether modules of a registry are known, or may exist since it is open."""
        info = self.registries.get(registry)
        return bool(self.entries.get(registry)) or (info is not None and info.open)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        """Every entry by its name; several registries may know one name, the first made comes first.

        Registries named ``__x`` are private and left out (REG-12). Looking a name up makes only its entries.
        """
        tables: dict[str, list[Mapping[str, Entry]]] = {}
        for registry, table in self.entries.items():
            for name in table if not registry.startswith("__") else ():
                tables.setdefault(name, []).append(table)
        return LazyMapping(tables, lambda name: tuple(table[name] for table in tables[name]))

    def find(self, name: str) -> Entry | None:
        """The entry of the first registry that was made and has ``name``; a project may declare another order."""
        entries = self.by_name.get(name)
        return entries[0] if entries else None

    @cached_property
    def nominal(self) -> frozenset[str]:
        """Last names of the project's classes that an object must inherit from to count as one: no protocols."""
        names: dict[str, bool] = {}
        for path, bases in self.subclasses.items():
            name = path.rsplit(".", 1)[-1]
            names[name] = names.get(name, True) and not any(base.rsplit(".", 1)[-1] == "Protocol" for base in bases)
        return frozenset(name for name, is_nominal in names.items() if is_nominal)

    @cached_property
    def ordinary(self) -> frozenset[str]:
        """Those of the ``nominal`` names whose classes have no base that would make a text or a number one of them."""
        names: dict[str, bool] = {}
        for path, bases in self.subclasses.items():
            name = path.rsplit(".", 1)[-1]
            is_known = all(_is_ordinary(base, self.subclasses) for base in (path, *bases))
            names[name] = names.get(name, True) and is_known
        return frozenset(name for name, is_ordinary in names.items() if is_ordinary and name in self.nominal)

    @cached_property
    def _vocabularies(self) -> dict[str | None, Vocabulary]:
        return {}

    def vocabulary(self, registry: str | None) -> Vocabulary:
        """The names of a registry, or of all, to find those near a mistyped one."""
        vocabulary = self._vocabularies.get(registry)
        if vocabulary is None:
            vocabulary = Vocabulary(self.by_name if registry is None else self.entries.get(registry, ()))
            self._vocabularies[registry] = vocabulary
        return vocabulary

    @cached_property
    def has_open(self) -> bool:
        """Whether any registry may hold names that could not be read."""
        return any(info.open for info in self.registries.values())

    def is_open(self, registry: str) -> bool:
        """Whether an unknown name in ``registry`` may exist all the same."""
        info = self.registries.get(registry)
        return info is None or info.open

    def __iter__(self) -> Iterator[Entry]:
        for entries in self.entries.values():
            yield from entries.values()


def _is_ordinary(path: str, read: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a class is no kind of text, number or enum: it was read, and is not one of Python's own."""
    package, _, name = path.partition(".")
    return name.rsplit(".", 1)[-1] in _ORDINARY or (
        "?" not in read.get(path, "?") and package not in sys.stdlib_module_names
    )
