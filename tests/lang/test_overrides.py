"""Overrides are judged as a file would be, at their places, and mean what is written (OVER-1 to OVER-6)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

import pytest

from excore.lang.provenance import OVERRIDES
from excore.lang.tables.table import plain
from excore.lang.workspace.snapshot import Snapshot
from kit import path_of, world

CONFIG = """
#- models.py
from typing import Literal, Optional
from excore import Registry

MODEL, BACKBONE, OPTIMIZER = Registry("Model"), Registry("Backbone"), Registry("Optimizer")

@BACKBONE.register()
class ResNet:
    def __init__(
        self, depth: int = 50, ratio: float = 0.5, tag: str = "", sizes: list[float] = [], names: list[str] = [],
        kind: Literal["1", "b"] = "b", note: Optional[str] = None, frozen: bool = False, both: "int | str" = 1,
        opts: dict[str, str] = {}, any=None,
    ): ...

@BACKBONE.register()
class VGG:
    def __init__(self, depth: int = 16): ...

@MODEL.register()
class FCN:
    def __init__(self, backbone, num_classes: int, head=None, **kwargs): ...

@MODEL.register()
class SegNet:
    def __init__(self, backbone, num_classes: int): ...

@Registry("Data").register()
class City:
    def __init__(self, path): ...

@OPTIMIZER.register()
class SGD:
    def __init__(self, lr: float, params=None): ...
#- run.toml
__base__ = ["backbones/resnet.toml"]
lr = 0.1
name = "first"
base_lr = 1

[train]
epochs = 3
"a.b" = 1

[Model.FCN]
!backbone = "$Backbone"
num_classes = 19
head = 3

