"""A graph as text for other tools: Mermaid, DOT, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from excore.lang.plan import ThingKind
from excore.lang.text import printable
from excore.views.graph import Edge, Graph, Node

_KINDS: dict[ThingKind, str] = {
    "object": "",
    "node": "not called",
    "class": "class",
    "module": "module",
    "hook": "hook",
}
_MERMAID: dict[ThingKind, tuple[str, str]] = {
    "object": ("[", "]"),
    "node": ("[/", "/]"),
    "class": ("([", "])"),
    "module": ("([", "])"),
    "hook": ("{{", "}}"),
}
_DOT: dict[ThingKind, str] = {
    "object": "box",
    "node": "parallelogram",
    "class": "ellipse",
    "module": "ellipse",
    "hook": "hexagon",
}


def title(node: Node) -> tuple[str, str]:
    """What is written on a node: its name, and below what it is or where it comes from ("" where that is the same)."""
    if node.field:
        return node.name, node.field
    kind = _KINDS[node.kind]
    path = ".".join(node.path)
    return node.name, kind or (path if path != node.name else "")


def mermaid(graph: Graph) -> str:
    """A Mermaid flowchart. Fields are bold, what is shared has a double frame."""
    lines = ["flowchart LR"]
    for node in graph.nodes:
        opening, closing = _MERMAID[node.kind]
        if node.shared and node.kind == "object":
            opening, closing = "[[", "]]"
        label = "<br/>".join(_mermaid(text) for text in title(node) if text)
        lines.append(f'    {node.id}{opening}"{label}"{closing}')
    lines += [f'    {edge.source} -- "{_mermaid(edge.label)}" --> {edge.target}' for edge in graph.edges]
    for name, style, chosen in (
        ("field", "stroke-width:3px", [node.id for node in graph.nodes if node.field]),
        ("passed", "stroke-dasharray:4", [node.id for node in graph.nodes if node.kind in ("class", "module", "node")]),
    ):
        if chosen:
            lines += [f"    classDef {name} {style}", f"    class {','.join(chosen)} {name}"]
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    return "".join(char if char.isalnum() or char in " ._-:/" else f"#{ord(char)};" for char in text)


def dot(graph: Graph) -> str:
    """A digraph for Graphviz. Fields are bold, what is shared has a double frame."""
    lines = ["digraph config {", "    rankdir=LR;", '    node [fontname="sans-serif", shape=box];']
    for node in graph.nodes:
        label = "\\n".join(_dot(text) for text in title(node) if text)
        more = [f'label="{label}"']
        if node.kind != "object":
            more.append(f"shape={_DOT[node.kind]}")
        if node.field:
            more.append("style=bold")
        elif node.kind in ("class", "module", "node"):
            more.append("style=dashed")
        if node.shared:
            more.append("peripheries=2")
        lines.append(f"    {node.id} [{', '.join(more)}];")
    lines += [f'    {edge.source} -> {edge.target} [label="{_dot(edge.label)}"];' for edge in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _dot(text: str) -> str:
    return printable(text, but="\n").replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def as_json(graph: Graph, place: Callable[[Node | Edge], str | None]) -> str:
    """``{"nodes": [...], "edges": [...], "complete": ...}``; ``place`` says where a node or edge is written."""
    nodes = [
        {
            "id": node.id,
            "kind": node.kind,
            "name": node.name,
            "table": ".".join(node.path),
            "target": node.target,
            "field": node.field or None,
            "shared": node.shared,
            "place": place(node),
        }
        for node in graph.nodes
    ]
    edges = [
        {
            "source": edge.source,
            "target": edge.target,
            "argument": edge.argument,
            "through": edge.through or None,
            "place": place(edge),
        }
        for edge in graph.edges
    ]
    return json.dumps({"nodes": nodes, "edges": edges, "complete": graph.complete}, indent=2) + "\n"
