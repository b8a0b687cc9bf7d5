"""Files, updates, dumps, tables and changes before the build (BASE to LAZY)."""

from __future__ import annotations

import ast
import datetime
import os
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from config_kit import Project
from hypothesis import given
from hypothesis import strategies as st

import excore
from excore import Registry, config
from excore.config import LazyConfig, ModuleNode
from excore.engine.workspace import workspace
from excore.errors import (
    ConfigError,
    ConfigFileNotFoundError,
    ConfigSyntaxError,
    CoreConfigParseError,
    CoreConfigSupportError,
    StrToClassError,
    UnknownModuleError,
)
from excore.lang.syntax.writer import document

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BASE = """
n = 1
t = {a = 1, b = {c = 2}}
[Model.FCN]
@backbone = "V"
classes = 3
[V]
x = 1
"""
CHILD = """
__base__ = "base.toml"
n = 2
t.b.d = 3
[Model.FCN]
!backbone = "R"
"""


def test_base_2_to_6_merging(small: Project) -> None:
    small.write(BASE, "base.toml")
    modules, info = small.build(CHILD)
    assert modules.Model == small.models.FCN(small.models.R(), classes=3)
    assert info == {"n": 2, "t": {"a": 1, "b": {"c": 2, "d": 3}}}


def test_base_4_relative_to_the_file_and_diamonds(small: Project) -> None:
    small.write("a = 1\nb = 1", "deep/one.toml")
    small.write('__base__ = ["one.toml"]\nb = 2', "deep/two.toml")
    small.write('__base__ = ["one.toml"]\nc = 3', "deep/three.toml")
    _, info = small.build(f'__base__ = ["deep/two.toml", "{small.folder.as_posix()}/deep/three.toml"]')
    assert info == {"a": 1, "b": 1, "c": 3}


def test_base_1_another_key(small: Project) -> None:
    small.write("a = 1", "base.toml")
    path = small.write('_base_ = "base.toml"\n__base__ = 3')
    assert config.load_config(path, "_base_") == {"a": 1, "__base__": 3}


