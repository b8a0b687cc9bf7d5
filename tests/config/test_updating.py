"""Paths as keys of `update_dict` (SPEC LOAD-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from config_kit import Project

from excore.errors import ConfigError, UnknownFieldError

BASE = """
    n = 1
    "a.b" = 2
    [train]
    epochs = 3
    [train.optim]
    lr = 0.1
    [Model.FCN]
    !backbone = "V"
    layers = 50
    [V]
    x = 1
"""


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"Model.FCN.layers": 3}, "FCN(backbone=V(x=1), head=None, layers=3)"),
        ({"V.x": 7}, "FCN(backbone=V(x=7), head=None, layers=50)"),
        ({"Model.FCN.extra": 3}, "FCN(backbone=V(x=1), head=None, layers=50, extra=3)"),
        ({"Model.FCN.!backbone": "R"}, "FCN(backbone=R(), head=None, layers=50)"),
        ({"Model.FCN": {"layers": 1}, "Model.FCN.head": 2}, "FCN(backbone=V(x=1), head=2, layers=1)"),
        ({"Model.FCN.layers": 1, "Model": {"FCN": {"layers": 2}}}, "FCN(backbone=V(x=1), head=None, layers=2)"),
    ],
)
def test_load_2_paths_lead_to_arguments(small: Project, update: Mapping[str, Any], expected: str) -> None:
    modules, info = small.build(BASE, update_dict=update)
    built = repr(modules.Model)
    assert sorted(built.partition("(")[2].split(", ")) == sorted(expected.partition("(")[2].split(", "))
    assert sorted(info) == ["a.b", "n", "train"]


@pytest.mark.parametrize(
    ("update", "path", "value"),
    [
        ({"train.epochs": 9}, ("train", "epochs"), 9),
        ({"train.optim.lr": 1.0}, ("train", "optim", "lr"), 1.0),
        ({"train.more": {"x": 1}}, ("train", "more", "x"), 1),
        ({"a.b": 5}, ("a.b",), 5),
        ({"new": 5}, ("new",), 5),
    ],
)
def test_load_2_paths_lead_to_isolated_values(
    small: Project, update: Mapping[str, Any], path: tuple[str, ...], value: object
) -> None:
    info = small.build(BASE, update_dict=update)[1]
    found: Any = info
    for part in path:
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("Modle.FCN.layers", r"the config has no `Modle` .*Did you mean `Model`\?"),
        ("Model.FNC.layers", r"no `FNC` in `Model` .*Did you mean `FCN`\?"),
        ("train.epocs", r"no `epocs` in `train` .*Did you mean `epochs`\?"),
        ("n.x", r"`n` is no table"),
        ("Nowhere.x", r"the config has no `Nowhere` \(`Nowhere\.x`\)\.$"),
    ],
)
def test_load_2_a_path_that_leads_nowhere(small: Project, key: str, message: str) -> None:
    with pytest.raises(UnknownFieldError, match=message):
        small.load(BASE, update_dict={key: 1})


def test_load_2_a_wrong_argument_is_told_with_its_line(small: Project) -> None:
    with pytest.raises(ConfigError, match=r"update_dict:\d+:\d+: .*unknown-parameter.*`X`.*\n.*V\.X = 1"):
        small.build(BASE, update_dict={"V.X": 1})


def test_load_2_paths_are_in_what_is_dumped(small: Project) -> None:
    cfg = small.load(BASE, update_dict={"Model.FCN.layers": 3, "train.epochs": 4})
    assert (cfg.config["Model"]["FCN"]["layers"], cfg.config["train"]["epochs"]) == (3, 4)
    raw = small.load(BASE, update_dict={"Model.FCN.layers": 3}, parse_config=False)
    assert raw.config["Model"]["FCN"]["layers"] == 3
