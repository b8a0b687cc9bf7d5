"""Call hierarchy: the build graph. Type hierarchy: `__base__`."""

from __future__ import annotations

import os
import random

from excore.lang.catalog import Location
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.call_hierarchy import CallItem, incoming_calls, outgoing_calls, prepare_calls
from excore_server.ide.call_hierarchy import CallLink as Call
from excore_server.ide.type_hierarchy import prepare_types, subtypes, supertypes
from kit import ROOT, World, examples, open_project, path_of, world

NET = """
#- base.toml
[Backbone.ResNet]
layers = 3
[Model.FCN]
@backbone = "ResNet"
#- run.toml
__base__ = ["base.toml"]
tf = ["SimpleHead", "$Pads::SimpleHead"]
[Model.FCN]
!head = "&tf"
$block = "VGG"
[Model.SegNet]
@backbone = "$Backbone@Wrap"
[Pads.SimpleHead]
@in_channels = "ResNet.out_channels"
[Wrap]
#- models.py
from excore import Registry, ConfigArgumentHook
MODEL = Registry("Model")
BACKBONE = Registry("Backbone")
HEAD = Registry("Head")
HOOK = Registry("Hook")
@BACKBONE.register()
class ResNet:
    def __init__(self, layers=1): ...
@BACKBONE.register()
class VGG: ...
@HEAD.register()
class SimpleHead:
    def __init__(self, in_channels=1): ...
@MODEL.register()
class FCN:
    def __init__(self, backbone, head=None, block=None): ...
@MODEL.register()
class SegNet:
    def __init__(self, backbone): ...
@HOOK.register()
class Wrap(ConfigArgumentHook):
    def hook(self): ...
"""


def place(here: World, item: CallItem) -> str:
    """``file:line`` of an item, and that its name is where it says."""
    goal = item.goal
    text = here.text(goal.path)
    name = os.path.relpath(goal.path, ROOT)
    if isinstance(goal, Location):
        return f"{name}:{goal.line + 1}"
    assert goal.whole.start <= goal.span.start <= goal.span.end <= goal.whole.end
    assert text[goal.span.start : goal.span.end] == item.name.split(".")[-1]
    return f"{name}:{text.count(chr(10), 0, goal.span.start) + 1}"


def shown(here: World, calls: tuple[Call, ...], file: str = "") -> list[str]:
    found = []
    for call in calls:
        text = here.text(path_of(file) if file else call.item.goal.path)
        spans = " ".join(text[span.start : span.end] for span in call.spans)
        found.append(f"{call.item.name} {place(here, call.item)} {spans}".strip())
    return found


def at(text: str) -> tuple[World, CallItem]:
    here = world(text)
    (item,) = prepare_calls(here.snapshot, *here.cursor)
    return here, item


def test_the_section_under_the_cursor() -> None:
    for before, after, name in (
        ("[Model.SegNet]", "[Model.Seg<|>Net]", "Model.SegNet"),
        ("[Model.SegNet]", "[Mod<|>el.SegNet]", None),
        ("@in_channels", "@in_ch<|>annels", "Pads.SimpleHead"),
        ('"ResNet.out_channels"', '"Res<|>Net.out_channels"', "Backbone.ResNet"),
        ('"$Backbone@Wrap"', '"$Backbone@Wr<|>ap"', "Wrap"),
        ('tf = ["Sim', 'tf = ["S<|>im', None),
        ('"VGG"', '"V<|>GG"', "VGG"),
    ):
        here = world(NET.replace(before, after))
        found = prepare_calls(here.snapshot, *here.cursor)
        assert [item.name for item in found] == ([name] if name else []), after


def test_what_is_given_to_a_section() -> None:
    here, item = at(NET.replace("[Model.FCN]\n!head", "[Model.F<|>CN]\n!head"))
    assert place(here, item) == "run.toml:3"
    found = outgoing_calls(here.snapshot, item.root, item.section, path_of("run.toml"))
    assert shown(here, found, "run.toml") == [
        "Backbone.ResNet base.toml:1",
        'Pads.SimpleHead run.toml:8 "SimpleHead" "$Pads::SimpleHead"',
        'VGG models.py:10 "VGG"',
    ]
    elsewhere = outgoing_calls(here.snapshot, item.root, item.section, path_of("base.toml"))
    assert shown(here, elsewhere, "base.toml")[0] == 'Backbone.ResNet base.toml:1 "ResNet"'


