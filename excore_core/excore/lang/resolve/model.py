"""The resolved config: what every table, argument and reference of a root config means.

A ``Model`` is what ``resolve`` gives; nothing in it changes afterwards. Sections are keyed by path:
``("Model", "FCN")`` for ``[Model.FCN]``, ``("ResNet",)`` for ``[ResNet]`` and for a registered name that is used
without a table of its own (an *implicit* module).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from excore.lang.catalog import Catalog, Entry
from excore.lang.grammar import (
    DEFAULT,
    OBJECTS,
    ArgumentHook,
    Expression,
    Grammar,
    MarkHook,
    PathHook,
    Prefix,
    PrefixKind,
)
from excore.lang.nearest import Vocabulary
from excore.lang.problems import Origin, Problem
from excore.lang.resolve.entries import entry_of
from excore.lang.tables.table import Binding, BoundValue, Table

if TYPE_CHECKING:
    from excore.lang.project.model import Project

Path: TypeAlias = tuple[str, ...]
Role = Literal["field", "registry", "module", "scratchpad", "hooks", "implicit"]


class Target(NamedTuple):
    """What a reference binds to. ``entry`` is None where the table exists but its name is registered nowhere."""

    path: Path
    entry: Entry | None
    implicit: bool


class Variable(NamedTuple):
    """The top-level value that ``&`` binds to; ``text`` the expanded text of ``${NAME}`` instead (VAR-7), of which
    ``shown`` has the values of the config, but not those of the environment (VAR-9).

    Its value is what ``Model.isolated`` has: who reads it may have been resolved with another value of the same kind.
    """

    name: str
    text: str | None = None
    shown: str = ""


class ResolvedHook(NamedTuple):
    """``@Hook`` behind a reference, with the hook table or class it binds to (None: unknown)."""

    hook: ArgumentHook
    target: Target | None


Step: TypeAlias = PathHook | ResolvedHook | MarkHook


class Reference(NamedTuple):
    """One reference text. ``origin`` is the range of its string with quotes; ``at`` maps expression offsets.

    ``targets`` is empty where the reference binds to nothing (there is a problem then), one target normally, any
    number where ``every`` (``$Field::*``). ``via`` is the variable binding whose value this text really is (VAR-6).
    """

    text: str
    origin: Origin
    expression: Expression
    prefix: Prefix
    targets: tuple[Target, ...] = ()
    every: bool = False
    variable: Variable | None = None
    hooks: tuple[Step, ...] = ()
    via: Variable | None = None

    @property
    def target(self) -> Target | None:
        """The one thing it binds to."""
        return self.targets[0] if len(self.targets) == 1 and not self.every else None


class ReferenceList(NamedTuple):
    """A list under a prefix; each item is a reference, a nested list or dict."""

    items: tuple[Meaning, ...]

    @property
    def values(self) -> tuple[Meaning, ...]:
        """Its items, as those of a ``ReferenceDict``."""
        return self.items


class ReferenceDict(NamedTuple):
    """A table under a prefix: the same keys with references."""

    items: tuple[tuple[str, Meaning], ...]

    @property
    def values(self) -> tuple[Meaning, ...]:
        """What it holds, without the keys."""
        return tuple(item for _, item in self.items)


class Plain(NamedTuple):
    """A value that is passed as it is written."""

    value: BoundValue


@dataclass(frozen=True, slots=True)
class Invalid:
    """A value that cannot stand where it stands; there is a problem for it."""


Meaning: TypeAlias = Reference | ReferenceList | ReferenceDict | Plain | Invalid


class Argument(NamedTuple):
    """One argument of a section. ``overridden`` are other spellings of it that this one replaced (BASE-6)."""

    name: str
    prefix: Prefix | None
    binding: Binding
    meaning: Meaning

    @property
    def references(self) -> Iterator[Reference]:
        """Every reference in it, in order."""
        return _references(self.meaning)


def _references(meaning: Meaning) -> Iterator[Reference]:
    if isinstance(meaning, Reference):
        yield meaning
    elif isinstance(meaning, ReferenceList | ReferenceDict):
        for item in meaning.values:
            yield from _references(item)


class Use(NamedTuple):
    """``user``'s argument uses ``target`` under a prefix kind, or as hook."""

    user: Path
    argument: str
    target: Path
    kind: PrefixKind | Literal["hook"]
    origin: Origin


class Section(NamedTuple):
    """A table that names a module, with its arguments resolved. ``problems`` are those found in it alone."""

    path: Path
    role: Role
    registry: str | None  # that the header belongs to; None where any will do
    entry: Entry | None
    binding: Binding
    arguments: Mapping[str, Argument]
    no_call: bool = False
    problems: tuple[Problem, ...] = ()
    uses: tuple[Use, ...] = ()
    variables: tuple[str, ...] = ()  # top-level names it reads

    @property
    def name(self) -> str:
        """The module's name."""
        return self.path[-1]

    @property
    def table(self) -> Table:
        """The table under its header."""
        assert isinstance(self.binding.value, Table)
        return self.binding.value