def test_base_7_files(small: Project) -> None:
    with pytest.raises(ConfigFileNotFoundError) as caught:
        config.load(small.folder / "no.toml")
    assert isinstance(caught.value, FileNotFoundError)
    assert caught.value.filename == str(small.folder / "no.toml")
    with pytest.raises(CoreConfigSupportError, match=r"end in \.toml"):
        config.load(small.write("a: 1", "x.yaml"))
    with pytest.raises(CoreConfigSupportError, match=r"end in \.toml.*Did you mean `run\.toml`\?"):
        config.load(small.write("a = 1").with_suffix(".tml"))
    with pytest.raises(CoreConfigSupportError, match=r"`b\.yaml`"):
        small.load('__base__ = ["b.yaml"]')
    with pytest.raises(FileNotFoundError, match=r"`b\.toml` does not exist"):
        small.load('__base__ = ["b.toml"]')
    (small.folder / "folder.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(small.folder / "folder.toml")
    (small.folder / "latin.toml").write_bytes(b"a = 1\nb = '\xe9'\n")
    with pytest.raises(ConfigSyntaxError, match="byte 0xe9 in line 2, column 6; save it as UTF-8"):
        config.load(small.folder / "latin.toml")


def test_syn_10_a_syntax_error_says_where(small: Project) -> None:
    with pytest.raises(ConfigSyntaxError, match=r"run\.toml:2:") as caught:
        small.load("[Backbone.R]\nlayers = \n")
    assert isinstance(caught.value, ValueError)
    with pytest.raises(ConfigSyntaxError):
        config.load_config(small.folder / "run.toml")


def test_load_1_paths_and_names(small: Project) -> None:
    path = small.write("[Backbone.R]")
    for name in (path, str(path), "run.toml", pathlib.PurePath("run.toml")):
        assert excore.load(name).build_all() == config.build_all(config.load(name))
    assert excore.build_all is config.build_all


def test_load_2_update_dict(small: Project) -> None:
    marker = object()
    modules, info = small.build(
        BASE,
        update_dict={
            "n": None,
            "t": {"b": {"c": (1, 2)}},
            "Model": {"FCN": {"!backbone": "R", "classes": 4, "!head": ("Pad", "Flip"), "other": marker}},
            "Backbone": {"V": {"x": {"deep": [1, {"a": "b"}]}}},
        },
    )
    models = small.models
    assert modules.Model.kwargs == {
        "backbone": models.R(), "classes": 4, "head": [models.Pad(), models.Flip()], "other": marker,
    }  # fmt: skip
    assert modules.Backbone.x == {"deep": [1, {"a": "b"}]}
    assert info == {"n": None, "t": {"a": 1, "b": {"c": (1, 2)}}}


def test_load_2_errors_show_what_was_given(small: Project) -> None:
    with pytest.raises(UnknownModuleError) as caught:
        small.load(BASE, update_dict={"Model": {"FCN": {"!backbone": "Nope"}}})
    assert 'Model.FCN."!backbone" = "Nope"\n' in str(caught.value)
    assert "update_dict:" in str(caught.value)


def test_load_4_parse_later(small: Project) -> None:
    cfg = small.load(BASE, parse_config=False)
    assert cfg.Model == {"FCN": {"@backbone": "V", "classes": 3}}
    assert cfg.n == 1
    cfg.config["Model"]["FCN"]["classes"] = 7
    assert cfg.build_all()[0].Model.classes == 7
    with pytest.raises(ConfigError):
        small.load("a = ", parse_config=False)
    small.load("[Model.Nope]", parse_config=False)


def test_load_4_the_config_as_written(small: Project) -> None:
    cfg = small.load(BASE)
    assert cfg.config == config.load_config("run.toml") == tomllib.loads(BASE.replace("@backbone", '"@backbone"'))
    assert type(cfg.config["t"]) is dict


def test_dump_1_and_2(small: Project) -> None:
    small.write(BASE, "base.toml")
    cfg = small.load(CHILD, dump_path="out/all.toml", update_dict={"none": None, "t": {"e": (1, None, "ü\n")}})
    text = Path("out/all.toml").read_text("utf-8")
    assert tomllib.loads(text)["t"] == {"a": 1, "b": {"c": 2, "d": 3}, "e": [1, "ü\n"]}
    assert '"!backbone" = "R"' in text
    again = config.load("out/all.toml")
    assert again.build_all()[0] == cfg.build_all()[0]
    assert os.listdir("out") == ["all.toml"]
    with pytest.raises(TypeError, match="object"):
        LazyConfig({"a": object()}).dump("out/all.toml")
    assert Path("out/all.toml").read_text("utf-8") == text


_values = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.datetimes(), st.dates(), st.times(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a!@$&. \"'", max_size=4), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), _values, max_size=4))
def test_dump_1_any_value_is_read_back(values: dict[str, object]) -> None:
    assert tomllib.loads(document(values)) == values


def test_dump_1_zones_and_odd_floats() -> None:
    moment = datetime.datetime(2024, 2, 29, 1, 2, 3, 4000, datetime.timezone(datetime.timedelta(hours=-3)))
    read = tomllib.loads(document({"a": moment, "b": float("inf"), "c": float("-inf"), "d": float("nan")}))
    assert (read["a"], read["b"], read["c"]) == (moment, float("inf"), float("-inf"))
    assert read["d"] != read["d"]


