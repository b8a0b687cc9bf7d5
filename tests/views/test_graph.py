"""The graph of what is built: compared with the objects of a real build, and drawn in every form."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from views_kit import CONFIGS, arrows, drawn, every_config, example, recorded

from excore.views.drawing import as_json, dot, mermaid
from excore.views.graph import Graph, graph
from excore.views.layout import layout
from excore.views.svg import svg

Picture = tuple[dict[str, int], set[tuple[int, str, str]]]


class Canon:
    """A graph as numbers in the order of a walk from the fields on, so that two can be compared."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.names: list[str] = []
        self.edges: set[tuple[int, str, int]] = set()

    def enter(self, key: str, name: str) -> tuple[int, bool]:
        """The number of an object, and whether it is new."""
        if key in self.numbers:
            return self.numbers[key], False
        self.numbers[key] = len(self.names)
        self.names.append(name)
        return self.numbers[key], True


def unsure(found: Graph) -> set[tuple[str, str]]:
    """Arguments that hold what a hook or a path made: the graph says where it came from, not what it is."""
    names = {node.id: node for node in found.nodes}
    return {
        (names[edge.source].name, re.split(r"[.\[]", edge.argument)[0])
        for edge in found.edges
        if edge.through or names[edge.target].kind == "hook"
    }


