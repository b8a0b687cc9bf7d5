"""What a build of a config makes: its objects, what each is given, and which of them are one and the same.

Told from the resolved model alone. Two values of a plan are the same object exactly if the build would make one object
of them: what ``@`` shares is one ``Thing``, what ``!`` makes anew is one for each use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from excore.lang.catalog import Entry
from excore.lang.grammar import MarkHook, PathHook, PrefixKind
from excore.lang.paths import Attribute, Call
from excore.lang.paths import Step as PathStep
from excore.lang.problems import Origin
from excore.lang.resolve.model import (
    Argument,
    Meaning,
    Model,
    Path,
    Plain,
    Reference,
    ReferenceDict,
    ReferenceList,
    ResolvedHook,
    Step,
    Target,
    Variable,
)
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


def plan(model: Model, limit: int = LIMIT) -> Plan:
    """The plan of a model. Never fails: what the config leaves open is ``Unknown``."""
    builder = _Planner(model, limit)
    hooks = tuple(builder.lifecycle())
    fields: dict[str, dict[str, Value]] = {}
    for name in model.project.primary_fields:
        group = model.groups.get(name)
        if group is not None and group.members:
            fields[name] = {member: builder.table((name, member)) for member in group.members}
    return Plan(model, fields, hooks, builder.complete)


class _Planner:
    def __init__(self, model: Model, limit: int) -> None:
        self.model = model
        self.limit = limit
        self.complete = True
        self.count = 0
        self.trail: list[Path] = []
        self.shared: dict[Path, Value] = {}
        self.shared_values: dict[tuple[Path, str], Followed] = {}
        self.as_they_are: dict[str, Thing] = {}

    def lifecycle(self) -> Iterator[Thing]:
        for group in self.model.groups.values():
            for member in group.members if group.role == "hooks" else ():
                path = (group.name, member)
                entry = self.model.entry(path)
                if entry is not None and entry.hook != "argument":
                    made = self.table(path)
                    if isinstance(made, Thing):
                        yield made

    def table(self, path: Path) -> Value:
        """The table of a field: what a build of the field gives."""
        return self.made(path, self.model.entry(path), self.model.kind(path), None)

    # -- things

    def made(self, path: Path, entry: Entry | None, kind: PrefixKind, origin: Origin | None) -> Value:
        if entry is None:
            return self.unknown(".".join(path))
        section = self.model.sections.get(path)
        origin = section.binding.origin if section is not None else origin
        if kind == "class" or entry.kind == "module":
            return self.as_it_is(path, entry)
        if kind == "shared":
            if path not in self.shared:
                self.shared[path] = self.new(path, entry, origin, "object", True)
            return self.shared[path]
        return self.new(path, entry, origin, "object", False)

    def as_it_is(self, path: Path, entry: Entry) -> Thing:
        known = self.as_they_are.get(entry.path)
        if known is None:
            kind: ThingKind = "module" if entry.kind == "module" else "class"
            known = self.as_they_are[entry.path] = Thing(self.number(), kind, path, entry, None, True)
        return known

    def number(self) -> int:
        self.count += 1
        return self.count

    def new(self, path: Path, entry: Entry, origin: Origin | None, kind: ThingKind, shared: bool) -> Value:
        if path in self.trail or self.count >= self.limit or len(self.trail) >= _DEEPEST:
            return self.unknown(".".join(path))
        number = self.number()
        section = self.model.sections.get(path)
        arguments: tuple[Given, ...] = ()
        if section is not None:
            if section.no_call and kind == "object":
                kind = "node"
            self.trail.append(path)
            arguments = tuple(self.given(argument) for argument in section.arguments.values())
            self.trail.pop()
        return Thing(number, kind, path, entry, origin, shared, arguments)

    def given(self, argument: Argument) -> Given:
        return Given(argument.name, self.value(argument.meaning), argument.binding.origin)

    def unknown(self, text: str) -> Unknown:
        self.complete = False
        return Unknown(text)

    # -- values

    def value(self, meaning: Meaning) -> Value:
        if isinstance(meaning, Plain):
            return Written(meaning.value)
        if isinstance(meaning, Reference):
            return self.reference(meaning)
        if isinstance(meaning, ReferenceList):
            items: list[Value] = []
            for item in meaning.items:
                made = self.value(item)
                if isinstance(item, Reference) and item.every and isinstance(made, Listed):
                    items.extend(made.items)
                else:
                    items.append(made)
            return Listed(tuple(items))
        if isinstance(meaning, ReferenceDict):
            return Named(tuple((key, self.value(item)) for key, item in meaning.items))
        return self.unknown("?")

    def reference(self, reference: Reference) -> Value:
        if reference.variable is not None:
            return self.variable(reference, reference.variable)
        made = [self.bound(reference, target) for target in reference.targets]
        if reference.every:
            return Listed(tuple(made))
        return made[0] if made else self.unknown(reference.text)

    def variable(self, reference: Reference, variable: Variable) -> Value:
        if variable.binding is None:
            return self.unknown(reference.text) if variable.name else Environment(reference.text)
        value: Value = Read(variable.name, variable.binding.value)
        for step in reference.hooks:
            value = self.step(value, step, None, reference)
        return value

    def bound(self, reference: Reference, target: Target) -> Value:
        value = self.made(target.path, target.entry, reference.prefix.kind, reference.origin)
        first: Target | None = target
        for step in reference.hooks:
            value = self.step(value, step, first, reference)
            first = None
        return value

    def step(self, value: Value, step: Step, target: Target | None, reference: Reference) -> Value:
        if isinstance(step, ResolvedHook):
            bound = step.target
            if bound is None or bound.entry is None:
                return self.unknown(reference.text)
            section = self.model.sections.get(bound.path)
            origin = section.binding.origin if section is not None else reference.origin
            hook = self.new(bound.path, bound.entry, origin, "hook", False)
            return Hooked(hook, value) if isinstance(hook, Thing) else hook
        if isinstance(step, MarkHook):
            return Marked(step, value)
        return self.path(value, step, target, reference)

    def path(self, value: Value, step: PathHook, target: Target | None, reference: Reference) -> Value:
        kind = reference.prefix.kind
        is_module = target is not None and target.entry is not None and target.entry.kind == "module"
        builds = is_module and kind in ("new", "shared") and not isinstance(step.steps[-1], Call)
        if not builds or target is None:
            return Followed(value, step.steps)
        if kind == "new":
            return Followed(value, step.steps, instantiate=True)
        key = (target.path, steps_text(step.steps))
        if key not in self.shared_values:
            self.shared_values[key] = Followed(value, step.steps, instantiate=True, shared=True)
        return self.shared_values[key]


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
