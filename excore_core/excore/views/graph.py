"""The objects a config builds, as nodes and edges: who is given what, and what is shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from excore.lang.building import steps_text
from excore.lang.plan import (
    LIMIT,
    Followed,
    Hooked,
    Listed,
    Marked,
    Named,
    Plan,
    Thing,
    ThingKind,
    Value,
    plan,
)
from excore.lang.problems import Origin
from excore.lang.resolve.model import Model, Path


@dataclass(frozen=True, slots=True)
class Node:
    """One object. ``field`` is set for what the build returns: ``Model``, or ``Model.FCN`` where it has several.

    ``users`` is how many arguments hold it; ``shared`` says that more than one argument or field does.
    """

    id: str
    kind: ThingKind
    name: str
    path: Path
    target: str
    field: str
    shared: bool
    origin: Origin | None
    users: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` is given ``target`` as ``argument`` (``models[0]``, ``losses.dice``); ``through`` is what is done to
    it on the way: the path ``.out_channels``, or a mark."""

    source: str
    target: str
    argument: str
    through: str
    origin: Origin

    @property
    def label(self) -> str:
        """The argument with what is done on the way."""
        return f"{self.argument}: {self.through}" if self.through else self.argument


@dataclass(frozen=True)
class Graph:
    """Nodes in the order in which they are met from the fields on."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    complete: bool


def graph(model: Model, limit: int = LIMIT) -> Graph:
    """The graph of what ``build_all`` makes of a config; a part of it where the config is broken."""
    return of_plan(plan(model, limit))


def of_plan(plan: Plan) -> Graph:
    """The graph of a plan."""
    things = plan.things
    fields: dict[int, str] = {}
    for name, members in plan.fields.items():
        for member, value in members.items():
            if isinstance(value, Thing):
                fields[value.number] = name if len(members) == 1 else f"{name}.{member}"
    edges = tuple(edge for thing in things for edge in _edges(thing))
    users: dict[str, int] = {}
    for edge in edges:
        users[edge.target] = users.get(edge.target, 0) + 1
    nodes = tuple(_node(thing, fields.get(thing.number, ""), users.get(_id(thing), 0)) for thing in things)
    return Graph(nodes, edges, plan.complete)


def _id(thing: Thing) -> str:
    return f"n{thing.number}"


def _node(thing: Thing, field: str, users: int) -> Node:
    holders = users + bool(field)
    shared = holders > 1 and thing.kind not in ("class", "module")
    entry = thing.entry
    return Node(_id(thing), thing.kind, entry.name, thing.path, entry.path, field, shared, thing.origin, users)


def _edges(thing: Thing) -> Iterator[Edge]:
    for item in thing.arguments:
        for argument, through, value in _held(item.value, item.name, ""):
            yield Edge(_id(thing), _id(value), argument, through, item.origin)
    for item in thing.arguments:
        for hooked in _hooked(item.value):
            for argument, through, value in _held(hooked.source, "node", ""):
                yield Edge(_id(hooked.hook), _id(value), argument, through, item.origin)


def _held(value: Value, argument: str, through: str) -> Iterator[tuple[str, str, Thing]]:
    """The things in an argument, not those they are made of."""
    if isinstance(value, Thing):
        yield argument, through, value
    elif isinstance(value, Listed):
        for index, item in enumerate(value.items):
            yield from _held(item, f"{argument}[{index}]", through)
    elif isinstance(value, Named):
        for key, item in value.items:
            yield from _held(item, f"{argument}.{key}", through)
    elif isinstance(value, Followed):
        yield from _held(value.source, argument, steps_text(value.steps) + through)
    elif isinstance(value, Marked):
        yield from _held(value.source, argument, f"{value.hook.mark.char}{value.hook.text}{through}")
    elif isinstance(value, Hooked):
        yield argument, through, value.hook


def _hooked(value: Value) -> Iterator[Hooked]:
    if isinstance(value, Hooked):
        yield value
        yield from _hooked(value.source)
    elif isinstance(value, Listed):
        for item in value.items:
            yield from _hooked(item)
    elif isinstance(value, Named):
        for _, item in value.items:
            yield from _hooked(item)
    elif isinstance(value, Followed | Marked):
        yield from _hooked(value.source)
