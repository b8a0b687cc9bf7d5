"""A change is used or refused, never ignored: what is built, `info` and the dump agree."""

from __future__ import annotations

import argparse
import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from config_kit import Project
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from excore import DictAction, add_logger, config, remove_logger
from excore.config import InterNode, LazyConfig, ReusedNode
from excore.errors import ConfigError, CoreConfigParseError, UnknownFieldError

TEXT = """
    lr = 1
    name = "n"
    [train]
    epochs = 3
    [Model.FCN]
    !backbone = "V"
    @head = "Pad"
    [Optimizer.SGD]
    &lr = "lr"
    &epochs = "train.epochs"
    @model = "$Model"
    plain = 1
    [V]
    x = 1
    [Pad]
    size = 1
    $act = "math.floor"
"""
Change = Callable[[Any], object]


def _same_as_dumped(cfg: LazyConfig) -> Any:
    built = cfg.build_all()
    cfg.dump("out.toml")
    assert config.load("out.toml").build_all() == built
    return built


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        (lambda c: setattr(c.Optimizer.SGD, "plain", 9), "plain", 9),
        (lambda c: setattr(c.Optimizer, "plain", 9), "plain", 9),
        (lambda c: c.Optimizer.__setitem__("plain", 9), "plain", 9),
        (lambda c: c.Optimizer.update({"plain": 9}), "plain", 9),
        (lambda c: c.Optimizer.SGD.update(plain=9), "plain", 9),
        (lambda c: c.__setitem__("Optimizer.SGD.plain", 9), "plain", 9),
        (lambda c: c.update({"Optimizer.SGD.plain": 9}), "plain", 9),
        (lambda c: c.update({"Optimizer": {"SGD.plain": 9}}), "plain", 9),
        (lambda c: c.config["Optimizer"]["SGD"].update(plain=9), "plain", 9),
        (lambda c: c.config["Optimizer"]["SGD"].__setitem__("new", 9), "new", 9),
        (lambda c: c.config.update(lr=9), "lr", 9),
        (lambda c: c.__setitem__("lr", 9), "lr", 9),
        (lambda c: setattr(c, "lr", 9), "lr", 9),
        (lambda c: c.isolated.update(lr=9), "lr", 9),
        (lambda c: c["train"].update(epochs=9), "epochs", 9),
        (lambda c: c.__setitem__("train.epochs", 9), "epochs", 9),
        (lambda c: c.update({"lr": 9}), "lr", 9),
        (lambda c: setattr(c.Model.FCN.backbone, "x", 9), "model.backbone.x", 9),
        (lambda c: c.__setitem__("V.x", 9), "model.backbone.x", 9),
        (lambda c: c.__setitem__("Pad", {"size": 9}), "model.head.size", 9),
        (lambda c: c.config["Pad"].__setitem__("size", 9), "model.head.size", 9),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_lazy_2_every_way_to_change_a_value_is_used(
    small: Project, change: Change, path: str, value: object, when: str
) -> None:
    cfg = small.load(TEXT)
    if when == "after":
        cfg.build_all()
    optimizer = cfg.Optimizer.SGD
    change(cfg)
    modules, info = _same_as_dumped(cfg)
    assert cfg.Optimizer.SGD is optimizer
    found = modules.Optimizer
    for part in path.split("."):
        found = getattr(found, part)
    assert found == value
    if path in ("lr", "epochs"):
        assert {**info, **info["train"]}[path] == value
    assert modules.Optimizer.model is modules.Model


def test_lazy_2_what_is_set_by_a_path_is_read_by_it(small: Project) -> None:
    cfg = small.load(TEXT)
    for path, value in (("Optimizer.SGD.plain", 7), ("train.epochs", 8), ("lr", 9)):
        cfg[path] = value
        assert cfg[path] == value
    assert cfg["Model.FCN.!backbone"] is cfg["Model.FCN.backbone"] is cfg.Model.FCN.backbone
    for path, near in (("Optimizer.SGD.plane", "plain"), ("Optimzer.SGD", "Optimizer"), ("lr.x", "in `lr`")):
        with pytest.raises(UnknownFieldError, match=near):
            cfg[path]


