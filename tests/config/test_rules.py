"""Rules of the config language and the runtime that no other test names, as a user meets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from config_kit import Project

from excore import config
from excore.config.models import IS_PARSING, ModuleNode
from excore.errors import CoreConfigParseError


def test_ahook_7_chook_1_hook_tables_are_not_in_the_results(small: Project) -> None:
    modules, info = small.build(
        """
        n = 1
        [Model.Bag]
        !a = "R@Wrap"
        [Wrap]
        tag = "t"
        [Hook.Lazy]
        [ConfigHook.Wrap2]
        x = 1
        [ExcoreHook.Before]
        """
    )
    assert list(modules) == ["Model"]
    assert sorted(info) == ["ConfigHook", "calls", "n"]


def test_chook_4_fields_are_built_in_the_order_of_the_project(small: Project) -> None:
    text = '[Optimizer.SGD]\n@model = "FCN.backbone"\n[Model.FCN]\n!backbone = "R"\n[Backbone.R]\n[ExcoreHook.Each]\n'
    modules, info = small.build(text)
    assert list(modules) == ["Model", "Backbone", "Optimizer"]
    assert [built for _, built, _ in info["calls"]] == [[], ["Model"], ["Backbone", "Model"]]
    assert modules.Optimizer.model is modules.Model.backbone


def test_dump_2_none_is_left_out_and_tuples_become_arrays(small: Project) -> None:
    cfg = small.load("n = 1", update_dict={"none": None, "t": (1, (2, "x")), "d": {"none": None, "k": 1}})
    cfg.dump("out.toml")
    assert config.load_config("out.toml") == {"n": 1, "t": [1, [2, "x"]], "d": {"k": 1}}


def test_lazy_7_errors_live_in_exceptions_and_are_exceptions() -> None:
    import excore._exceptions as older

    names = [name for name in vars(older) if name.endswith("Error")]
    assert len(names) > 10
    assert all(issubclass(getattr(older, name), Exception) for name in names)


def test_load_3_the_merged_file_needs_no_registry(small: Project) -> None:
    small.write("a = 1\n[t]\nx = 1\n", "base.toml")
    found = config.load_config(small.write('__base__ = ["base.toml"]\n[Unknown.Class]\n"!x" = "Nobody"\n[t]\ny = 2\n'))
    assert found == {"a": 1, "t": {"x": 1, "y": 2}, "Unknown": {"Class": {"!x": "Nobody"}}}
    assert isinstance(found, dict)
    small.write('more = ["base.toml"]\n', "other.toml")
    assert config.load_config("other.toml", "more") == {"a": 1, "t": {"x": 1}}


def test_load_5_modules_and_info(small: Project) -> None:
    cfg = small.load('n = [1]\n[Model.Bag]\n[Backbone.R]\n[Backbone.Swin]\na = 1\n[s]\nk = "v"\n')
    modules, info = config.build_all(cfg)
    assert modules == cfg.build_all()[0]
    assert modules["Model"] is modules.Model
    assert list(modules.Backbone) == ["R", "Swin"]
    assert modules.Backbone.Swin.a == modules["Backbone"]["Swin"].a == 1
    assert type(info) is dict
    assert info == {"n": [1], "s": {"k": "v"}}
    info["n"].append(2)
    assert config.build_all(cfg)[1]["n"] == [1]


@pytest.mark.parametrize(
    "table", ["[R]\n__no_call__ = true\nlayers = 3", "[S.R]\n__no_call__ = true\nlayers = 3"], ids=["top", "scratchpad"]
)
def test_nocall_3_in_tables_that_are_no_fields(small: Project, table: str) -> None:
    made = small.one(f'[Model.FCN]\n!backbone = "R"\n{table}\n')
    assert isinstance(made.backbone, ModuleNode)
    assert dict(made.backbone) == {"layers": 3}
    assert made.backbone(layers=4).layers == 4


def test_nocall_5_earlier_builds_change_nothing(small: Project) -> None:
    text = "[Model.Bag]\n__no_call__ = true\n"
    for _ in range(2):
        assert isinstance(small.one(text), ModuleNode)
        assert not isinstance(small.one("[Model.Bag]\n"), ModuleNode)
    assert IS_PARSING is False


@pytest.mark.parametrize("prefix", ["!", "@", "$"])
def test_val_3_a_list_of_one_is_a_list(small: Project, prefix: str) -> None:
    assert len(small.one(f'[Model.Bag]\n{prefix}a = ["R"]\n').a) == 1
    assert small.one(f"[Model.Bag]\n{prefix}a = []\n").a == []


def test_val_4_the_same_name_more_than_once(small: Project) -> None:
    fresh = small.one('[Model.Bag]\n!a = ["Pad", "Flip", "Pad"]\n').a
    assert [type(one).__name__ for one in fresh] == ["Pad", "Flip", "Pad"]
    assert fresh[0] is not fresh[2]
    shared = small.one('[Model.Bag]\n@a = ["Pad", "Flip", "Pad"]\n').a
    assert shared[0] is shared[2]


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("false", False), ('""', ""), ("[]", []), ("0.0", 0.0)])
def test_var_2_falsy_values_are_values(small: Project, text: str, value: Any) -> None:
    made = small.one(f'n = {text}\n[Model.Bag]\n&a = "n"\n').a
    assert (made, type(made)) == (value, type(value))


def test_hdr_10_base_merging_does_not_change_the_order_of_fields(small: Project) -> None:
    small.write("[Optimizer.SGD]\n[Backbone.R]\n", "base.toml")
    assert list(small.build('__base__ = "base.toml"\n[Model.Bag]\n')[0]) == ["Model", "Backbone", "Optimizer"]


def test_lazy_1_members(small: Project) -> None:
    cfg = small.load("n = 1\n[Backbone.R]\na = 1\n[Backbone.Swin]\n")
    assert [type(one).__name__ for one in cfg.Backbone()] == ["R", "Swin"]
    assert cfg["Backbone"].R().a == cfg.Backbone["R"]().a == 1
    assert "Backbone" in cfg
    assert "Model" not in cfg
    assert hasattr(cfg, "n")
    assert not hasattr(cfg, "Model")
    assert not hasattr(cfg.Backbone, "Nobody")
    with pytest.raises(AttributeError):
        _ = cfg.Model


def test_lazy_2_several_modules_are_indexed_first(small: Project) -> None:
    cfg = small.load("[Backbone.R]\n[Backbone.Swin]\n")
    with pytest.raises(RuntimeError, match="index first"):
        cfg.Backbone << {"a": 1}
    with pytest.raises(RuntimeError, match="index first"):
        cfg.Backbone.add(a=1)
    cfg.Backbone.R << {"a": 1}
    cfg.Backbone.Swin.add(b=2)["c"] = 3
    made = cfg.build_all()[0].Backbone
    assert (made.R.kwargs, made.Swin.kwargs) == ({"a": 1}, {"b": 2, "c": 3})


def test_lazy_4_update_replaces_field_by_field(small: Project) -> None:
    cfg = small.load("n = 1\nm = 1\n[Model.Bag]\nx = 1\n[Backbone.R]\n")
    cfg.update(small.load("n = 2\n[Model.SegNet]\n"))
    modules, info = cfg.build_all()
    assert (type(modules.Model).__name__, type(modules.Backbone).__name__) == ("SegNet", "R")
    assert info == {"n": 2, "m": 1}


def test_node_2_a_fresh_use_of_a_primary_table(small: Project) -> None:
    modules, _ = small.build('[Model.FCN]\n!backbone = "$Backbone"\n[Backbone.R]\nlayers = [1]\n')
    assert modules.Model.backbone == modules.Backbone
    assert modules.Model.backbone is not modules.Backbone
    assert modules.Model.backbone.layers is not modules.Backbone.layers


def test_ref_8_modules_reached_are_read_to_any_depth_in_any_order(small: Project) -> None:
    tables = [f'[S{n}.V]\n!x = "$S{n + 1}"\n' for n in range(20)]
    text = "".join([*reversed(tables), "[S20.V]\nx = 20\n", '[Model.Bag]\n!a = "$S0"\n'])
    made = small.one(text).a
    for _ in range(20):
        made = made.x
    assert made.x == 20


def test_base_8_a_circle_shows_its_files(small: Project) -> None:
    small.write('__base__ = ["b.toml"]\n', "a.toml")
    small.write('__base__ = ["a.toml"]\n', "b.toml")
    with pytest.raises(CoreConfigParseError, match=r"a\.toml.*b\.toml.*a\.toml"):
        config.load("a.toml")


@pytest.mark.parametrize("value", ["3", "{ a = 1 }", "[1]"])
def test_base_1_other_types_are_errors(small: Project, value: str) -> None:
    with pytest.raises(CoreConfigParseError, match="__base__"):
        small.load(f"__base__ = {value}\n")


def test_base_1_an_absolute_path(small: Project, tmp_path: Path) -> None:
    base = small.write("n = 1\n", "deep/base.toml")
    assert small.load(f"__base__ = ['{base}']\n").n == 1
