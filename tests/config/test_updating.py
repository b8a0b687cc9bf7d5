"""Paths as keys of `update_dict` (LOAD-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from config_kit import MODULE, Project

from excore import Registry
from excore.errors import ConfigError, CoreConfigParseError, InvalidUpdateError, UnknownFieldError

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
        ("Model.FCN.backbone.x", r"`backbone` in `Model\.FCN` is no table .*Did you mean `V\.x`\?"),
        ("Nowhere.x", r"the config has no `Nowhere` \(`Nowhere\.x`\)\. Did you mean `V\.x`\?$"),
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


def test_load_2_what_no_text_stands_for_and_what_no_argument_is(small: Project) -> None:
    (small.folder / "typed.py").write_text(
        "from excore import Registry\n"
        "@Registry('Model').register()\n"
        "class Typed:\n"
        "    def __init__(self, size: int = 1): self.size = size\n"
    )
    for given in (None, object()):
        update = {"Model.Typed.size": given}
        assert small.build("[Model.Typed]\nsize = 3", update_dict=update)[0].Model.size is given
    cfg = small.load(BASE)
    cfg.Model.FCN["!backbone"] = "R"
    with pytest.raises(ConfigError, match=r'takes no argument `!backbone`.* `cfg\["Field\.FCN\.!backbone"\]'):
        cfg.build_all()
    with pytest.raises(CoreConfigParseError, match=r"`V` is the table of a class"):
        small.load(BASE).V = 3


@pytest.mark.parametrize("update", ["lr=3", ["lr=3"], 3])
def test_load_2_an_update_that_is_no_dict(small: Project, update: Any) -> None:
    with pytest.raises(InvalidUpdateError, match=r"`update_dict` is a dict such as .*`DictAction`") as caught:
        small.load(BASE, update_dict=update)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"Backbon": {"R": {}}}, r"no `Backbon`\. Did you mean `Backbone`\?"),
        ({"Swim": {"x": 2}}, r"no `Swim`\. Did you mean `Swin`\?"),
        ({"trian": {"epochs": 2}}, r"no `trian`\. Did you mean `train`\?"),
        ({"train": {"epocs": 2}}, r"no `epocs` in `train`\. Did you mean `epochs`\?"),
        ({"train.optim": {"lr": 2}, "train": {"optm": {"lr": 2}}}, r"no `optm` in `train`\. Did you mean `optim`\?"),
    ],
)
def test_load_2_a_new_name_almost_as_another(small: Project, update: Mapping[str, Any], message: str) -> None:
    with pytest.raises(UnknownFieldError, match=message):
        small.load(BASE + "[Swin]", update_dict=update)


@pytest.mark.parametrize(
    "update", [{"m": 1}, {"train2": {"y": 1}}, {"train": {"epochs2": 1, "optim": {"lx": 1}}}, {"Backbone": {"R": {}}}]
)
def test_load_2_new_names_are_welcome(small: Project, update: Mapping[str, Any]) -> None:
    small.build(BASE, update_dict=update)


@pytest.mark.parametrize("value", ["R", "V", "$Backbone", "R.out()", "Swim", ["R", "V"]])
@pytest.mark.parametrize("as_path", [True, False])
def test_base_6_a_reference_given_without_its_prefix(small: Project, value: object, as_path: bool) -> None:
    text = BASE + "[Backbone.Swin]\n"
    update = {"Model.FCN.backbone": value} if as_path else {"Model": {"FCN": {"backbone": value}}}
    message = r"`Model\.FCN\.backbone` would be the text .* the config has `!backbone`; write `Model\.FCN\.!backbone`"
    with pytest.raises(CoreConfigParseError, match=message):
        small.load(text, update_dict=update)


@pytest.mark.parametrize("value", ["a text", 3, None, [], ["R", 1], {"a": "R"}])
def test_base_6_other_values_replace_a_reference(small: Project, value: object) -> None:
    assert small.build(BASE, update_dict={"Model": {"FCN": {"backbone": value}}})[0].Model.backbone == value
    assert small.build(BASE, update_dict={"Model.FCN.head": "R"})[0].Model.head == "R"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ('opts."a.b"', ("opts", "a.b")),
        ("opts.'a.b'", ("opts", "a.b")),
        ('"a.b"', ("a.b",)),
        ('opts."in.ner"."x y"', ("opts", "in.ner", "x y")),
        ('opts."plain"', ("opts", "plain")),
    ],
)
def test_load_2_names_with_dots_are_quoted(small: Project, key: str, place: tuple[str, ...]) -> None:
    text = '"a.b" = 0\n[opts]\n"a.b" = 1\nplain = 1\n[opts."in.ner"]\n"x y" = 1\n[Model.Bag]\n'
    found: Any = small.build(text, update_dict={key: 5})[1]
    for name in place:
        found = found[name]
    assert found == 5


def test_load_2_a_quoted_name_that_is_not_there(small: Project) -> None:
    with pytest.raises(UnknownFieldError, match=r"the config has no `x\.z` in `opts`.*`x\.y`"):
        small.load('[opts]\n"x.y" = 1\n[Model.Bag]\n', update_dict={'opts."x.z"': 5})


def test_where_of_an_update_names_no_line(small: Project) -> None:
    setting = small.load(BASE, update_dict={"n": 2, "V.x": 7}).where("V.x")
    assert str(setting) == "update_dict"
    assert str(setting.overrides[0]).endswith("run.toml:12:1")


def test_an_ambiguous_field_names_the_table_of_the_base(small: Project) -> None:
    small.write("[Optimizer.SGD]\nlr = 1\n", "base.toml")
    child = '__base__ = "base.toml"\n[Optimizer.Adam]\n[Model.Bag]\n@o = "$Optimizer"\n'
    with pytest.raises(
        CoreConfigParseError, match=r"note: .* `\[Optimizer\.SGD\]` of base\.toml is built as well; .*`__base__`"
    ):
        small.load(child)
    with pytest.raises(CoreConfigParseError, match="several modules") as caught:
        small.load('[Optimizer.SGD]\n[Optimizer.Adam]\n[Model.Bag]\n@o = "$Optimizer"\n')
    assert "note:" not in str(caught.value)


@pytest.mark.parametrize("text", ["[ExcoreHook.SeedHook]\n", '[Model.FCN]\n!backbone = "R"\n'])
def test_nothing_is_registered(small: Project, text: str) -> None:
    Registry._registry_pool.clear()
    (small.folder / f"{MODULE}.py").unlink()
    with pytest.raises(CoreConfigParseError, match="note: no registry is known; import the modules"):
        small.load(text)
