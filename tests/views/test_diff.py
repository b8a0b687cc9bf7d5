"""Configs compared by what they mean."""

from __future__ import annotations

import random
from pathlib import Path

from views_kit import CONFIGS, QUICKSTART, changes, example, quickstart

from excore.lang.file import File
from excore.lang.workspace.host import Host
from excore.views.diff import diff
from kit import path_of, world

NET = """
    size = 3
    names = ["a"]
    [Model.FCN]
    @backbone = "ResNet"
    !head = ["SimpleHead", "$Pads::*"]
    &classes = "size"
    [Backbone.ResNet]
    layers = 18
    [SimpleHead]
    in_channels = 8
    [Pads.SimpleHead]
    in_channels = 9
    [Pads.VGG]
    depth = 1
"""


def reordered(text: str, seed: int) -> str:
    """The same file with its tables, and the keys in each, in another order; `::*` keeps its own."""
    tree = File("x.toml", text).tree
    blocks = [block.text.rstrip() + "\n" for block in tree.blocks if block.header is not None]
    head = next((block.text for block in tree.blocks if block.header is None), "")
    random.Random(seed).shuffle(blocks)
    return head + "\n".join(blocks)


def test_every_config_means_what_it_means() -> None:
    for name in CONFIGS:
        assert diff(example(name), example(name)) == ()


def test_reordering_tables_is_no_difference() -> None:
    checked = 0
    for name in CONFIGS:
        path = QUICKSTART / "configs" / name
        text = path.read_text("utf-8")
        if "::*" in text or ('"$Model.' in text and text.count("[Model.") > 1):
            continue  # there the order is the meaning
        host = Host()
        before = quickstart()
        host.set_catalog(str(QUICKSTART), before.catalog(str(path)))
        for seed in range(5):
            host.open(str(path), reordered(text, seed))
            assert diff(before.own_model(str(path)), host.snapshot().own_model(str(path))) == ()
            checked += 1
    assert checked >= 40


def test_layout_spelling_and_where_a_value_stands_are_no_difference() -> None:
    other = """
        names = [
            "a", # first
        ]
        [Model.FCN]
        classes = 3
        "!head" = ["SimpleHead", "$Pads::SimpleHead", "$Pads::VGG"]
        "@backbone" = "$Backbone"
        [Pads]
        SimpleHead = { in_channels = 9 }
        VGG.depth = 1
        [SimpleHead]
        in_channels = 0x8
        [Backbone.ResNet]
        layers = 18
    """
    assert changes(NET, other) == ["size: 3 -> None"]


def test_a_table_that_says_nothing_is_no_difference() -> None:
    one = '[Model.FCN]\n!backbone = "ResNet"\n'
    assert changes(one, one + "[ResNet]\n") == []
    assert changes(one + "[ResNet]\n", one) == []


def test_bases_are_no_difference() -> None:
    split = """
        #- base.toml
        size = 3
        [Model.FCN]
        classes = 7
        !backbone = "ResNet"
        #- run.toml
        __base__ = ["base.toml"]
        [Model.FCN]
        &classes = "size"
    """
    assert changes(split, 'size = 3\n[Model.FCN]\n&classes = "size"\n!backbone = "ResNet"\n') == []


def test_what_differs() -> None:
    assert changes(NET, NET.replace("layers = 18", "layers = 50")) == ["Backbone.ResNet.layers: 18 -> 50"]
    assert changes(NET, NET.replace("size = 3", "size = 4")) == ["size: 3 -> 4", "Model.FCN.classes: 3 -> 4"][::-1]
    assert changes(NET, NET.replace("@backbone", "!backbone")) == [
        "Model.FCN.backbone: shared Backbone.ResNet -> new Backbone.ResNet"
    ]
    assert changes(NET, NET.replace('names = ["a"]', "")) == ['names: ["a"] -> None']
    assert changes(NET, NET + "    [Model.SegNet]\n    backbone = { a = 1, b = { c = 2 } }\n") == [
        "[Model.SegNet]: None -> models.SegNet",
        "Model.SegNet.backbone.a: None -> 1",
        "Model.SegNet.backbone.b.c: None -> 2",
    ]
    quoted = '    [opts."a.b"]\n    "c d" = { "e.f" = 1 }\n'
    assert changes(NET, NET + quoted) == ['opts."a.b"."c d"."e.f": None -> 1']
    silent = NET.replace("[SimpleHead]", "[SimpleHead]\n    __no_call__ = true")
    assert changes(NET, silent) == ["[SimpleHead]: models.SimpleHead -> models.SimpleHead, not called"]


def test_the_order_of_all_modules_of_a_field_is_a_difference_where_it_counts() -> None:
    swapped = (
        NET.replace("[Pads.SimpleHead]\n    in_channels = 9\n", "") + "    [Pads.SimpleHead]\n    in_channels = 9\n"
    )
    assert changes(NET, swapped) == [
        "Model.FCN.head: [new SimpleHead, new Pads.SimpleHead, new Pads.VGG] -> "
        "[new SimpleHead, new Pads.VGG, new Pads.SimpleHead]"
    ]


def test_paths_hooks_and_the_environment() -> None:
    one = '[Model.FCN]\n@backbone = "ResNet.blocks[0]"\n&head = "${HOME}/x"\n'
    two = one.replace("blocks[0]", "blocks[1]").replace("/x", "/y")
    assert changes(one, two) == [
        "Model.FCN.backbone: shared ResNet.blocks[0] -> shared ResNet.blocks[1]",
        "Model.FCN.head: ${HOME}/x -> ${HOME}/y",
    ]


def test_each_side_knows_its_place() -> None:
    here = world(NET)
    other = world(NET.replace("layers = 18", "layers = 50"))
    path = path_of("run.toml")
    (change,) = diff(here.snapshot.own_model(path), other.snapshot.own_model(path))
    assert change.before is not None
    assert change.after is not None
    assert Path(change.after.origin.file).name == "run.toml"
    file = other.snapshot.file(path)
    assert file is not None
    span = file.absolute(change.after.origin)
    assert file.text[span.start : span.end] == "layers"


def test_broken_configs_can_be_compared() -> None:
    broken = '[Model.FCN]\n@backbone = "Nobody"\n!head = 3\n[Model.Nothing]\na = 1\n'
    assert changes(broken, broken) == []
    assert changes(broken, broken.replace("Nobody", "Noone")) == ['Model.FCN.backbone: "Nobody" -> "Noone"']