def test_changes_of_nodes_stay_when_what_is_written_changes(small: Project) -> None:
    cfg = small.load(TEXT)
    cfg.Optimizer.SGD << {"own": 5, "lr": 7}
    written = cfg.config
    cfg["Model.FCN.!backbone"] = "R"
    written["lr"] = 3
    cfg.Model.FCN.add(late=InterNode(small.models.Basic))
    written["train"]["epochs"] = 4
    modules, info = _same_as_dumped(cfg)
    assert (modules.Optimizer.own, modules.Optimizer.epochs, info["lr"]) == (5, 4, 3)
    assert modules.Model.backbone == small.models.R()
    assert modules.Model.late == small.models.Basic()
    del written["Optimizer"]["SGD"]["plain"]
    assert "plain" not in _same_as_dumped(cfg)[0].Optimizer.kwargs


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda c: setattr(c.Optimizer.SGD, "update", 9), AttributeError),
        (lambda c: setattr(c.Optimizer, "SGD", 9), TypeError),
        (lambda c: c.__setitem__("Optimizer", 9), TypeError),
        (lambda c: c.__setitem__("Optimizr.SGD.plain", 9), UnknownFieldError),
        (lambda c: c.__setitem__("Model.FCN.!backbone", "Nope"), CoreConfigParseError),
        (lambda c: c.__setitem__("V", 9), ConfigError),
        (lambda c: c.update({"lr.x": 9}), UnknownFieldError),
        (lambda c: c.update({"plain": 9}), UnknownFieldError),
        (lambda c: c.__setitem__("plain", 9), UnknownFieldError),
        (lambda c: setattr(c, "x", 9), UnknownFieldError),
        (lambda c: setattr(c, "trian", 9), UnknownFieldError),
        (lambda c: c.update({"trains": {"epochs": 9}}), UnknownFieldError),
        (lambda c: c.__setitem__("Modle", 9), UnknownFieldError),
        (lambda c: c.update(9), TypeError),
    ],
)
def test_what_cannot_be_used_is_refused_and_changes_nothing(
    small: Project, change: Change, error: type[Exception]
) -> None:
    cfg = small.load(TEXT)
    with pytest.raises(error):
        change(cfg)
    assert _same_as_dumped(cfg) == small.load(TEXT).build_all()


@pytest.mark.parametrize(
    "change", [lambda c: c.isolated.pop("lr"), lambda c: c.config.pop("V"), lambda c: c.config.pop("lr")]
)
def test_what_is_referred_to_cannot_be_taken_away(small: Project, change: Change) -> None:
    cfg = small.load(TEXT)
    change(cfg)
    with pytest.raises(ConfigError):
        cfg.build_all()
    assert _same_as_dumped(cfg) == small.load(TEXT).build_all()


@pytest.mark.parametrize(
    ("update", "near"),
    [
        ({"plain": 2}, "Optimizer.SGD.plain"),
        ({"x": 2}, "V.x"),
        ({"AdamW": {"plain": 2}}, "Optimizer.SGD.plain"),
        ({"Adam": {"plain": 2}}, "Optimizer.SGD.plain"),
        ({"SGD": {"plain": 2}}, "Optimizer.SGD.plain"),
        ({"SGD.plain": 2}, "Optimizer.SGD.plain"),
        ({"head": 2}, "Model.FCN.head"),
    ],
)
def test_a_key_that_meets_nothing_names_what_is_meant(small: Project, update: dict[str, Any], near: str) -> None:
    with pytest.raises(UnknownFieldError) as caught:
        small.load(TEXT, update_dict=update)
    assert f"Did you mean `{near}`" in str(caught.value)


