"""What is changed in Python is in the dump and in `where` (DUMP-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from config_kit import Project

from excore import config
from excore.config import InterNode, ModuleNode, ReusedNode
from excore.engine.logging import logger
from excore.errors import UnknownFieldError

TEXT = """
    n = 1
    [Model.FCN]
    !backbone = "V"
    @head = "SimpleHead"
    layers = 50
    [Model.Bag]
    !a = ["V", "Swin"]
    @b = "SimpleHead"
    !c = "V.twice()"
    !d = "V@Wrap"
    [Backbone.R]
    [V]
    x = 1
    [Wrap]
    tag = "t"
    [S.Pad]
    size = 3
    [S]
    rest = 1
"""
Change = Callable[[Any, Any], object]


def _adam(c: Any, m: Any) -> None:
    c.Optimizer = ModuleNode(m.Adam).add(lr=1, a=ReusedNode(m.Pad))


def _shared(c: Any, m: Any) -> None:
    pad = ReusedNode(m.Pad).add(x=1)
    c.Model.FCN << {"one": pad, "two": [pad]}


CHANGES: list[Change] = [
    lambda c, m: None,
    lambda c, m: c.Model.FCN << {"layers": 3, "new": {"a": [1, "x"]}},
    lambda c, m: c.Model.FCN.pop("layers"),
    lambda c, m: c.Model.FCN["backbone"].add(x=7),
    lambda c, m: c.Model.FCN["head"].add(x=7),
    lambda c, m: c.Model.Bag["a"][1].add(depth=InterNode(m.R)),
    lambda c, m: c.Model.FCN.add(backbone=InterNode(m.Swin)),
    lambda c, m: c.Model.FCN.add(backbone=InterNode(m.Swin).add(y=2), z=[ModuleNode(m.Pad), InterNode(m.Flip)]),
    lambda c, m: c.Model.FCN.add(z=[InterNode(m.Swin), InterNode(m.Swin).add(y=2)], backbone=InterNode(m.V).add(x=3)),
    lambda c, m: c.Model.FCN.add(backbone=5, head="text"),
    lambda c, m: c.Model.Bag.add(late=InterNode(m.Pad, _no_call=True).add(q=1)),
    lambda c, m: c.Backbone.add(block=InterNode(m.Basic)),
    lambda c, m: c.isolated.update(n=2, more=[1]),
    lambda c, m: c.isolated["S"].update(rest=2),
    lambda c, m: c.isolated.pop("n"),
    _adam,
    _shared,
]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_dump_1_what_is_changed_in_python_is_dumped(small: Project, change: Change) -> None:
    cfg = small.load(TEXT)
    change(cfg, small.models)
    cfg.dump("out.toml")
    again = config.load("out.toml")
    modules, info = cfg.build_all()
    assert repr(again.build_all()[0]) == repr(modules)
    assert again.build_all()[1] == info
    again.dump("twice.toml")
    assert (small.folder / "twice.toml").read_text() == (small.folder / "out.toml").read_text()


def test_dump_1_shared_objects_stay_shared(small: Project) -> None:
    cfg = small.load(TEXT)
    _shared(cfg, small.models)
    cfg.Model.FCN["head"].add(x=7)
    cfg.dump("out.toml")
    modules = config.load("out.toml").build_all()[0]
    assert modules.Model.FCN.one is modules.Model.FCN.two[0]
    assert modules.Model.FCN.head is modules.Model.Bag.b
    assert modules.Model.Bag.b.x == 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c, m: c.Model.FCN.add(x=object()), r"`Model\.FCN\.x` was set in Python to <object"),
        (lambda c, m: c.Model.FCN.add(x=InterNode(dict)), r"`Model\.FCN\.x` was set in Python to InterNode\(dict\)"),
        (lambda c, m: c.Model.FCN.add(x=[InterNode(m.R), 1]), r"`Model\.FCN\.x\.2` was set in Python to 1"),
        (
            lambda c, m: c.Model.FCN.add(x=InterNode(m.Pad).add(x=1)),
            r"`Model\.FCN\.x` was set .* InterNode\(Pad, x=1\)",
        ),
        (lambda c, m: c.isolated.update(x={1, 2}), r"`x` was set in Python to \{1, 2\}"),
    ],
)
def test_dump_1_what_a_config_cannot_say(small: Project, change: Change, message: str) -> None:
    cfg = small.load(TEXT + '[Loss.CE]\n!pad = "Pad"\n')
    change(cfg, small.models)
    with pytest.raises(TypeError, match=message):
        cfg.dump("out.toml")
    assert not (small.folder / "out.toml").exists()


def test_where_tells_changes_in_python(small: Project) -> None:
    cfg = small.load(TEXT)
    cfg.Model.FCN << {"layers": 3, "new": object()}
    cfg.isolated["n"] = 2
    for key, value in (("Model.FCN.layers", 3), ("n", 2)):
        setting = cfg.where(key)
        assert (str(setting), setting.value, setting.file) == ("set in Python", value, "Python")
        assert [old.value for old in setting.overrides] == [{"Model.FCN.layers": 50, "n": 1}[key]]
    assert str(cfg.where("Model.FCN.new")) == "set in Python"
    assert str(cfg.where("V.x")).endswith("run.toml:14:1")
    assert cfg.where("Model.FCN").value["layers"] == 3
    cfg.Model.FCN.pop("layers")
    with pytest.raises(UnknownFieldError):
        cfg.where("Model.FCN.layers")


def test_dump_2_none_that_is_left_out_is_told(small: Project) -> None:
    said: list[str] = []
    sink = logger.add(said.append, format="{level}: {message}")
    small.load(TEXT, update_dict={"Model.FCN.layers": [None], "n": [1, None]}).dump("out.toml")
    small.load(TEXT).dump("out.toml")
    logger.remove(sink)
    assert said == ["WARNING: `n[1]`, `Model.FCN.layers[0]` are None, which TOML has no form for; not in out.toml\n"]


def test_dump_2_none_is_built_again_where_a_config_can_say_it(small: Project) -> None:
    given = {"Model.FCN.layers": None, "Model.FCN.a": (1, 2), "S": {"Pad": {"size": None}}}
    cfg = small.load(TEXT, update_dict=given)
    cfg.Model.FCN.add(b=[InterNode(small.models.Pad), None], c={"d": None, "e": InterNode(small.models.Pad)}, f=None)
    built = cfg.build_all()[0].Model.FCN
    cfg.dump("out.toml")
    again = config.load("out.toml").build_all()[0].Model.FCN
    for each in (built, again):
        assert (each.layers, each.a, each.b[1], each.c["d"], each.f) == (None, each.a, None, None, None)
    assert config.load_config("out.toml")["Model"]["FCN"]["&layers"] == "None"
