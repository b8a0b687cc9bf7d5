"""What a build of a config makes: its objects, what each is given, and which of them are one and the same.

Two values of a plan are the same object exactly if the build makes one object of them: what ``@`` shares is one
``Thing``, what ``!`` makes anew is one for each use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from excore.lang.building import Builder
from excore.lang.catalog import Entry
from excore.lang.grammar import MarkHook, PrefixKind
from excore.lang.paths import Step as PathStep
from excore.lang.problems import Origin
from excore.lang.resolve.model import Model, Path, Reference
from excore.lang.tables.table import BoundValue

ThingKind = Literal["object", "node", "class", "module", "hook"]

LIMIT = 5000
"""Things in a plan; a config that builds more is shown in part."""
_DEEPEST = 80


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Something that exists once in a build: an object, a node that is handed over unbuilt (``__no_call__``), a class
    or function or python module as it is, or a hook on an argument.

    ``path`` is the table it comes from, ``origin`` that table's header, or the reference to it if it has no table.
    ``number`` counts in the order in which a reader meets them.
    """

    number: int
    kind: ThingKind
    path: Path
    entry: Entry
    origin: Origin | None
    shared: bool
    arguments: tuple[ThingArgument, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ThingArgument:
    """One argument of a thing."""

    name: str
    value: Value
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A value that is passed as it is written."""

    value: BoundValue


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The value of a top-level name."""

    name: str
    value: BoundValue


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """A text with ``${NAME}`` in it."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A list of values."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A dict of values."""

    items: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What an attribute path leads to. With ``instantiate`` a class found at its end is called without arguments;
    with ``shared`` that is done once for all users."""

    source: Value
    steps: tuple[PathStep, ...]
    instantiate: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Hooked:
    """What a hook makes of a value."""

    hook: Thing
    source: Value


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """What a mark that the project registered makes of a value: only its Python knows."""

    hook: MarkHook
    source: Value


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A text that binds to nothing, or a value that cannot stand where it stands."""

    text: str


Value: TypeAlias = Thing | Written | Read | Environment | Listed | Named | Followed | Hooked | Marked | Unknown


@dataclass(frozen=True)
class Plan:
    """``fields`` in the order in which they are built, each with its members; ``hooks`` are called around the build.

    ``complete`` is false where only a part is told, because the config is broken there or builds too much.
    """

    model: Model
    fields: Mapping[str, Mapping[str, Value]]
    hooks: tuple[Thing, ...]
    complete: bool

    @property
    def things(self) -> list[Thing]:
        """Every thing, by number."""
        things: dict[int, Thing] = {}
        pending: list[Value] = [*self.hooks]
        for members in self.fields.values():
            pending.extend(members.values())
        while pending:
            value = pending.pop()
            if isinstance(value, Thing):
                if value.number in things:
                    continue
                things[value.number] = value
            pending.extend(parts(value))
        return [things[number] for number in sorted(things)]


def parts(value: Value) -> Iterator[Value]:
    """The values a value is directly made of."""
    if isinstance(value, Thing):
        for argument in value.arguments:
            yield argument.value
    elif isinstance(value, Listed):
        yield from value.items
    elif isinstance(value, Named):
        for _, item in value.items:
            yield item
    elif isinstance(value, Followed | Marked):
        yield value.source
    elif isinstance(value, Hooked):
        yield value.hook
        yield value.source


def plan(model: Model, limit: int = LIMIT) -> Plan:
    """The plan of a model. Never fails: what the config leaves open is ``Unknown``."""
    builder = _Planner(model, limit)
    hooks = tuple(hook for hook in builder.lifecycle() if isinstance(hook, Thing))
    return Plan(model, builder.fields(), hooks, builder.complete)


class _Planner(Builder[Value]):
    def __init__(self, model: Model, limit: int) -> None:
        super().__init__(model)
        self.limit = limit
        self.complete = True
        self.count = 0
        self.trail: list[Path] = []
        self.as_they_are: dict[str, Thing] = {}

    def new(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None, name: str) -> Value:
        return self.thing(path, entry, "object", kind == "shared", reference)

    def as_it_is(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None) -> Thing:
        thing = self.as_they_are.get(entry.path)
        if thing is None:
            what: ThingKind = "module" if entry.kind == "module" else "class"
            thing = self.as_they_are[entry.path] = Thing(self.number(), what, path, entry, None, True)
        return thing

    def number(self) -> int:
        self.count += 1
        return self.count

    def thing(self, path: Path, entry: Entry, kind: ThingKind, shared: bool, reference: Reference | None) -> Value:
        if path in self.trail or self.count >= self.limit or len(self.trail) >= _DEEPEST:
            return self.unknown(".".join(path), reference)
        number = self.number()
        section = self.model.sections.get(path)
        if section is None:
            return Thing(number, kind, path, entry, reference.origin if reference is not None else None, shared)
        if section.no_call and kind == "object":
            kind = "node"
        self.trail.append(path)
        arguments = tuple(
            ThingArgument(argument.name, self.value(argument.meaning, argument.name), argument.binding.origin)
            for argument in section.arguments.values()
        )
        self.trail.pop()
        return Thing(number, kind, path, entry, section.binding.origin, shared, arguments)

    def written(self, value: BoundValue) -> Value:
        return Written(value)

    def variable(self, name: str, value: BoundValue, followed: bool) -> Value:
        return Read(name, value)

    def environment(self, reference: Reference) -> Value:
        return Environment(reference.text)

    def listed(self, items: list[Value]) -> Value:
        return Listed(tuple(items))

    def named(self, items: list[tuple[str, Value]]) -> Value:
        return Named(tuple(items))

    def followed(
        self, source: Value, steps: tuple[PathStep, ...], instantiate: bool = False, shared: bool = False
    ) -> Value:
        return Followed(source, steps, instantiate, shared)

    def hooked(self, path: Path, entry: Entry, source: Value, reference: Reference) -> Value:
        hook = self.thing(path, entry, "hook", False, reference)
        return Hooked(hook, source) if isinstance(hook, Thing) else hook

    def marked(self, step: MarkHook, source: Value, reference: Reference) -> Value:
        return Marked(step, source)

    def unknown(self, text: str, reference: Reference | None) -> Value:
        self.complete = False
        return Unknown(text)