@dataclass(frozen=True)
class Group:
    """A top-level table that holds modules: a field, a registry, a scratchpad, or ``ExcoreHook``."""

    name: str
    role: Role
    registry: str | None
    binding: Binding
    members: Mapping[str, Binding]
    leftover: Mapping[str, Binding] = field(default_factory=dict)  # values of a scratchpad that are no modules
    problems: tuple[Problem, ...] = ()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The names of its modules."""
        return Vocabulary(self.members)


_TOGETHER = ("parts", "users", "starts", "reached", "unbuilt", "silent", "put_off", "implicit", "problems")


class LateSections(Mapping[Path, Section]):
    """The sections of a model, each resolved when it is asked for; all at once by who goes through them."""

    def __init__(
        self,
        known: Callable[[Path], bool],
        resolve: Callable[[Path], Section],
        whole: Callable[[], Model],
        ahead: Callable[[], Iterator[None]],
    ) -> None:
        self.ahead = ahead
        self._known = known
        self._resolve = resolve
        self._make = whole
        self._sections: dict[Path, Section] = {}

    @cached_property
    def whole(self) -> Model:
        """The model with all that is known of the sections together."""
        return self._make()

    def __contains__(self, path: object) -> bool:
        return isinstance(path, tuple) and self._known(path)

    def __getitem__(self, path: Path) -> Section:
        if not self._known(path):
            raise KeyError(path)
        if "whole" in self.__dict__:
            return self.whole.sections[path]
        if path not in self._sections:
            self._sections[path] = self._resolve(path)
        return self._sections[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self.whole.sections)

    def __len__(self) -> int:
        return len(self.whole.sections)


@dataclass(frozen=True)
class Model:
    """A root config, resolved against a catalog.

    What it says of all sections together is found out when somebody asks for any of it; before that one section can be
    had by its path.
    """

    file: str
    root: Table
    catalog: Catalog
    project: Project
    grammar: Grammar = DEFAULT
    groups: Mapping[str, Group] = field(default_factory=dict)
    modules: Mapping[str, Binding] = field(default_factory=dict)  # top-level tables named by a module
    isolated: Mapping[str, Binding] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # module name -> groups that hold it
    sections: Mapping[Path, Section] = field(default_factory=dict)
    parts: Mapping[Path, Mapping[Path, Section]] = field(default_factory=dict)  # the sections by what they are below
    users: Mapping[Path, tuple[Use, ...]] = field(default_factory=dict)  # by path of the user, then as written
    starts: frozenset[Path] = field(default_factory=frozenset)  # where a build begins
    reached: frozenset[Path] = field(default_factory=frozenset)  # what a build comes by
    unbuilt: frozenset[Path] = field(default_factory=frozenset)  # reached, but only as class
    silent: frozenset[Path] = field(default_factory=frozenset)  # sections with `__no_call__`
    put_off: frozenset[Path] = field(default_factory=frozenset)
    """Reached, but left to be built later: silent, or used by nothing else."""
    implicit: tuple[Path, ...] = field(default_factory=tuple)  # used without a table
    problems: tuple[Problem, ...] = field(default_factory=tuple)  # of the whole, beyond those of groups and sections

    def __post_init__(self) -> None:
        if isinstance(self.sections, LateSections):
            for name in _TOGETHER:
                del self.__dict__[name]

    if not TYPE_CHECKING:  # a misspelt attribute is none

        def __getattr__(self, name: str) -> object:
            if name not in _TOGETHER:
                raise AttributeError(name)
            whole = self.sections.whole
            self.__dict__.update((one, getattr(whole, one)) for one in ("sections", *_TOGETHER))
            return self.__dict__[name]

    def ahead(self) -> Iterator[None]:
        """Does at each step a little of what has to be done until all is known of the sections together."""
        if isinstance(self.sections, LateSections):
            yield from self.sections.ahead()

    @property
    def paths(self) -> Iterator[Path]:
        """The path of every section in file order, members of groups first."""
        for group in self.groups.values():
            for member in group.members:
                yield group.name, member
        for name in self.modules:
            yield (name,)

    def kind(self, path: Path) -> PrefixKind:
        """What a table is built as: the kind of highest priority among its uses (NODE-6).

        "custom" for a table that nobody uses under a prefix: it is built as it is written. Hooks are built whatever
        else they are used for.
        """
        kinds = {
            use.kind for use in self.users.get(path, ()) if use.user in self.reached and use.user not in self.unbuilt
        }
        for kind in sorted(OBJECTS, key=lambda kind: OBJECTS[kind].priority, reverse=True):
            if kind in kinds:
                return kind
        section = self.sections.get(path)
        if section is not None and section.role == "field":
            return "class" if path in self.unbuilt else "custom"
        is_hook = "hook" in kinds or (section is not None and section.role == "hooks")
        return "class" if "class" in kinds and not is_hook else "custom"

    def in_use(self, path: Path) -> bool:
        """Whether anything that is built refers to a table, be it for its class alone."""
        return any(use.user in self.reached and use.user not in self.unbuilt for use in self.users.get(path, ()))

    def entry(self, path: Path) -> Entry | None:
        """The registered thing that a section or implicit module stands for."""
        section = self.sections.get(path)
        return section.entry if section is not None else entry_of(path, self.catalog, self.project)
