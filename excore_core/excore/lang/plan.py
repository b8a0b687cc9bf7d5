"""What a build of a config makes: its objects, what each is given, and which of them are one and the same.

``Builder`` has the rules, told from the resolved model alone; the runtime makes nodes by them, ``plan`` a description.
Two values of a plan are the same object exactly if the build makes one object of them: what ``@`` shares is one
``Thing``, what ``!`` makes anew is one for each use.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from excore.lang.catalog import Entry
from excore.lang.grammar import MarkHook, PrefixKind
from excore.lang.paths import Attribute, Call
from excore.lang.paths import Step as PathStep
from excore.lang.problems import Origin
from excore.lang.resolve.model import (
    Meaning,
    Model,
    Path,
    Plain,
    Reference,
    ReferenceDict,
    ReferenceList,
    ResolvedHook,
    Step,
)
from excore.lang.tables.table import BoundValue

Made = TypeVar("Made")
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
    arguments: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Given:
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
        found: dict[int, Thing] = {}
        pending: list[Value] = [*self.hooks]
        for members in self.fields.values():
            pending.extend(members.values())
        while pending:
            value = pending.pop()
            if isinstance(value, Thing):
                if value.number in found:
                    continue
                found[value.number] = value
            pending.extend(parts(value))
        return [found[number] for number in sorted(found)]


def parts(value: Value) -> Iterator[Value]:
    """The values a value is directly made of."""
    if isinstance(value, Thing):
        for given in value.arguments:
            yield given.value
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


class Builder(ABC, Generic[Made]):
    """What a build makes of the tables and references of a model. What it is made of is left to subclasses."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._shared: dict[Path, Made] = {}
        self._shared_values: dict[tuple[Path, str], Made] = {}

    def fields(self) -> dict[str, dict[str, Made]]:
        """Every field with its members, in the order in which they are built."""
        groups = {name: self.model.groups.get(name) for name in self.model.project.primary_fields}
        return {
            name: {member: self.member((name, member)) for member in group.members}
            for name, group in groups.items()
            if group is not None and group.members
        }

    def lifecycle(self) -> list[Made]:
        """The hooks that are called around the build; those on arguments are made where references use them."""
        paths = [
            (group.name, member)
            for group in self.model.groups.values()
            if group.role == "hooks"
            for member in group.members
        ]
        entries = ((path, self.model.entry(path)) for path in paths)
        return [self.member(path) for path, entry in entries if entry is not None and entry.hook != "argument"]

    def member(self, path: Path) -> Made:
        """The table of a field: what a build of the field gives."""
        return self._target(path, self.model.entry(path), self.model.kind(path), None, "")

    def value(self, meaning: Meaning, name: str) -> Made:
        """What the argument ``name`` is given."""
        if isinstance(meaning, Reference):
            return self._reference(meaning, name)
        if isinstance(meaning, Plain):
            return self.written(meaning.value)
        if isinstance(meaning, ReferenceList):
            items: list[Made] = []
            for item in meaning.items:
                if isinstance(item, Reference) and item.every:
                    items.extend(self._targets(item, name))
                else:
                    items.append(self.value(item, name))
            return self.listed(items)
        if isinstance(meaning, ReferenceDict):
            return self.named([(key, self.value(item, name)) for key, item in meaning.items])
        return self.unknown("?", None)

    # -- the rules

    def _target(
        self, path: Path, entry: Entry | None, kind: PrefixKind, reference: Reference | None, name: str
    ) -> Made:
        if entry is None:
            return self.unknown(".".join(path), reference)
        if kind == "class" or entry.kind == "module":
            return self.as_it_is(path, entry, kind, reference)
        if kind != "shared":
            return self.new(path, entry, kind, reference, name)
        made = self._shared.get(path)
        if made is None:
            made = self._shared[path] = self.new(path, entry, kind, reference, name)
        return made

    def _reference(self, reference: Reference, name: str) -> Made:
        variable = reference.variable
        if variable is None:
            made = self._targets(reference, name)
            if reference.every:
                return self.listed(made)
            return made[0] if made else self.unknown(reference.text, reference)
        if variable.binding is None:
            return self.unknown(reference.text, reference) if variable.name else self.environment(reference)
        value = self.variable(variable.name, variable.binding.value, bool(reference.hooks))
        for step in reference.hooks:
            value = self._step(value, step, None, reference)
        return value

    def _targets(self, reference: Reference, name: str) -> list[Made]:
        made: list[Made] = []
        for path, entry, _ in reference.targets:
            value = self._target(path, entry, reference.prefix.kind, reference, name)
            module = path if entry is not None and entry.kind == "module" else None
            for step in reference.hooks:
                value = self._step(value, step, module, reference)
                module = None  # a later step starts from what this one gave
            made.append(value)
        return made

    def _step(self, value: Made, step: Step, module: Path | None, reference: Reference) -> Made:
        """``module`` is the Python module that the value is, if it is one: under the prefixes of objects a class in it
        is called, even where the reference does not say so."""
        if isinstance(step, ResolvedHook):
            if step.target is None or step.target.entry is None:
                return self.unknown(reference.text, reference)
            return self.hooked(step.target.path, step.target.entry, value, reference)
        if isinstance(step, MarkHook):
            return self.marked(step, value, reference)
        kind = reference.prefix.kind
        if module is None or kind not in ("new", "shared") or isinstance(step.steps[-1], Call):
            return self.followed(value, step.steps)
        if kind == "new":
            return self.followed(value, step.steps, instantiate=True)
        key = (module, steps_text(step.steps))
        if key not in self._shared_values:
            self._shared_values[key] = self.followed(value, step.steps, instantiate=True, shared=True)
        return self._shared_values[key]

    # -- what subclasses make

    @abstractmethod
    def new(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None, name: str) -> Made:
        """An object of its own, or the one that all users share, for the argument ``name`` or for a field."""

    @abstractmethod
    def as_it_is(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None) -> Made:
        """A class, function or module that is not called."""

    @abstractmethod
    def written(self, value: BoundValue) -> Made:
        """A value that is passed as it is written."""

    @abstractmethod
    def variable(self, name: str, value: BoundValue, followed: bool) -> Made:
        """The value of a top-level name, and whether hooks or a path follow it."""

    @abstractmethod
    def environment(self, reference: Reference) -> Made:
        """A text with ``${NAME}`` in it."""

    @abstractmethod
    def listed(self, items: list[Made]) -> Made:
        """A list."""

    @abstractmethod
    def named(self, items: list[tuple[str, Made]]) -> Made:
        """A dict."""

    @abstractmethod
    def followed(
        self, source: Made, steps: tuple[PathStep, ...], instantiate: bool = False, shared: bool = False
    ) -> Made:
        """What an attribute path leads to, as ``Followed`` says."""

    @abstractmethod
    def hooked(self, path: Path, entry: Entry, source: Made, reference: Reference) -> Made:
        """What the hook at ``path`` makes of a value."""

    @abstractmethod
    def marked(self, step: MarkHook, source: Made, reference: Reference) -> Made:
        """What a mark that the project registered makes of a value."""

    @abstractmethod
    def unknown(self, text: str, reference: Reference | None) -> Made:
        """A text that binds to nothing, or a value that cannot stand where it stands."""


def plan(model: Model, limit: int = LIMIT) -> Plan:
    """The plan of a model. Never fails: what the config leaves open is ``Unknown``."""
    builder = _Planner(model, limit)
    hooks = tuple(made for made in builder.lifecycle() if isinstance(made, Thing))
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
            Given(argument.name, self.value(argument.meaning, argument.name), argument.binding.origin)
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


def steps_text(steps: tuple[PathStep, ...], show: Callable[[object], str] = repr) -> str:
    """A path as Python code behind the object it starts from: ``.blocks[0].out(True)``."""
    text = ""
    for step in steps:
        if isinstance(step, Attribute):
            text += f".{step.name}"
        elif isinstance(step, Call):
            given = [show(arg) for arg in step.args] + [f"{key}={show(value)}" for key, value in step.kwargs]
            text += f"({', '.join(given)})"
        else:
            text += f"[{show(step.value)}]"
    return text
