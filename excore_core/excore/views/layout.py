"""Where the nodes of a graph go: in layers, what is built from others left of what it is built from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from excore.views.drawing import title
from excore.views.graph import Edge, Graph

CHAR = 7.2
"""Width of a character as drawn; a little more than most fonts take."""
_HEIGHT, _LANE, _GAP, _MARGIN = 44.0, 12.0, 22.0, 24.0
_PADDING = 12.0
_SWEEPS = 6


class Box(NamedTuple):
    """The frame of a node."""

    x: float
    y: float
    width: float
    height: float


class Route(NamedTuple):
    """The way of an edge: from point to point, straight across the layers it passes, curved between them.

    ``room`` is the width of the gap it starts in.
    """

    points: tuple[tuple[float, float], ...]
    room: float


@dataclass(frozen=True)
class Layout:
    """A box for each node by its id, a route for each edge in order, and the size of the whole."""

    boxes: dict[str, Box]
    routes: tuple[Route, ...]
    width: float
    height: float


def layout(graph: Graph) -> Layout:
    """Boxes that do not overlap and edges that pass between them; the same graph always gives the same layout."""
    depth = _depths(graph)
    chains = [_chain(number, edge, depth) for number, edge in enumerate(graph.edges)]
    layers = _ordered(depth, chains)
    between = _gaps(graph, depth, len(layers))
    widths = {node.id: _PADDING * 2 + CHAR * max(len(text) for text in title(node)) for node in graph.nodes}
    heights = [sum(_height(name, widths) + _GAP for name in layer) - _GAP for layer in layers]
    tallest = max(heights, default=0.0)
    boxes: dict[str, Box] = {}
    x = _MARGIN
    for number, layer in enumerate(layers):
        width = max(widths.get(name, 0.0) for name in layer)
        y = _MARGIN + (tallest - heights[number]) / 2
        for name in layer:
            boxes[name] = Box(x, y, width, _height(name, widths))
            y += boxes[name].height + _GAP
        x += width + between[number]
    right = max((box.x + box.width for box in boxes.values()), default=0.0)
    routes = tuple(Route(_points([boxes[name] for name in chain]), between[depth[chain[0]]]) for chain in chains)
    node_boxes = {node.id: boxes[node.id] for node in graph.nodes}
    return Layout(node_boxes, routes, right + _MARGIN, tallest + 2 * _MARGIN)


def _height(name: str, widths: dict[str, float]) -> float:
    return _HEIGHT if name in widths else _LANE


def _points(boxes: list[Box]) -> tuple[tuple[float, float], ...]:
    first, *passed, last = boxes
    points = [(first.x + first.width, first.y + first.height / 2)]
    for box in passed:
        y = box.y + box.height / 2
        points += [(box.x, y), (box.x + box.width, y)]
    return (*points, (last.x, last.y + last.height / 2))


def _depths(graph: Graph) -> dict[str, int]:
    """Each node one layer behind the last of those that hold it."""
    depth = {node.id: 0 for node in graph.nodes}
    waiting = dict.fromkeys(depth, 0)
    targets: dict[str, list[str]] = {name: [] for name in depth}
    for edge in graph.edges:
        waiting[edge.target] += 1
        targets[edge.source].append(edge.target)
    pending = [name for name, count in waiting.items() if not count]
    while pending:
        name = pending.pop()
        for target in targets[name]:
            depth[target] = max(depth[target], depth[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                pending.append(target)
    return depth


def _chain(number: int, edge: Edge, depth: dict[str, int]) -> list[str]:
    """The ends of an edge, with a lane of its own in each layer between them."""
    lanes = [f"{number}:{layer}" for layer in range(depth[edge.source] + 1, depth[edge.target])]
    return [edge.source, *lanes, edge.target]


def _ordered(depth: dict[str, int], chains: list[list[str]]) -> list[list[str]]:
    """The layers, sorted so that fewer edges cross: each node and lane near the middle of its neighbours."""
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    neighbours: dict[str, list[str]] = {name: [] for name in depth}
    for name, number in depth.items():
        layers[number].append(name)
    for chain in chains:
        for number, (one, other) in enumerate(pairwise(chain), depth[chain[0]] + 1):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
            if other not in depth:
                layers[number].append(other)
    position = {name: index / len(layer) for layer in layers for index, name in enumerate(layer)}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            middle = {name: _mean([position[other] for other in neighbours[name]], position[name]) for name in layer}
            layer.sort(key=middle.__getitem__)
            position.update((name, index / len(layer)) for index, name in enumerate(layer))
    return layers


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _gaps(graph: Graph, depth: dict[str, int], count: int) -> list[float]:
    """The room behind each layer: enough for the labels of the edges that leave it."""
    longest = [0] * count
    for edge in graph.edges:
        number = depth[edge.source]
        longest[number] = max(longest[number], len(edge.label))
    return [max(60.0, 40.0 + CHAR * length) for length in longest]
