"""What configs build (HDR to CHOOK); the errors are in tests/parity."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator

import pytest
from config_kit import Project

from excore import config
from excore.engine.workspace import workspace
from excore.errors import (
    ConfigError,
    CoreConfigSupportError,
    HookBuildError,
    ImplicitModuleParseError,
    MissingAttributeError,
    ModuleBuildError,
    ModuleValidateError,
)


def test_hdr_1_and_2_one_object_or_a_mapping_in_file_order(small: Project) -> None:
    modules, _ = small.build("[Backbone.V]\nx = 2\n[Backbone.R]\n[Model.make_net]\ndepth = 3")
    assert list(modules.Backbone) == ["V", "R"]
    assert modules.Backbone.V.x == modules["Backbone"]["V"].x == 2
    assert modules["Model"] == ["net", 3, 1]


def test_hdr_4_deeper_tables_are_dicts(small: Project) -> None:
    assert small.one('[Model.FCN.backbone]\na = 1\n"!a" = "R"').backbone == {"a": 1, "!a": "R"}


def test_hdr_5_to_8_what_is_built_and_what_comes_back(small: Project) -> None:
    modules, info = small.build(
        """
        work_dir = "w"
        [Model.FCN]
        !backbone = "$S::R"
        !head = "SimpleHead"
        [Head.SimpleHead]
        a = 1
        [Data.City]
        [Pad]
        size = 3
        [S]
        q = 1
        [S.R]
        layers = 5
        [T.R]
        layers = 6
        [plain.deep]
        b = [1, {c = 2}]
        """
    )
    assert list(modules) == ["Model"]
    assert modules.Model.backbone.layers == 5
    assert modules.Model.head.a == 1
    assert info == {"work_dir": "w", "S": {"q": 1}, "plain": {"deep": {"b": [1, {"c": 2}]}}}
    assert type(info["plain"]) is dict


def test_hdr_10_fields_come_in_declared_order(small: Project) -> None:
    modules, _ = small.build("[Optimizer.SGD]\n[Loss.CE]\n[TestData.City]\n[TrainData.City]\n[Model.Bag]")
    assert list(modules) == ["Model", "TrainData", "TestData", "Loss", "Optimizer"]


def test_val_2_to_4_lists(small: Project) -> None:
    models = small.models
    city = small.one('[TrainData.City]\n!a = ["Pad", "Flip", "Pad"]\n@b = ["Scale", "Scale"]\n!c = ["Pad"]\n!d = []')
    assert [type(item) for item in city.a] == [models.Pad, models.Flip, models.Pad]
    assert city.a[0] is not city.a[2]
    assert city.b[0] is city.b[1]
    assert type(city.c) is list
    assert len(city.c) == 1
    assert city.d == []


def test_val_2_lists_in_lists(small: Project) -> None:
    models = small.models
    city = small.one(
        'size = 3\nboth = ["Pad", "Flip"]\n[TrainData.City]\n!a = [["Pad", "$S::*"], [], [["Flip"], "Pad"]]\n'
        '@b = [["SimpleHead"], ["SimpleHead"]]\n!c = [["Pad", "&both"], "&both"]\n'
        '&d = [["size", ["size"]], "both"]\n[S.Scale]\n'
    )
    assert city.a == [[models.Pad(), models.Scale()], [], [[models.Flip()], models.Pad()]]
    assert city.b[0][0] is city.b[1][0]
    assert city.c == [[models.Pad(), [models.Pad(), models.Flip()]], [models.Pad(), models.Flip()]]
    assert city.d == [[3, [3]], ["Pad", "Flip"]]
    dumped = small.load('[TrainData.City]\n!a = [["Pad"], ["Flip"]]')
    dumped.update({"TrainData.City.!a": [["Flip", "Pad"], []]})
    assert dumped.TrainData().a == [[models.Flip(), models.Pad()], []]


def test_var_8_none(small: Project) -> None:
    models = small.models
    bag = small.one(
        'size = "None"\n[Model.Bag]\n&a = "None"\n&b = ["None", "size", ["None"]]\n&c = {d = "None"}\n'
        '!e = ["R", "&None"]\ng = "None"\n'
    )
    assert (bag.a, bag.b, bag.c, bag.e, bag.g) == (
        None,
        [None, "None", [None]],
        {"d": None},
        [models.R(), None],
        "None",
    )
    own = small.one('None = 3\n[Model.Bag]\n&a = "None"\n&b = "None.real"\n')
    assert (own.a, own.b) == (3, 3)
    assert small.load('[Model.Bag]\n&a = "None"', update_dict={"Model.Bag.a": 2}).Model().a == 2
    assert small.load("[Model.Bag]\na = 2", update_dict={"Model.Bag.&a": "None"}).Model().a is None


def test_val_5_dicts(small: Project) -> None:
    bag = small.one('[Model.Bag]\n!a = {x = "R", y = ["Pad", "$S::*"]}\n[S.Flip]\n[S.Scale]')
    models = small.models
    assert bag.a == {"x": models.R(), "y": [models.Pad(), models.Flip(), models.Scale()]}


def test_class_prefix_gives_the_class_itself(small: Project) -> None:
    bag = small.one('[Model.Bag]\n$a = "V"\n$b = "make_net"\n$c = "math"\n$d = ["R", "V"]')
    models = small.models
    assert (bag.a, bag.b, bag.c, bag.d) == (models.V, models.make_net, models.math, [models.R, models.V])


def test_ref_2_the_table_on_top_wins(small: Project) -> None:
    modules, _ = small.build('[Model.Bag]\n!a = "V"\n!b = "$Backbone"\n[V]\nx = 2\n[Backbone.V]\nx = 1')
    assert (modules.Model.a.x, modules.Model.b.x) == (2, 1)


def test_ref_7_every_is_a_list(small: Project) -> None:
    bag = small.one('[Model.Bag]\n!a = "$S::*"\n!b = ["Scale", "$S::*"]\n[S.Pad]\n')
    models = small.models
    assert bag.a == [models.Pad()]
    assert bag.b == [models.Scale(), models.Pad()]


def test_var_1_to_3_and_5_variables(small: Project) -> None:
    bag = small.one(
        """
        n = 0
        opts = {a = 1, b = {c = "x"}}
        name = "abc"
        [Model.Bag]
        &n = "n"
        &list = ["n", "name"]
        &dict = {k = "name"}
        &upper = "name.upper()"
        &deep = "opts.b.c"
        &opts = "opts"
        &again = "opts"
        """
    )
    assert bag.kwargs == {
        "n": 0, "list": [0, "abc"], "dict": {"k": "abc"}, "upper": "ABC", "deep": "x",
        "opts": {"a": 1, "b": {"c": "x"}}, "again": {"a": 1, "b": {"c": "x"}},
    }  # fmt: skip
    assert bag.opts is not bag.again


def test_var_6_a_variable_under_a_prefix(small: Project) -> None:
    bag = small.one('tf = ["Pad", "Flip"]\nref = "n"\nn = 3\nno = []\n[Model.Bag]\n!a = "&tf"\n&b = "&ref"\n!c = "&no"')
    assert bag.kwargs == {"a": [small.models.Pad(), small.models.Flip()], "b": 3, "c": []}


def test_var_7_environment(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXC_DIR", "/d\\1.x@y")
    monkeypatch.setenv("EXC_EMPTY", "")
    bag = small.one('[Model.Bag]\n&a = "${EXC_DIR}/a.b"\n&b = "${EXC_EMPTY}"\nc = "${EXC_DIR}"')
    assert bag.kwargs == {"a": "/d\\1.x@y/a.b", "b": "", "c": "${EXC_DIR}"}


def test_var_7_defaults(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXC_DIR", "/d")
    monkeypatch.setenv("EXC_EMPTY", "")
    monkeypatch.delenv("EXC_NONE", raising=False)
    table = '[Model.Bag]\n&a = "${EXC_NONE:-/data}/x"\n'
    bag = small.one(table + '&b = ["${EXC_EMPTY:-e}", "${EXC_DIR:-e}", "${EXC_NONE:-}"]')
    assert bag.kwargs == {"a": "/data/x", "b": ["e", "/d", ""]}


def test_attr_1_2_and_4_paths(small: Project) -> None:
    modules, _ = small.build(
        """
        [Backbone.V]
        x = 4
        [Model.Bag]
        @a = "V.twice()"
        @b = "$Backbone.at(2, name='a.b@c')"
        $c = "V.pretrained()"
        $d = "V.sizes[1]"
        @e = ["V.x", "$S::*.kwargs"]
        [S.Pad]
        q = 1
        [V]
        x = 5
        """
    )
    bag = modules.Model
    assert (bag.a, bag.b, bag.c, bag.d, bag.e) == (10, "a.b@c8", small.models.V(101), 2, [5, {"q": 1}])


def test_attr_3_missing_attribute(small: Project) -> None:
    with pytest.raises(MissingAttributeError, match=r"`V` has no attribute `twise`.*`twice`") as caught:
        small.build('[Model.Bag]\n!a = "V.twise()"\n[V]\nx = 1')
    assert isinstance(caught.value, AttributeError)
    assert "run.toml:2:6: error[unknown-attribute]" in str(caught.value)


def test_mod_1_and_2_python_modules(small: Project) -> None:
    small.models.MODULES.register_module(__import__("collections"))
    bag = small.one(
        """
        [Model.Bag]
        $cls = "collections.OrderedDict"
        !new = "collections.OrderedDict"
        @one = "collections.Counter"
        @two = "collections.Counter"
        !module = "math"
        $called = "math.sqrt(9)"
        !number = "math.pi"
        """
    )
    import collections
    import math

    assert (bag.cls, bag.new, bag.module, bag.called, bag.number) == (
        collections.OrderedDict, collections.OrderedDict(), math, 3.0, math.pi,
    )  # fmt: skip
    assert bag.one == collections.Counter()
    assert bag.one is bag.two


PACKAGE = {
    "__init__.py": "import os\nfrom os import system\nfrom . import inner\n",
    "inner.py": (
        "import json, sys\nfrom collections import OrderedDict\nfrom json import loads\nfrom os import getcwd\n"
        "from subprocess import Popen\nfrom sys import modules\n__all__ = ['loads', 'size']\n"
        "def size():\n    return 3\n"
        "def steps():\n    yield 1\n"
        "def frame():\n    return sys._getframe()\n"
        "def helper(name):\n    return sys.modules[name]\n"
        "class Layer:\n    tool = json\n    def __init__(self, size=3):\n        self.size = size\n"
    ),
    "late.py": "class Late:\n    pass\n",
}


@pytest.fixture
def net(small: Project) -> Iterator[Project]:
    """With a package `netlib` as a registered python module."""
    (small.folder / "netlib").mkdir()
    for name, text in PACKAGE.items():
        (small.folder / "netlib" / name).write_text(text, "utf-8")
    small.models.MODULES.register_module(importlib.import_module("netlib"))
    small.models.BACKBONE.register_module(sys.modules["netlib.inner"].Layer)
    yield small
    for name in [name for name in sys.modules if name.partition(".")[0] == "netlib"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("netlib.os.getcwd()", "the module `os`; only modules of `netlib` can be reached"),
        ("netlib.inner.sys.modules['os'].getcwd()", "the module `sys`; only modules of `netlib`"),
        ("netlib.inner.json", "the module `json`"),
        ("netlib.inner.modules['os'].getcwd()", "the module `os`"),
        ("netlib.inner.modules.get('os').getcwd()", "the module `os`"),
        ("netlib.inner.helper('os')", "the module `os`"),
        ("netlib.inner.frame()", "a frame, which belongs to Python itself"),
        ("netlib.inner.steps().gi_frame.f_globals", "`gi_frame` belongs to Python itself"),
        ("netlib.inner.size.__globals__", "`__globals__` belongs to Python itself"),
        ("netlib.inner.size.__code", "`__code` belongs to Python itself"),
        ("netlib.system('true')", "what `netlib` imports from Python's own `posix` and does not list"),
        ("netlib.inner.Popen(['true'])", "what `netlib.inner` imports from Python's own `subprocess`"),
        ("Layer.tool.loads('1')", "the module `json`; only modules of `netlib`"),
        ("math.sqrt.__self__", "`__self__` belongs to Python itself"),
    ],
)
def test_mod_4_a_path_stays_in_its_package(net: Project, path: str, said: str) -> None:
    said = said.replace("`posix`", f"`{os.system.__module__}`")
    with pytest.raises(ConfigError) as caught:
        net.build(f'[Model.Bag]\n!a = "{path}"\n')
    assert said in str(caught.value)
    assert "run.toml:2:" in str(caught.value)


def test_mod_4_what_a_path_reaches_in_its_package(net: Project) -> None:
    bag = net.one(
        """
        [Model.Bag]
        $a = "netlib.inner"
        !b = "netlib.inner.Layer(5).size"
        !c = "netlib.inner.loads('[1]')"
        $d = "netlib.late.Late"
        !e = "netlib.inner.modules['netlib.inner'].size()"
        !f = "netlib.inner.size.__name__"
        """
    )
    assert (bag.a.__name__, bag.b, bag.c, bag.d.__name__, bag.e, bag.f) == ("netlib.inner", 5, [1], "Late", 3, "size")


def test_node_1_shared_is_one_object(small: Project) -> None:
    modules, _ = small.build(
        """
        [Model.FCN]
        @backbone = "$Backbone::R"
        @head = ["$Backbone", "$Backbone::R"]
        @other = "$S::R"
        [Backbone.R]
        [S.R]
        """
    )
    model = modules.Model
    assert model.backbone is modules.Backbone
    assert all(item is model.backbone for item in model.head)
    assert model.other is not model.backbone


def test_node_2_and_3_fresh_all_the_way_down(small: Project) -> None:
    cfg = small.load(
        """
        [Model.FCN]
        !backbone = "Swin"
        !head = "Swin"
        [Backbone.Swin]
        !block = "Basic"
        @shared = "Wide"
        """
    )
    modules, _ = cfg.build_all()
    made = [modules.Model.backbone, modules.Model.head, modules.Backbone, cfg.Model().backbone]
    assert len({id(item) for item in made}) == 4
    assert len({id(item.block) for item in made}) == 4
    assert len({id(item.shared) for item in made}) == 1


def test_node_6_used_only_as_class(small: Project) -> None:
    modules, _ = small.build('[Model.Bag]\n$a = "V"\n[Backbone.V]')
    assert modules.Backbone is modules.Model.a is small.models.V


def test_node_7_arguments_do_not_leak(small: Project) -> None:
    cfg = small.load('[Model.Bag]\n!a = "R"\n!b = "R"\n[Backbone.R]\nv = [1]')
    cfg.Model.Bag["a"] << {"v": 2}
    modules, _ = cfg.build_all()
    assert (modules.Model.a.v, modules.Model.b.v, modules.Backbone.v) == (2, [1], [1])
    modules.Backbone.v.append(2)
    assert cfg.build_all()[0].Backbone.v == [1]


def test_nocall(small: Project) -> None:
    modules, _ = small.build(
        """
        [Model.Bag]
        @a = "V"
        @b = "V"
        !c = "$S"
        $d = "V"
        [V]
        __no_call__ = true
        [S.R]
        __no_call__ = true
        q = 1
        [Backbone.R]
        __no_call__ = false
        """
    )
    bag = modules.Model
    assert bag.a is bag.b
    assert bag.a(x=3) == small.models.V(3)
    assert bag.c() == small.models.R(q=1)
    assert bag.d is small.models.V
    assert modules.Backbone == small.models.R()


def test_valid_1_all_missing_arguments_before_the_call(small: Project) -> None:
    with pytest.raises(ModuleValidateError, match="`x`") as caught:
        small.build("[Backbone.V]\n[Model.FCN]")
    assert [item.code for item in caught.value.problems] == ["missing-parameter"] * 2
    assert [line for _, line, _ in caught.value.places] == [1, 2]
    with pytest.raises(ImplicitModuleParseError, match="`x`"):
        small.load('[Model.FCN]\n!backbone = "V"')


def test_valid_1_load_tells_missing_and_unknown_arguments(small: Project) -> None:
    with pytest.raises(ConfigError) as caught:
        small.load("[Backbone.V]\n[Model.make_net]\ndepth = 1\nwidht = 1\n[Optimizer.SGD]\n__no_call__ = true")
    assert {item.code for item in caught.value.problems} == {"missing-parameter", "unknown-parameter"}
    built: list[str] = []
    small.models.SGD.__init__ = lambda self, **given: built.append("SGD")
    for text, change in (
        ("[Optimizer.SGD]\n[Backbone.V]", lambda c: None),
        ("[Optimizer.SGD]\n[Backbone.V]\nx = 1", lambda c: c.Backbone.V.pop("x")),
        ("[Optimizer.SGD]\n[Backbone.V]\nx = 1", lambda c: c.Backbone.add(y=1)),
        ("[Optimizer.SGD]\n[Backbone.V]\nx = 1\ny = 1", lambda c: None),
    ):
        cfg = small.load(text, defer=True)
        change(cfg)
        with pytest.raises(ConfigError, match=r"`[xy]`"):
            cfg.build_all()
        assert built == []
    cfg = small.load("[Backbone.V]", defer=True)
    cfg.Backbone.V.x = 3
    assert cfg.build_all()[0].Backbone.x == 3
    assert small.one("[ExcoreHook.Sets]\n[Backbone.V]").x == 9


def test_valid_2_a_failing_call_names_class_cause_and_line(small: Project) -> None:
    with pytest.raises(ModuleBuildError, match=r"`Bad`.*no such luck") as caught:
        small.build('[Model.FCN]\n!backbone = "Bad"\n[Backbone.Bad]\nx = 1')
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert "run.toml:3:11: [Backbone.Bad]\n  3 | [Backbone.Bad]\n    |           ^^^" in str(caught.value)
    assert "while building FCN.backbone" in str(caught.value)
    with pytest.raises(ModuleBuildError, match="`V` has no parameter `y`"):
        small.build("[Backbone.V]\nx = 1\ny = 2")


def test_valid_3_without_checks(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCORE_VALIDATE", "0")
    cfg = small.load('[Model.FCN]\n!backbone = "V"')
    with pytest.raises(ModuleBuildError, match="TypeError") as caught:
        cfg.build_all()
    assert not isinstance(caught.value, ModuleValidateError)


def test_valid_4_asking(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.excore_manual_set = True
    monkeypatch.setattr("builtins.input", lambda *_: "[1, 2]")
    assert small.one("[Backbone.V]").x == [1, 2]


def test_valid_5_nothing_is_printed(small: Project, capfd: pytest.CaptureFixture[str]) -> None:
    small.build('[Model.FCN]\n!backbone = "R"')
    assert capfd.readouterr() == ("", "")


def test_ahook_1_to_5(small: Project) -> None:
    models = small.models
    modules, _ = small.build(
        """
        size = 3
        [Model.Bag]
        !a = "Swin@Wrap"
        !b = "Swin@$H::Wrap"
        @c = ["$Backbone@$H", "$Backbone.kwargs@Wrap"]
        $d = "R@Wrap"
        &e = "size@Wrap"
        !f = "$S::*@Wrap"
        !g = "Scale@$Off"
        @h = {k = "R@Wrap@Wrap"}
        [H.Wrap]
        tag = "t"
        !extra = "Pad"
        [Backbone.R]
        [S.Pad]
        [S.Flip]
        [Off.Wrap]
        enabled = false
        [Wrap]
        """
    )
    bag = modules.Model
    assert bag.a == ("wrapped", models.Swin(), None)
    assert bag.b == ("t", models.Swin(), models.Pad())
    assert bag.c[0][1] is modules.Backbone
    assert bag.c[1] == ("wrapped", {}, None)
    assert bag.d == ("wrapped", models.R, None)
    assert bag.e == ("wrapped", 3, None)
    assert bag.f == [("wrapped", models.Pad(), None), ("wrapped", models.Flip(), None)]
    assert bag.g == models.Scale()
    assert bag.h["k"] == ("wrapped", ("wrapped", models.R(), None), None)
    assert list(modules) == ["Model", "Backbone"]


def test_ahook_6_init_without_super(small: Project) -> None:
    with pytest.raises(CoreConfigSupportError, match="Lazy"):
        small.build('[Model.Bag]\n!a = "R@Lazy"')
    with pytest.raises(ConfigError, match="node"):
        small.build('[Model.Bag]\n!a = "R@Wrap"\n[Wrap]\nnode = 1')


def test_chook_1_stages(small: Project) -> None:
    modules, info = small.build(
        "n = 1\n[ExcoreHook.Before]\n[ExcoreHook.Each]\n[ExcoreHook.After]\n[Loss.CE]\n[Model.Bag]"
    )
    assert [(name, seen) for name, seen, _ in info["calls"]] == [
        ("Before", []), ("Each", []), ("Each", ["Model"]), ("After", ["Loss", "Model"]),
    ]  # fmt: skip
    assert info["calls"][0][2] == ["calls"]
    assert info["calls"][-1][2] == ["calls", "n"]
    assert list(modules) == ["Model", "Loss"]


def test_chook_1_hooks_may_change_what_is_built(small: Project) -> None:
    assert small.one("[ExcoreHook.Sets]\n[Backbone.V]").x == 9


def test_chook_3_bad_hooks(small: Project) -> None:
    with pytest.raises(HookBuildError, match="WrongStage"):
        small.build("[ExcoreHook.WrongStage]")
    with pytest.raises(HookBuildError, match="`R` is no hook"):
        small.build("[ExcoreHook.R]")


def test_node_8_loads_are_independent(small: Project) -> None:
    first, second = '[Model.Bag]\n@a = "V"\n[V]\nx = 1\n__no_call__ = true\n[S.R]', "[S]\nR = 1\n[Backbone.R]"
    alone = str(small.build(second))
    small.build(first)
    assert str(small.build(second)) == alone
    assert config.models.IS_PARSING is False
