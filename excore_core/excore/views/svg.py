"""A graph as an SVG picture that needs nothing else: no script, no font, no style sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from excore.lang.text import printable
from excore.views.drawing import title
from excore.views.graph import Graph, Node
from excore.views.layout import Box, Route, layout

_STYLE = """\
  <style>
    text { font: 12px ui-monospace, monospace; fill: #1f2328; }
    .below { font-size: 10px; fill: #59636e; }
    .label { font-size: 10px; fill: #0550ae; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
    .frame { fill: #f6f8fa; stroke: #59636e; }
    .field { fill: #ddf4ff; stroke: #0969da; stroke-width: 2; }
    .passed { stroke-dasharray: 4 3; }
    .inner { fill: none; stroke: #59636e; }
    .edge { fill: none; stroke: #8c959f; }
  </style>
"""
_INSET = 3.0
_LINE = 12.0  # height of a label


def svg(graph: Graph, name: str = "") -> str:
    """The picture. Fields are coloured, what is shared has a double frame; ``name`` is its title."""
    picture = layout(graph)
    width, height = f"{picture.width:.0f}", f"{picture.height:.0f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">',
        f"  <title>{_text(name or 'config')}</title>",
        '  <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#8c959f"/></marker></defs>',
        _STYLE.rstrip("\n"),
        f'  <rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    lines += [_path(route) for route in picture.routes]
    lines += [_node(node, picture.boxes[node.id]) for node in graph.nodes]
    lines += _labels(graph, picture.routes)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _node(node: Node, box: Box) -> str:
    kind = "field" if node.field else "passed" if node.kind in ("class", "module", "node") else "plain"
    parts = [f'  <g id="{node.id}"><title>{_text(node.target)}</title>', _frame(box, f"frame {kind}")]
    if node.shared:
        inner = Box(box.x + _INSET, box.y + _INSET, box.width - 2 * _INSET, box.height - 2 * _INSET)
        parts.append(_frame(inner, "inner"))
    name, below = title(node)
    middle = box.x + box.width / 2
    y = box.y + (19 if below else 26)
    parts.append(f'<text x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{_text(name)}</text>')
    if below:
        parts.append(
            f'<text class="below" x="{middle:.1f}" y="{box.y + 34:.1f}" text-anchor="middle">{_text(below)}</text>'
        )
    return "".join([*parts, "</g>"])


def _frame(box: Box, kind: str) -> str:
    size = f'width="{box.width:.1f}" height="{box.height:.1f}"'
    return f'<rect class="{kind}" x="{box.x:.1f}" y="{box.y:.1f}" {size} rx="6"/>'


def _path(route: Route) -> str:
    (x, y), *rest = route.points
    path = f"M{x:.1f},{y:.1f}"
    for number, (to_x, to_y) in enumerate(rest):
        if number % 2:
            path += f" L{to_x:.1f},{to_y:.1f}"
        else:
            bend = (to_x - x) / 2
            path += f" C{x + bend:.1f},{y:.1f} {to_x - bend:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
        x, y = to_x, to_y
    return f'  <path class="edge" d="{path}" marker-end="url(#tip)"/>'


def _labels(graph: Graph, routes: Sequence[Route]) -> Iterator[str]:
    """The names of the edges, each in the middle of its first curve, or as near below as there is room."""
    gaps: dict[float, list[tuple[float, int]]] = {}
    for number, route in enumerate(routes):
        (x1, y1), (_, y2) = route.points[:2]
        gaps.setdefault(x1 + route.room / 2, []).append(((y1 + y2) / 2 - 3, number))
    for x, labels in gaps.items():
        free = 0.0
        for middle, number in sorted(labels):
            y = max(middle, free)
            free = y + _LINE
            label = _text(graph.edges[number].label)
            yield f'  <text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{label}</text>'


def _text(text: str) -> str:
    """A text as XML has it, which knows no control characters."""
    return escape(printable(text))
