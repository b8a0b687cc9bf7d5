"""Every view of every state of a config on its way: an answer, never an exception."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ET
from contextlib import suppress

from excore.lang.provenance import NoSuchKey
from excore.lang.workspace.snapshot import Snapshot
from excore.views.blame import blame
from excore.views.composed import composed
from excore.views.diff import diff
from excore.views.drawing import dot, mermaid
from excore.views.graph import graph
from excore.views.python_code import python_code
from excore.views.svg import svg
from kit import path_of, world

EVERYTHING = """
#- base.toml
size = "\\U0001F600 ResNet"
names = ["ResNet", "&size"]
[Backbone.VGG]
&depth = "size.lower()"
__no_call__ = true
[Model]
FCN = { backbone = 1 }
#- run.toml
__base__ = ["base.toml", 'missing.toml', "run.toml"]
"quoted key" = 1
[Model.FCN] # comment
!backbone = "$Backbone::ResNet.freeze()@relu.x[0]"
"@head" = ["SimpleHead", "$Head::*", '''Simple
Head''', {a = "R"}]
&classes = "${N} and ${M}"
a.b.!c = {x = [1, {y = "z"}], "q" = ""}
[Model.SegNet]
!backbone = { a = "&names", b = "SegNet", "c d" = "VGG@relu" }
&block = "names[0].lower()"
[Backbone]
[Backbone.ResNet."!norm"]
[[Head.SimpleHead]]
in_channels = 1979-05-27T07:32:00Z
[Head.SimpleHead.more]
[S.SimpleHead]
@act = "FCN@relu@S"
[ExcoreHook.SimpleHead]
[ExcoreHook.relu]
[Backbone.VGG
depth = [1,
  2, # inside
!x =
"@y = "\\u00e9\U0001f600."
[
[[
[Model.
"""


def look(snapshot: Snapshot, path: str) -> None:
    model = snapshot.own_model(path)
    for origins in (True, False):
        for quoted in (True, False):
            composed(snapshot, path, origins=origins, quoted=quoted)
    ast.parse(python_code(model).text)
    found = graph(model)
    names = {node.id for node in found.nodes}
    assert {edge.source for edge in found.edges} | {edge.target for edge in found.edges} <= names
    ET.fromstring(svg(found))
    mermaid(found)
    dot(found)
    assert diff(model, model) == ()
    for key in ("Model", "Model.FCN.backbone", "Backbone.VGG", "size"):
        with suppress(NoSuchKey):
            blame(snapshot, path, key)


def test_every_truncation() -> None:
    here = world(EVERYTHING, environment={"N": "1"})
    path = path_of("run.toml")
    text = here.fixture.files["run.toml"]
    for end in range(len(text), -1, -1):
        here.host.replace(path, text[:end])
        look(here.snapshot, path)


def test_every_line_left_out() -> None:
    here = world(EVERYTHING)
    path = path_of("run.toml")
    lines = here.fixture.files["run.toml"].split("\n")
    for number in range(len(lines)):
        here.host.replace(path, "\n".join(lines[:number] + lines[number + 1 :]))
        look(here.snapshot, path)
        look(here.snapshot, path_of("base.toml"))


def test_deep_and_wide() -> None:
    deep = "".join(f'[S{n}.FCN]\n!backbone = "$S{n + 1}"\n' for n in range(300))
    wide = "".join(f'[T{n}.SegNet]\n!backbone = ["$T{n + 1}", "$T{n + 1}"]\n' for n in range(30))
    here = world(
        f'[Model.FCN]\n!backbone = "$S0"\n[Model.SegNet]\n!backbone = "$T0"\n{deep}{wide}[T30.VGG]\ndepth = 1\n'
    )
    model = here.snapshot.own_model(path_of("run.toml"))
    found = graph(model, limit=500)
    assert not found.complete
    assert len(found.nodes) <= 500
    ast.parse(python_code(model, limit=500).text)


def test_values_as_deep_as_they_are_read() -> None:
    for text in (
        "a = " + "[" * 300,
        "a = " + "{ x = " * 300,
        "a = " + "[" * 190 + "]" * 190,
        "[" + "a." * 98 + "a]\nb = 1",
    ):
        here = world(text)
        look(here.snapshot, path_of("run.toml"))