def _given(*texts: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--options", nargs="+", action=DictAction)
    given: dict[str, Any] = parser.parse_args(["--options", *texts]).options
    return given


@pytest.mark.parametrize(
    ("key", "near"),
    [("weight", ""), ("nme", "`name`"), ("plane", "`Optimizer.SGD.plain`"), ("train.size", "`Pad.size`"), ("a.b", "")],
)
def test_load_2_a_value_of_a_command_line_meets_something_or_is_added(small: Project, key: str, near: str) -> None:
    with pytest.raises(UnknownFieldError) as caught:
        small.load(TEXT, update_dict=_given(f"{key}=2"))
    assert near in str(caught.value)
    cfg = small.load(TEXT, update_dict=_given(f"+{key}=2"))
    assert cfg.to_dict(flat=True)[key] == 2
    _same_as_dumped(cfg)


@pytest.mark.parametrize(
    "update",
    [
        {"Model.FCN.!backbone": "Swin", "Swin.x": 7},
        {"Swin.x": 7, "Model": {"FCN": {"!backbone": "Swin"}}},
        {"Model": {"FCN": {"!backbone": "Swin"}}, "Swin": {"x": 7}},
    ],
)
def test_a_path_leads_to_a_table_that_the_same_update_makes(small: Project, update: dict[str, Any]) -> None:
    assert small.build(TEXT, update_dict=update)[0].Model.backbone == small.models.Swin(x=7)


def test_sharing_is_within_one_build(small: Project) -> None:
    cfg = small.load(TEXT)
    first, second = cfg.build_all()[0], cfg.build_all()[0]
    assert first.Model is not second.Model
    assert second.Optimizer.model is second.Model
    cfg = small.load(TEXT.replace("@head", "!head") + '[Loss.CE]\n@pad = "V"\n'.replace('"V"', '"$Optimizer"'))
    assert cfg.Loss().pad is cfg.Optimizer()
    model = cfg.Model()
    assert cfg.Optimizer().model is model
    for change in (
        lambda: cfg.Model.FCN["backbone"].add(x=5),
        lambda: cfg.Model.FCN["head"].update({"size": [1]}),
        lambda: cfg.Model.FCN["head"]["size"].append(2),
        lambda: cfg.Model.FCN.setdefault("more", 1),
        lambda: cfg.Model.FCN.pop("more"),
    ):
        before = cfg.Model()
        change()
        assert cfg.Model() is not before
        assert cfg.Optimizer().model is cfg.Model()


@pytest.mark.parametrize("made", [copy.deepcopy, copy.copy, lambda c: pickle.loads(pickle.dumps(c))])
@pytest.mark.parametrize("touched", [False, True])
def test_lazy_9_a_config_is_a_value(small: Project, made: Callable[[Any], Any], touched: bool) -> None:
    cfg = small.load(TEXT)
    if touched:
        cfg.build_all()
        _ = cfg.config
        cfg["lr"] = 4
        cfg.Optimizer.SGD << {"own": (1, 2), "pad": ReusedNode(small.models.Pad)}
    other = made(cfg)
    assert other == cfg
    assert other.build_all() == cfg.build_all()
    assert other.to_dict() == cfg.to_dict()
    cfg.dump("one.toml")
    other.dump("two.toml")
    assert (small.folder / "one.toml").read_text() == (small.folder / "two.toml").read_text()
    assert str(other.where("V.x")) == str(cfg.where("V.x"))
    other.Model.FCN["head"]["size"] = 8
    other["lr"] = 6
    assert other != cfg
    assert cfg.build_all()[0].Model.head.size == 1
    modules, info = other.build_all()
    assert (modules.Model.head.size, modules.Optimizer.lr, info["lr"]) == (8, 6, 6)
    assert modules.Optimizer.model is modules.Model


def test_lazy_9_a_config_as_plain_data(small: Project) -> None:
    cfg = small.load(TEXT)
    cfg["lr"] = 2
    floor = {"math.floor": "math"}
    head = {"Pad": {"size": 1, "act": floor}}
    model = {"backbone": {"V": {"x": 1}}, "head": head}
    assert cfg.to_dict() == {
        "Model": {"FCN": model},
        "Optimizer": {"SGD": {"lr": 2, "epochs": 3, "model": {"FCN": model}, "plain": 1}},
        "lr": 2,
        "name": "n",
        "train": {"epochs": 3},
    }
    flat = cfg.to_dict(flat=True)
    assert (flat["Model.FCN.backbone.V.x"], flat["train.epochs"]) == (1, 3)
    assert all(isinstance(value, (str, int)) for value in flat.values())


def test_lazy_9_what_is_shared_has_its_arguments_once_among_paths(small: Project) -> None:
    text = "[Model.FCN]\n@backbone = '$Backbone'\n@head = 'Pad'\n[Backbone.Swin]\nx = 1\n[Pad]\nsize = 2\n"
    flat = small.load(text + "[Optimizer.SGD]\n@model = '$Model'\n@x = 'Swin.x'\n@pad = 'Pad'").to_dict(flat=True)
    assert flat == {
        "Model.FCN.backbone": "Swin",
        "Model.FCN.head.Pad.size": 2,
        "Backbone.Swin.x": 1,
        "Optimizer.SGD.model": "FCN",
        "Optimizer.SGD.x": "Swin.x",
        "Optimizer.SGD.pad": "Pad",
    }


@pytest.mark.parametrize("touched", [False, True])
def test_load_6_a_config_out_of_what_another_one_says(small: Project, touched: bool) -> None:
    cfg = small.load(TEXT, overrides=["+more=1"])
    if touched:
        cfg.Optimizer.SGD << {"own": 5}
        cfg["lr"] = 4
    values = json.loads(json.dumps(cfg.to_dict(written=True)))
    other = config.load(values)
    assert other == cfg
    assert other.build_all() == cfg.build_all()
    (small.folder / "base.toml").write_text("below = 1\nlr = 0\n")
    changed = config.load(values, update_dict={"lr": 7}, overrides=["~more", "+seed=2", "base=base.toml"])
    assert {"below": 1, "lr": 7, "seed": 2}.items() <= changed.isolated.items()
    assert "more" not in changed.isolated
    assert changed.Optimizer.SGD.lr == 7
    assert pickle.loads(pickle.dumps(changed)) == changed
    with pytest.raises(ConfigError, match=r"config:\d+:\d+: .*`Modle`"):
        config.load({**values, "Model": {"Modle": {}}})


def test_lazy_9_a_config_with_all_defaults(small: Project) -> None:
    cfg = small.load("[Model.make_net]\ndepth = 3\n[Model.FCN]\n!backbone = 'R'\n[Model.Bag]\n!w = 'R@Wrap'\n[Wrap]\n")
    full = cfg.with_defaults()
    assert full.Model.make_net == {**cfg.Model.make_net, "width": 1}
    assert "head" in full.Model.FCN
    assert "head" not in cfg.Model.FCN
    assert repr(full.build_all()) == repr(cfg.build_all())


_VALUES = st.one_of(
    st.integers(0, 9), st.text("ab", max_size=2), st.booleans(), st.lists(st.integers(0, 3), max_size=2)
)
_STEPS = st.one_of(
    st.tuples(
        st.sampled_from(["lr", "train.epochs", "Optimizer.SGD.plain", "Model.FCN.layers", "V.x", "Pad.size", "name"]),
        _VALUES,
    ),
    st.tuples(st.sampled_from(["node", "shared", "inner", "written", "isolated", "field", "new"]), _VALUES),
    st.tuples(st.sampled_from(["build", "dump", "copy", "one", "backbone"]), st.none()),
)


_OVERRIDES = ["lr=2", "V.x=5", "Model.FCN.layers=1", "Pad={size = 7}", "+extra.deep=[a]", "~Optimizer.SGD.plain"]


_APPLIED: dict[str, Callable[[Any, Any, Any], object]] = {
    "node": lambda c, m, v: setattr(c.Optimizer.SGD, "plain", v),
    "shared": lambda c, m, v: c.Model.FCN["head"].__setitem__("size", v),
    "inner": lambda c, m, v: c.Model.FCN["backbone"] << {"x": v},
    "written": lambda c, m, v: c.config["Pad"].__setitem__("size", v),
    "isolated": lambda c, m, v: c.isolated.__setitem__("lr", v),
    "field": lambda c, m, v: setattr(c.Optimizer, "lr", v),
    "new": lambda c, m, v: c.Model.FCN.add(new=InterNode(m.Basic).add(k=v)),
    "build": lambda c, m, v: c.build_all(),
    "dump": lambda c, m, v: c.dump("between.toml"),
    "one": lambda c, m, v: c.Model(),
    "backbone": lambda c, m, v: c.__setitem__("Model.FCN.!backbone", "Swin"),
}


def _apply(cfg: Any, models: Any, step: str, value: Any) -> Any:
    if step == "copy":
        return copy.deepcopy(cfg)
    if step in _APPLIED:
        _APPLIED[step](cfg, models, value)
    else:
        cfg[step] = value
    return cfg


@example(steps=[("written", 0), ("isolated", 0)], overrides=[])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(_STEPS, max_size=8), overrides=st.lists(st.sampled_from(_OVERRIDES), max_size=3, unique=True))
def test_what_is_dumped_is_what_is_built(small: Project, steps: list[tuple[str, Any]], overrides: list[str]) -> None:
    cfg = small.load(TEXT, overrides=overrides)
    for step, value in steps:
        cfg = _apply(cfg, small.models, step, value)
    modules, _ = _same_as_dumped(cfg)
    assert modules.Optimizer.model is modules.Model
    again = config.load("out.toml")
    again.dump("twice.toml")
    assert (small.folder / "twice.toml").read_text() == (small.folder / "out.toml").read_text()