[Optimizer.SGD]
&lr = "lr"
@params = "$Model"
#- backbones/resnet.toml
[Backbone.ResNet]
depth = 18
#- backbones/vgg.toml
[Backbone.VGG]
depth = 16
#- several.toml
__base__ = ["one.toml", "two.toml"]
[Backbone.ResNet]
#- more.toml
more = 1
#- one.toml
one = 1
#- two.toml
two = 1
"""


def overridden(*texts: str, config: str = "run.toml") -> Snapshot:
    here = world(CONFIG)
    here.host.override(path_of(config), texts)
    return here.host.snapshot()


def test_over_6_elements_of_lists() -> None:
    texts = ["Backbone.ResNet.names=[a,b,c]", "Backbone.ResNet.names[0]=1", "~Backbone.ResNet.names[1]"]
    found = overridden(*texts, "Backbone.ResNet.names[+]=[2,d]", "Backbone.ResNet.names[-1]=e")
    assert value(found, "Backbone/ResNet/names") == ["1", "c", "2", "e"]
    assert found.diagnostics(OVERRIDES) == ()
    (told,) = overridden(texts[0], "Backbone.ResNet.names[3]=x").diagnostics(OVERRIDES)
    assert (told.code, told.severity) == ("unknown-key", "error")
    assert "`names` has 3 elements" in told.message


def value(snapshot: Snapshot, path: str) -> object:
    found: object = plain(snapshot.own_model(path_of("run.toml")).root)
    for name in path.split("/"):
        assert isinstance(found, Mapping)
        found = found.get(name, "nothing")
    return found


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("Model.FCN.num_classes=5", "Model/FCN/num_classes", 5),
        ("Model.FCN.num_classes = 5", "Model/FCN/num_classes", 5),
        ("+Model.FCN.extra.deep=5", "Model/FCN/extra/deep", 5),
        ("Model.FCN.more=[1,x]", "Model/FCN/more", [1, "x"]),
        ("train.epochs=4", "train/epochs", 4),
        ('train."a.b"=4', "train/a.b", 4),
        ("train={epochs = 1, x = y}", "train", {"epochs": 1, "a.b": 1, "x": "y"}),
        ("+train.new=4", "train/new", 4),
        ("+Model=SegNet", "Model/SegNet", {}),
        ("+base=backbones/vgg.toml", "Backbone", {"ResNet": {"depth": 18}, "VGG": {"depth": 16}}),
        ("+new=a b", "new", "a b"),
        ("+Backbone.VGG.depth=3", "Backbone/VGG/depth", 3),
        ("name=x=y", "name", "x=y"),
        ("name=", "name", ""),
        ("name='3'", "name", "3"),
        ("lr=1e-3", "lr", 1e-3),
        ("lr=.5", "lr", 0.5),
        ("lr=True", "lr", True),
        ("lr=2024-01-02", "lr", __import__("datetime").date(2024, 1, 2)),
        ("lr=007", "lr", "007"),
        ("lr=[1, [a], {k = v}]", "lr", [1, ["a"], {"k": "v"}]),
        ("~Model.FCN.head", "Model/FCN/head", "nothing"),
        ("~train", "train", "nothing"),
        ("Backbone.ResNet.ratio=1e-3", "Backbone/ResNet/ratio", 1e-3),
        ("Backbone.ResNet.tag=1e-3", "Backbone/ResNet/tag", "1e-3"),
        ("Backbone.ResNet.tag=[1,2]", "Backbone/ResNet/tag", "[1,2]"),
        ("Backbone.ResNet.tag=None", "Backbone/ResNet/tag", "None"),
        ('Backbone.ResNet.tag="x"', "Backbone/ResNet/tag", "x"),
        ("Backbone.ResNet.sizes=1,.5", "Backbone/ResNet/sizes", [1, 0.5]),
        ("Backbone.ResNet.sizes=(1, .5)", "Backbone/ResNet/sizes", [1, 0.5]),
        ("Backbone.ResNet.sizes=()", "Backbone/ResNet/sizes", []),
        ("Backbone.ResNet.sizes=[]", "Backbone/ResNet/sizes", []),
        ("Backbone.ResNet.names=[1, b]", "Backbone/ResNet/names", ["1", "b"]),
        ("Backbone.ResNet.kind=1", "Backbone/ResNet/kind", "1"),
        ("Backbone.ResNet.note=3", "Backbone/ResNet/note", "3"),
        ("Backbone.ResNet.both=3", "Backbone/ResNet/both", 3),
        ("Backbone.ResNet.both=x", "Backbone/ResNet/both", "x"),
        ("Backbone.ResNet.opts={a = 1}", "Backbone/ResNet/opts", {"a": "1"}),
        ("Backbone.ResNet.any=1,2", "Backbone/ResNet/any", "1,2"),
    ],
)
def test_over_2_values_are_what_their_parameters_take(text: str, path: str, expected: object) -> None:
    assert value(overridden(text), path) == expected


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("Model.FCN.!backbone=VGG", "!backbone", "VGG"),
        ("Model.FCN.backbone=VGG", "!backbone", "VGG"),
        ("Model.FCN.backbone=[VGG, ResNet]", "!backbone", ["VGG", "ResNet"]),
        ("Model.FCN.@backbone=$Backbone::ResNet", "@backbone", "$Backbone::ResNet"),
        ("Model.FCN.backbone=3", "backbone", 3),
        ("Optimizer.SGD.lr=0.3", "lr", 0.3),
        ("Optimizer.SGD.&lr=base_lr", "&lr", "base_lr"),
    ],
)
def test_over_3_an_argument_keeps_its_prefix(text: str, key: str, expected: object) -> None:
    snapshot = overridden(text)
    assert not [item for item in snapshot.root_problems(path_of("run.toml")) if item.severity == "error"]
    table = value(snapshot, "/".join(text.split(".")[:2]))
    assert isinstance(table, dict)
    assert {name: one for name, one in table.items() if name.lstrip("!@$&") == key.lstrip("!@$&")} == {key: expected}


@pytest.mark.parametrize(
    ("texts", "path", "expected"),
    [
        (["Model=SegNet"], "Model", {"SegNet": {"!backbone": "$Backbone", "num_classes": 19}}),
        (["Model.FCN=SegNet", "Model.SegNet.num_classes=2"], "Model/SegNet/num_classes", 2),
        (["Model=FCN"], "Model/FCN/head", 3),
        (["base=backbones/vgg.toml"], "Backbone", {"VGG": {"depth": 16}}),
        (["__base__=backbones/vgg.toml"], "Backbone", {"VGG": {"depth": 16}}),
        (["base=backbones/vgg.toml", "base=backbones/resnet.toml"], "Backbone", {"ResNet": {"depth": 18}}),
        (["base=more.toml", "lr=3"], "more", 1),
        (["+Data=City", "+Data.City.path=x"], "Data", {"City": {"path": "x"}}),
        (["~base=backbones/resnet.toml", "Model.FCN.backbone=VGG"], "Backbone", "nothing"),
        (["VGG.depth=3", "Model.FCN.backbone=VGG"], "VGG/depth", 3),
    ],
)
def test_over_4_other_classes_and_bases(texts: list[str], path: str, expected: object) -> None:
    snapshot = overridden(*texts)
    assert not [item for item in snapshot.root_problems(path_of("run.toml")) if item.severity == "error"]
    assert value(snapshot, path) == expected


@pytest.mark.parametrize(
    "text",
    [
        """
        Model.FCN.numclasses=3
        num_class=3
        ^^^^^^^^^ unknown-key: did you mean `Model.FCN.num_classes`?
        """,
        """
        Model.SegNet.num_classes=3
              ^^^^^^ unknown-key: the config has no `SegNet` in `Model`
        """,
        """
        Optimizer.SGD.learning_rate=3
                      ^^^^^^^^^^^^^ unknown-parameter: it takes
        """,
        """
        train.epoch=3
              ^^^^^ unknown-key: did you mean `epochs`?
        ~train.epoch
               ^^^^^ unknown-key: did you mean `epochs`?
        """,
        """
        new=3
        ^^^ unknown-key: `+new=` adds it
        VGG.depth=1
        ^^^ unknown-key: did you mean `Backbone.ResNet.depth`?
        Data.City.size=1
        ^^^^ unknown-key: `+Data.City.size=` adds it
        """,
        """
        FCN.num_classes=3
        ^^^ unknown-key: did you mean `Model.FCN.num_classes`?
        !backbone=VGG
        ^^^^^^^^^ unknown-key: did you mean `Model.FCN.backbone`?
        """,
        """
        Model.FCN.backbone.depth=3
        ^^^^^^^^^^^^^^^^^^ unknown-key: refers to `$Backbone`, whose argument is `Backbone.ResNet.depth`
        """,
        """
        Model.FCN.!backbone=VGGG
                            ^^^^ unknown-class: did you mean `VGG`?
        """,
        """
        Model.FCN.!backbone=[VGG, RestNet]
                                  ^^^^^^^ unknown-class: did you mean `ResNet`?
        """,
        """
        Model=SegNte
              ^^^^^^ unknown-class: did you mean `SegNet`?
        """,
        """
        Backbone.ResNet.depth=many
                              ^^^^ wrong-type
        """,
        """
        Backbone.ResNet.note=None
                             ^^^^ syntax: `~key`
        """,
        """
        lr=[1, 2
           ^ syntax: not closed
        name="a" b
                ^^ syntax: nothing is expected
        lr
          ^ syntax: KEY=VALUE
        ~lr=3
           ^^ syntax: no value
        """,
        """
        base=backbones/swin.toml
             ^^^^^^^^^^^^^^^^^^^ missing-base
        base=backbones/swin
             ^^^^^^^^^^^^^^ invalid-base
        ~base=more.toml
              ^^^^^^^^^ missing-base: is no base
        """,
        """
        __base__=more.toml
                 ^^^^^^^^^ invalid-base: `one.toml`, `two.toml`
        """,
        """
        Model=SegNet
              ^^^^^^ unknown-parameter: `head`, which is left out
        """,
        """
        +Model=SegNet
        +Model.SegNet={num_classes = 1, "!backbone" = VGG}
        Model=VGG
              ^^^ ambiguous-reference: write `Model.FCN=VGG` or `Model.SegNet=VGG`
        """,
        """
        +Model.FCN.x={a = 1, a = 2}
                             ^ duplicate-key
        """,
    ],
)
def test_over_5_problems_stand_in_their_arguments(text: str) -> None:
    texts: list[str] = []
    expected: list[tuple[int, int, int, str, str]] = []
    for line in textwrap.dedent(text).strip("\n").split("\n"):
        mark = re.fullmatch(r"( *)(\^+) ([a-z-]+):? ?(.*)", line)
        if mark is None:
            texts.append(line)
        else:
            expected.append((len(texts) - 1, mark.end(1), mark.end(2), mark[3], mark[4]))
    snapshot = overridden(*texts, config="several.toml" if "__base__" in text else "run.toml")
    file = snapshot.file(OVERRIDES)
    assert file is not None
    found = []
    for item in snapshot.diagnostics(OVERRIDES):
        span = file.absolute(item.origin)
        (row, column), (_, until) = file.position(span.start), file.position(span.end)
        found.append((row, column, max(until, column + 1), item.code, item.message))
    assert [one[:4] for one in found] == [one[:4] for one in expected], found
    for (*_, message), (*_, part) in zip(found, expected, strict=True):
        assert part in message


def test_over_1_what_needs_what_is_taken_away_is_wrong_in_its_file() -> None:
    problems = overridden("~lr").diagnostics(path_of("run.toml"))
    assert [item.code for item in problems] == ["unknown-variable"]
    assert not overridden("~lr", "Optimizer.SGD.lr=1").diagnostics(path_of("run.toml"))