def test_print_1_tables(small: Project) -> None:
    path = small.write('size = 1024\nempty = {}\n[Model.FCN]\n!backbone = "R"\n[Pad]\nstd = [0.5, 0.5]\n')
    assert str(config.load_config(path)) == (
        "╒═══════════╤═══════════════════╕\n"
        "│ size      │ 1024              │\n"
        "├───────────┼───────────────────┤\n"
        "│ empty     │ {}                │\n"
        "├───────────┼───────────────────┤\n"
        "│ Model.FCN │ ╒═══════════╤═══╕ │\n"
        "│           │ │ !backbone │ R │ │\n"
        "│           │ ╘═══════════╧═══╛ │\n"
        "├───────────┼───────────────────┤\n"
        "│ Pad.std   │ [0.5, 0.5]        │\n"
        "╘═══════════╧═══════════════════╛"
    )
    text = str(config.load(path))
    assert "│ Model.FCN │" in text
    assert "Pad" not in text


def test_lazy_1_single_fields(small: Project) -> None:
    cfg = small.load("n = 1\n[Backbone.R]\na = 1\n[Model.Bag]\n[Model.SegNet]")
    models = small.models
    assert cfg.Backbone() == cfg["Backbone"]() == cfg.Backbone.R() == cfg.Backbone["R"]() == models.R(a=1)
    assert cfg.Model() == [models.Bag(), models.SegNet()]
    assert cfg.isolated == {"n": 1}
    assert "Model" in cfg
    assert "Nope" not in cfg
    assert hasattr(cfg, "Model")
    assert not hasattr(cfg, "Nope")
    with pytest.raises(AttributeError, match=r"Mode`.*`Model`"):
        _ = cfg.Mode


def test_older_names_of_the_parts_of_a_config(small: Project) -> None:
    cfg = small.load("[Backbone.R]\na = 1\n[note]\ntext = 'a'")
    assert list(cfg.modules_dict) == ["Backbone"]
    assert cfg.modules_dict["Backbone"] is cfg.Backbone
    assert cfg.isolated_dict is cfg.isolated
    assert cfg.isolated_dict == {"note": {"text": "a"}}


def test_lazy_2_changing_arguments(small: Project) -> None:
    cfg = small.load('[Backbone.R]\n[Model.Bag]\n!a = "V"\n[Model.SegNet]\n[V]\nx = 1')
    cfg.Backbone << {"a": 1}
    cfg.Backbone.add(b=2)
    cfg.Model.Bag["q"] = 3
    cfg.Model.Bag["a"] << {"x": 4}
    cfg.Model.SegNet.add(z=ModuleNode(small.models.Pad))
    modules, _ = cfg.build_all()
    models = small.models
    assert modules.Backbone == models.R(a=1, b=2)
    assert modules.Model == {"Bag": models.Bag(a=models.V(4), q=3), "SegNet": models.SegNet(z=models.Pad())}
    with pytest.raises(RuntimeError, match="index first"):
        cfg.Model << {"a": 1}


def test_lazy_4_update(small: Project) -> None:
    cfg = small.load("n = 1\nm = 1\n[Backbone.R]\n[Model.Bag]")
    cfg.update(small.load("n = 2\n[Backbone.V]\nx = 1\n[Loss.CE]"))
    modules, info = cfg.build_all()
    assert modules == {"Model": small.models.Bag(), "Backbone": small.models.V(1), "Loss": small.models.CE()}
    assert list(modules) == ["Model", "Backbone", "Loss"]
    assert info == {"n": 2, "m": 1}


def test_lazy_5_silent(small: Project) -> None:
    workspace.excore_log_build_message = True
    config.silent()
    assert workspace.excore_log_build_message is False
    config.set_primary_fields(workspace)
    assert workspace.primary_fields[0] == "Model"


def test_lazy_5_fields_through_the_class_of_a_config(small: Project) -> None:
    from excore.config.parse import ConfigDict

    fields = ConfigDict.primary_fields
    fields.reverse()
    assert list(small.build("[Model.Bag]\n[Backbone.R]")[0]) == ["Backbone", "Model"]
    ConfigDict.set_primary_fields(["Extra", *fields], {**ConfigDict.primary_to_registry, "Extra": "Model"})
    assert list(small.build("[Model.Bag]\n[Extra.Bag]")[0]) == ["Extra", "Model"]