@pytest.mark.parametrize("parsed", [True, False])
def test_over_1_a_load_with_overrides_is_a_config_like_any(small: Project, parsed: bool) -> None:
    overrides = ["lr=1e-3", "Model.FCN.backbone=Swin", "Swin.x=2", "~Optimizer.SGD.plain", "+more.deep=a", "Pad.size=3"]
    cfg = small.load(TEXT, update_dict={"lr": 5, "name": "given"}, overrides=overrides, parse_config=parsed)
    modules, info = _same_as_dumped(cfg)
    assert (modules.Model.backbone, modules.Model.head.size) == (small.models.Swin(x=2), 3)
    assert (modules.Optimizer.lr, info["lr"], info["name"], info["more"]) == (1e-3, 1e-3, "given", {"deep": "a"})
    assert "plain" not in modules.Optimizer.kwargs
    assert str(cfg.where("lr")) == "overrides:1:1"
    assert str(cfg.where("lr").overrides[0]) == "update_dict"
    cfg["lr"] = 6
    cfg["Swin.x"] = 4
    for other in (cfg, copy.deepcopy(cfg), pickle.loads(pickle.dumps(cfg))):
        modules, info = other.build_all()
        assert (modules.Optimizer.lr, modules.Model.backbone) == (6, small.models.Swin(x=4))