def told(found: Graph) -> Canon:
    canon, skip = Canon(), unsure(found)
    names = {node.id: node.name for node in found.nodes}

    def walk(key: str) -> int:
        number, is_new = canon.enter(key, names[key])
        if is_new:
            for edge in sorted((edge for edge in found.edges if edge.source == key), key=lambda edge: edge.argument):
                if (names[key], re.split(r"[.\[]", edge.argument)[0]) not in skip:
                    canon.edges.add((number, edge.argument, walk(edge.target)))
        return number

    for node in sorted((node for node in found.nodes if node.field), key=lambda node: node.field):
        walk(node.id)
    return canon


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a recorded build."""
    if isinstance(value, list):
        for item in value:
            yield from objects_in(item)
    elif isinstance(value, dict):
        if "given" in value:
            yield value
        for item in value.values():
            yield from objects_in(item)


def held(value: Any, argument: str) -> list[tuple[str, Any]]:
    """Each object in an argument, with the path that leads to it."""
    if isinstance(value, list):
        return [pair for i, item in enumerate(value) for pair in held(item, f"{argument}[{i}]")]
    if isinstance(value, dict) and "dict" in value:
        return [pair for key, item in value["dict"].items() for pair in held(item, f"{argument}.{key}")]
    return [(argument, value)] if isinstance(value, dict) else []


def seen(build: Any, skip: set[tuple[str, str]], several: set[str], classes: set[str]) -> Canon:
    """The same of a recorded build."""
    canon = Canon()
    objects = {one["number"]: one for one in objects_in(build)}

    def walk(value: Any) -> int:
        if "is" in value:
            return canon.enter(f"is {value['is']}", value["is"])[0]
        one = objects[value["number"]]
        number, is_new = canon.enter(str(value["number"]), one["name"])
        if is_new:
            pairs = [pair for name, given in one["given"].items() for pair in held(given, name)]
            for argument, inner in sorted(pairs, key=lambda pair: pair[0]):
                if (one["name"], re.split(r"[.\[]", argument)[0]) not in skip:
                    canon.edges.add((number, argument, walk(inner)))
        return number

    fields = {}
    for name, value in build["dict"].items():
        if name in several:
            fields.update({f"{name}.{key}": inner for key, inner in value["dict"].items()})
        else:
            fields[name] = value
    for name in sorted(fields):
        walk(fields[name])
    return canon


@pytest.mark.parametrize("name", CONFIGS)
def test_nodes_and_edges_are_those_of_the_built_objects(name: str) -> None:
    found = graph(example(name))
    several = {node.field.split(".")[0] for node in found.nodes if "." in node.field}
    classes = {node.name for node in found.nodes if node.kind == "class"}
    real = seen(recorded()[f"configs/{name}"]["built"][0], unsure(found), several, classes)
    shown = told(found)
    assert found.complete
    assert len(shown.names) > 5
    assert shown.names == real.names
    assert shown.edges == real.edges


def test_sharing_shows() -> None:
    text = """
        [Model.FCN]
        @backbone = "ResNet"
        !head = "SimpleHead"
        [Model.SegNet]
        @backbone = "ResNet"
        [SimpleHead]
        @in_channels = "ResNet.out_channels"
        [Backbone.VGG]
        depth = 1
        [Transform.relu]
    """
    assert arrows(text) == [
        "FCN.backbone -> ResNet",
        "FCN.head -> SimpleHead",
        "SimpleHead.in_channels: .out_channels -> ResNet",
        "SegNet.backbone -> ResNet",
    ]
    found = drawn(text)
    assert {node.name for node in found.nodes if node.shared} == {"ResNet"}
    assert {node.name: node.field for node in found.nodes if node.field} == {
        "FCN": "Model.FCN",
        "SegNet": "Model.SegNet",
        "VGG": "Backbone",
    }


def test_new_objects_are_new_each_time() -> None:
    text = '[Model.FCN]\n!backbone = ["ResNet", "ResNet"]\n!head = { a = "SimpleHead", b = "ResNet" }\n'
    assert arrows(text) == [
        "FCN.backbone[0] -> ResNet",
        "FCN.backbone[1] -> ResNet#2",
        "FCN.head.a -> SimpleHead",
        "FCN.head.b -> ResNet#3",
    ]
    same = '[Model.FCN]\n@backbone = ["ResNet", "ResNet"]\n'
    assert arrows(same) == ["FCN.backbone[0] -> ResNet", "FCN.backbone[1] -> ResNet"]


def test_a_hook_stands_between() -> None:
    found = graph(example("hooks.toml"))
    names = {node.id: node for node in found.nodes}
    edges = {(names[e.source].name, e.argument, names[e.target].name) for e in found.edges}
    assert ("SGD", "params", "BnWeightDecayHook") in edges
    assert ("BnWeightDecayHook", "node", "FCN") in edges
    assert ("SGD", "params", "FCN") not in edges


ODD = '[Model.FCN]\n!backbone = "ResNet.at(\'<\\"&>\')"\n'


def test_json_says_where() -> None:
    found = drawn(ODD)
    plain = json.loads(as_json(found, lambda item: "here" if item.origin else None))
    assert plain["complete"] is True
    assert [node["name"] for node in plain["nodes"]] == ["FCN", "ResNet"]
    assert plain["edges"][0] == {
        "source": plain["nodes"][0]["id"],
        "target": plain["nodes"][1]["id"],
        "argument": "backbone",
        "through": ".at('<\"&>')",
        "place": "here",
    }


def test_mermaid_escapes_what_it_would_read() -> None:
    lines = mermaid(drawn(ODD)).split("\n")
    assert lines[0] == "flowchart LR"
    edge = next(line for line in lines if "--" in line)
    assert re.fullmatch(r'    n\d+ -- "[\w .#;:]+" --> n\d+', edge)
    assert "#60;#34;#38;#62;" in edge


def test_dot_escapes_quotes() -> None:
    text = dot(drawn(ODD))
    assert text.startswith("digraph config {\n")
    assert text.endswith("}\n")
    assert text.count("{") == text.count("}") == 1
    strings = re.sub(r'"(\\.|[^"\\])*"', '""', text)
    assert strings.count('"') % 2 == 0
    assert "<" not in strings


def test_svg_is_a_picture_in_which_nothing_overlaps() -> None:
    for snapshot, path in every_config():
        found = graph(snapshot.own_model(path))
        text = svg(found, path)
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        texts = Counter(element.text for element in root.iter("{http://www.w3.org/2000/svg}text"))
        for node in found.nodes:
            assert texts[node.name]
        for edge in found.edges:
            assert texts[edge.label]
        made = layout(found)
        boxes = list(made.boxes.values())
        assert len(boxes) == len(found.nodes)
        for i, one in enumerate(boxes):
            assert one.x >= 0
            assert one.x + one.width <= made.width
            assert one.y + one.height <= made.height
            for other in boxes[i + 1 :]:
                apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
                apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
                assert apart_x or apart_y
        for edge, route in zip(found.edges, made.routes, strict=True):
            assert made.boxes[edge.source].x < made.boxes[edge.target].x
            assert list(route.points) == sorted(route.points, key=lambda point: point[0])
            for x, y in route.points[1:-1]:
                for box in boxes:
                    assert not (box.x < x < box.x + box.width and box.y <= y <= box.y + box.height)
                    assert not (box.x == x and box.y <= y <= box.y + box.height)


def test_labels_of_edges_do_not_lie_on_each_other() -> None:
    found = drawn('[Model.FCN]\n@backbone = ["ResNet", "ResNet", "ResNet"]\n@head = "ResNet.x"\n')
    places = re.findall(r'class="label" x="([\d.]+)" y="([\d.]+)"', svg(found))
    assert len(places) == 4
    heights = sorted(float(y) for _, y in places)
    assert all(after - before >= 12 for before, after in pairwise(heights))


def test_an_empty_config_is_an_empty_picture() -> None:
    found = drawn("size = 3\n")
    assert not found.nodes
    assert ET.fromstring(svg(found)).tag.endswith("svg")
    assert mermaid(found) == "flowchart LR\n"