def test_a_mapping_is_a_config_too(small: Project) -> None:
    cfg = LazyConfig({"Model": {"FCN": {"!backbone": "V"}}, "V": {"x": 2}, "n": 1})
    assert cfg.build_all()[0].Model.backbone.x == 2


def test_where_a_value_comes_from(small: Project) -> None:
    small.write(BASE, "base.toml")
    cfg = small.load(CHILD, update_dict={"n": 5})
    found = cfg.where("n")
    assert (found.value, found.file) == (5, "update_dict")
    assert [(Path(old.file).name, old.line, old.value) for old in found.overrides] == [
        ("run.toml", 3, 2), ("base.toml", 2, 1),
    ]  # fmt: skip
    classes = cfg.where("Model.FCN.classes")
    assert (Path(classes.file).name, classes.line, classes.column, classes.value) == ("base.toml", 6, 1, 3)
    backbone = cfg.where("Model.FCN.backbone")
    assert (backbone.key, [old.key for old in backbone.overrides]) == ("!backbone", ["@backbone"])
    assert cfg.where("t.b").value == {"c": 2, "d": 3}
    for key in ("Model.FCN.klasses", "nope", "", "n.x"):
        with pytest.raises(KeyError):
            cfg.where(key)


def test_all_problems_at_once(small: Project) -> None:
    small.write("[Model.Nope]\n", "base.toml")
    with pytest.raises(CoreConfigParseError) as caught:
        small.load('__base__ = "base.toml"\n[Backbone.R]\n!a = "Padd"\n&b = "c"\n')
    error = caught.value
    assert str(error).startswith("3 problems\n")
    assert [item.code for item in error.problems] == ["unknown-class", "unknown-variable", "unknown-class"]
    assert "run.toml:3:7: error[unknown-class]" in str(error)
    assert '  3 | !a = "Padd"\n    |       ^^^^\n' in str(error)
    assert "  inherited: run.toml -> base.toml" in str(error)


def test_what_cannot_be_imported_is_told_with_its_line(small: Project) -> None:
    Registry("Backbone")["Gone"] = "config_kit_gone.Gone"
    with pytest.raises(StrToClassError, match="config_kit_gone") as caught:
        small.load("[Backbone.Gone]\n")
    assert "run.toml:1:11\n  1 | [Backbone.Gone]" in str(caught.value)
    small.load("[Backbone.R]\n[Gone]\na = 1")


def test_reg_15_only_what_is_used_is_imported(small: Project) -> None:
    for name in ("used", "unused"):
        (small.folder / f"kit_{name}.py").write_text("class Net:\n    pass\n", "utf-8")
        Registry("Model")[name.title()] = f"kit_{name}.Net"
    try:
        small.build("[Model.Used]")
        assert ("kit_used" in sys.modules, "kit_unused" in sys.modules) == (True, False)
    finally:
        sys.modules.pop("kit_used", None)


def test_an_older_cache_is_not_used_and_told_where_a_name_is_missing(small: Project) -> None:
    Registry.dump()
    cache = Path(workspace.registry_cache_file)
    cache.write_text(cache.read_text("utf-8").replace('"version": 2', '"version": 1'), "utf-8")
    assert small.one("[Backbone.R]") == small.models.R()
    with pytest.raises(UnknownModuleError, match=r"note: .*registry_cache\.json: .*run `excore auto-register`"):
        small.load("[Backbone.Absent]\n")


def test_reg_15_from_the_cache_and_from_the_sources(small: Project) -> None:
    Registry.dump()
    names = dict(Registry._registry_pool)
    Registry._registry_pool.clear()
    assert small.one("[Backbone.R]") == small.models.R()
    Path(workspace.registry_cache_file).unlink()
    (small.folder / "kit_src").mkdir()
    (small.folder / "kit_src" / "__init__.py").write_text(
        'from excore import Registry\nNET = Registry("Model")\n@NET.register()\nclass OnlyHere: ...\n', "utf-8"
    )
    settings = small.folder / ".excore.toml"
    settings.write_text(settings.read_text("utf-8") + 'src_dir = "kit_src"\n', "utf-8")
    workspace.refresh()
    try:
        assert type(small.one("[Model.OnlyHere]")).__name__ == "OnlyHere"
    finally:
        sys.modules.pop("kit_src", None)
        Registry._registry_pool.update(names)