def test_whom_a_section_is_given_to() -> None:
    here, item = at(NET.replace("[Backbone.ResNet]", "[Backbone.Res<|>Net]"))
    assert shown(here, incoming_calls(here.snapshot, item.root, item.section)) == [
        'Model.FCN base.toml:3 "ResNet"',
        'Model.SegNet run.toml:6 "$Backbone@Wrap"',
        'Pads.SimpleHead run.toml:8 "ResNet.out_channels"',
    ]


def test_hooks_are_part_of_the_build() -> None:
    here, item = at(NET.replace("[Wrap]", "[Wr<|>ap]"))
    assert [call.item.name for call in incoming_calls(here.snapshot, item.root, item.section)] == ["Model.SegNet"]


def test_both_ways_say_the_same() -> None:
    """Whatever a section is given names it among those it is given to, in every example."""
    edges = 0
    for project in sorted({path.parents[1] for path in examples() if path.parent.name == "configs"}):
        snapshot = open_project(project, "src").snapshot()
        for path in project.glob("configs/*.toml"):
            model = snapshot.own_model(str(path))
            for section in model.sections:
                for call in outgoing_calls(snapshot, str(path), section):
                    back = incoming_calls(snapshot, str(path), call.item.section)
                    assert section in {each.item.section for each in back}
                    edges += 1
    assert edges > 50


def names(items: tuple[object, ...]) -> list[str]:
    return [item.name for item in items]  # type: ignore[attr-defined]


BASES = """
#- parts/data.toml
size = 1
#- base.toml
__base__ = ["parts/data.toml", "gone.toml"]
#- a.toml
__base__ = ["ba<|>se.toml"]
#- b.toml
x = 1
__base__ = ["base.toml", "parts/data.toml"]
"""


def test_bases_and_those_on_top() -> None:
    here = world(BASES)
    (item,) = prepare_types(here.snapshot, *here.cursor)
    assert (item.name, item.detail) == ("base.toml", "base.toml")
    assert here.text(item.goal.path)[item.goal.span.start : item.goal.span.end] == "__base__"
    assert names(supertypes(here.snapshot, item.goal.path)) == ["data.toml"]
    assert names(subtypes(here.snapshot, item.goal.path)) == ["a.toml", "b.toml"]
    assert names(supertypes(here.snapshot, path_of("b.toml"))) == ["base.toml", "data.toml"]
    assert names(subtypes(here.snapshot, path_of("parts/data.toml"))) == ["b.toml", "base.toml"]
    assert subtypes(here.snapshot, path_of("a.toml")) == ()


def test_anywhere_else_it_is_the_file_itself() -> None:
    here = world(BASES)
    (item,) = prepare_types(here.snapshot, path_of("b.toml"), 0)
    assert (item.name, item.detail) == ("b.toml", "b.toml")
    (plain,) = prepare_types(here.snapshot, path_of("parts/data.toml"), 3)
    assert plain.detail == "parts/data.toml"
    assert plain.goal.span == Span(0, 0)
    assert prepare_types(here.snapshot, path_of("none.toml"), 0) == ()


def ask(snapshot: Snapshot, path: str, offset: int) -> None:
    for item in prepare_calls(snapshot, path, offset):
        outgoing_calls(snapshot, item.root, item.section, path)
        incoming_calls(snapshot, item.root, item.section)
    for kind in prepare_types(snapshot, path, offset):
        supertypes(snapshot, kind.goal.path)
        subtypes(snapshot, kind.goal.path)


def test_every_offset_whole_and_cut_off() -> None:
    here = world(NET)
    path = path_of("run.toml")
    text = here.fixture.files["run.toml"]
    for offset in range(len(text) + 1):
        ask(here.snapshot, path, offset)
    for end in random.Random(5).sample(range(len(text)), 60):
        here.host.replace(path, text[:end])
        ask(here.snapshot, path, end)