@pytest.mark.parametrize("given", [{"overrides": ["train.epochs.x=1"]}, {"update_dict": {"trainn.epochs": 1}}])
def test_load_4_an_unparsed_config_refuses_what_meets_nothing(small: Project, given: dict[str, Any]) -> None:
    with pytest.raises(UnknownFieldError, match="train"):
        small.load(TEXT, parse_config=False, **given)


def test_over_5_what_is_doubtful_is_logged(small: Project) -> None:
    class Typed:
        def __init__(self, size: int = 1) -> None: ...

    Typed.__qualname__, Typed.__module__ = "Typed", small.models.__name__
    small.models.Typed = small.models.BLOCK.register_module(Typed)
    logged: list[str] = []
    add_logger("seen", logged.append, format="{message}")
    try:
        changes = ["Model=make_net", "Model.make_net.depth=1", "Typed.size=x"]
        text = "[Model.FCN]\n!backbone = 'R'\nmore = 1\n[Loss.CE]\n!a = 'Typed'"
        cfg = small.load(text, overrides=changes)
    finally:
        remove_logger("seen")
    assert dict(cfg.Model.make_net) == {"depth": 1}
    assert "overrides:1:7: `make_net` has no parameter `backbone`" in "".join(logged)
    assert "overrides:3:12: `size` of `Typed`: `int` is expected" in "".join(logged)


@pytest.mark.parametrize("overrides", ["lr=1", {"lr": 1}, [1], 3])
def test_over_1_overrides_are_texts(small: Project, overrides: Any) -> None:
    with pytest.raises(TypeError, match="are texts such as"):
        small.load(TEXT, overrides=overrides)