TEXTS = [
    '[Model.Bag]\n@a = "V"\n[V]\nx = 1\n',
    '[Model.Bag]\n!a = "V"\n[Backbone.V]\nx = 2\n[S.R]\nq = 1\n',
    "S = 1\n[Backbone.R]\n[Model.Bag]\na = [1]\n",
    '[Model.Bag]\n!a = "Nope"\n',
    "[Model.FCN]\n",
]


def _outcome(path: Path) -> str:
    try:
        return repr(config.build_all(config.load(path)))
    except ConfigError as error:
        return f"{type(error).__name__} {error}"


@given(st.lists(st.sampled_from(range(len(TEXTS))), min_size=2, max_size=8))
def test_node_8_any_order_and_threads_give_the_same(small: Project, order: list[int]) -> None:
    paths = [small.write(text, f"c{number}.toml") for number, text in enumerate(TEXTS)]
    alone = [_outcome(path) for path in paths]
    assert [_outcome(paths[number]) for number in order] == [alone[number] for number in order]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_outcome, (paths[number] for number in order))) == [alone[number] for number in order]


@given(st.lists(st.sampled_from(range(2 * len(TEXTS))), min_size=2, max_size=8))
def test_node_8_projects_side_by_side_give_the_same(small: Project, order: list[int]) -> None:
    """From outside of any project each config is loaded as its own project says."""
    paths = []
    for name, registries in (("one", '"*Model", "*Backbone"'), ("two", '"Model", "*Data: Backbone", "Backbone"')):
        small.write(f"registries = [{registries}]\n", f"{name}/.excore.toml")
        paths += [small.write(text, f"{name}/c{number}.toml") for number, text in enumerate(TEXTS)]
    (small.folder / ".excore.toml").unlink(missing_ok=True)
    workspace.refresh()
    alone = [_outcome(path) for path in paths]
    assert alone[: len(TEXTS)] != alone[len(TEXTS) :], "the projects differ in what they mean"
    assert [_outcome(paths[number]) for number in order] == [alone[number] for number in order]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_outcome, (paths[number] for number in order))) == [alone[number] for number in order]


def test_nothing_hostile_runs(small: Project) -> None:
    marker = small.folder / "marker"
    for text in (
        f"""[Model.Bag]\n!a = "R.x(__import__('pathlib').Path('{marker.as_posix()}').touch())"\n""",
        f"""[Model.Bag]\n!a = "__import__('pathlib').Path('{marker.as_posix()}').touch()"\n""",
        """[Model.Bag]\n&a = "${__import__('os')}"\n""",
        """[Model.Bag]\n!a = "math.__class__.__bases__[0].__subclasses__()[0:1]"\n""",
    ):
        with pytest.raises(ConfigError):
            small.build(text)
    assert not marker.exists()


def test_loading_writes_nothing(small: Project) -> None:
    before = sorted(path.name for path in small.folder.rglob("*") if "__pycache__" not in path.parts)
    small.build(BASE)
    after = sorted(path.name for path in small.folder.rglob("*") if "__pycache__" not in path.parts)
    assert set(after) - set(before) == {"run.toml"}


def test_a_right_config_is_loaded_without_the_source_of_its_classes(
    small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python has imported them; where they stand is asked for messages alone."""

    def refuse(*arguments: object, **keywords: object) -> None:
        raise AssertionError("source is parsed")

    text = '[Model.FCN]\n"!backbone" = "R"\n[Backbone.R]\ndepth = 18\n'
    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", refuse)
        cfg = small.load(text)
    assert cfg.Model
