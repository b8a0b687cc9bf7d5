"""Who set a value, and over whom it won."""

from __future__ import annotations

import pytest

from excore.lang.provenance import NoSuchKey
from excore.views.blame import blame, setting_text
from excore.views.lines import relative
from kit import ROOT, path_of, world

LAYERS = """
    #- far.toml
    size = 1
    [Model.FCN]
    backbone = 1
    classes = 3
    #- near.toml
    __base__ = ["far.toml"]
    [Model.FCN]
    !backbone = "ResNet"
    #- other.toml
    [Model.FCN]
    classes = 4
    #- run.toml
    __base__ = ["near.toml", "other.toml"]
    size = 2
    [Model.FCN]
    @backbone = "ResNet" # mine
    [data]
    "a.b" = [
        1,
        2,
    ]
"""


def blamed(key: str, text: str = LAYERS) -> list[str]:
    here = world(text)
    grammar = here.snapshot.own_model(path_of("run.toml")).grammar
    found = []
    for name, setting in blame(here.snapshot, path_of("run.toml"), key).items():
        places = [
            f"{relative(one.file, ROOT)}:{one.line} {setting_text(one, grammar)}"
            for one in (setting, *setting.overrides)
        ]
        found.append(f"{name}: {' < '.join(places)}")
    return found


def test_a_value() -> None:
    assert blamed("size") == ["size: run.toml:2 size = 2 < far.toml:1 size = 1"]
    assert blamed("Model.FCN.classes") == ["Model.FCN.classes: other.toml:2 classes = 4 < far.toml:4 classes = 3"]


@pytest.mark.parametrize("key", ["Model.FCN.backbone", "Model.FCN.@backbone"])
def test_another_prefix_is_the_same_argument(key: str) -> None:
    assert blamed(key) == [
        'Model.FCN.@backbone: run.toml:4 @backbone = "ResNet" < near.toml:3 !backbone = "ResNet" '
        "< far.toml:3 backbone = 1"
    ]


def test_a_table_is_all_its_keys() -> None:
    assert [line.split(":")[0] for line in blamed("Model")] == ["Model.FCN.classes", "Model.FCN.@backbone"]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ('data."a.b"', 'data."a.b": run.toml:2 "a.b" = 1'),
        ("data.'a.b'", 'data."a.b": run.toml:2 "a.b" = 1'),
        ('Model.FCN.head."x.y"', 'Model.FCN.!head."x.y": run.toml:6 "x.y" = "SimpleHead"'),
        ('data."c\\\\d"', "data.'c\\d': run.toml:3 'c\\d' = 2"),
        ('data . "e\\"\\u0066"', 'data."e\\"f": run.toml:4 "e\\"f" = 3'),
        ('Model.FCN."!head".z', 'Model.FCN.!head.z: run.toml:6 z = "SimpleHead"'),
    ],
)
def test_names_in_quotes(key: str, found: str) -> None:
    text = """
        #- run.toml
        [data]
        "a.b" = 1
        'c\\d' = 2
        "e\\"f" = 3
        [Model.FCN]
        !head = { "x.y" = "SimpleHead", z = "SimpleHead" }
    """
    assert blamed(key, text) == [found]


def test_names_with_dots_and_values_on_many_lines() -> None:
    assert blamed("data.a.b") == ['data."a.b": run.toml:6 "a.b" = [ 1, 2, ]']


@pytest.mark.parametrize(
    ("key", "near"),
    [("Model.FCN.clases", ("Model.FCN.classes",)), ("sizes", ("size",)), ("Model.FCN.classes.x", ()), ("", ())],
)
def test_a_key_that_is_not_there(key: str, near: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchKey) as error:
        blamed(key)
    assert error.value.suggestions == near
