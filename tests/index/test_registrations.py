"""Every form of registration."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from index_kit import Project

Make = Callable[..., Project]

REG = "from excore import Registry\nMODEL = Registry('Model', extra_field=['is_backbone', 'paper'])\n"


def forms(body: str) -> str:
    return REG + body


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("@MODEL.register()\nclass FCN: ...\n", ["FCN"]),
        ("@MODEL.register\nclass FCN: ...\n", ["FCN"]),
        ("@MODEL.register(force=True)\nclass FCN: ...\n", ["FCN"]),
        ("@MODEL.register()\ndef fcn(): ...\n", ["fcn"]),
        ("@MODEL.register()\nasync def fcn(): ...\n", ["fcn"]),
        ("class FCN: ...\nMODEL.register()(FCN)\n", ["FCN"]),
        ("class FCN: ...\nMODEL.register_module(FCN)\n", ["FCN"]),
        ("class FCN: ...\nMODEL.register_module(FCN, force=True)\n", ["FCN"]),
        ("class FCN: ...\nFCN = MODEL.register_module(FCN)\n", ["FCN"]),
        ("class FCN: ...\nFCN2 = MODEL.register()(FCN)\n", ["FCN"]),
        ("class A: ...\nclass B: ...\nMODEL.register_all([A, B])\n", ["A", "B"]),
        ("class A: ...\nclass B: ...\nprint(MODEL.register_module(A), end=MODEL.register()(B))\n", ["A", "B"]),
        ("class A: ...\nclass B: ...\nALL = (A, B)\nMODEL.register_all(ALL)\n", ["A", "B"]),
        ("class A: ...\nclass B: ...\nMORE = [B]\nMODEL.register_all([A, *MORE])\n", ["A", "B"]),
        ("M = MODEL\n@M.register()\nclass FCN: ...\n", ["FCN"]),
        ("add = MODEL.register\n@add()\nclass FCN: ...\n", ["FCN"]),
        ("M = Registry.get_registry('Model')\n@M.register()\nclass FCN: ...\n", ["FCN"]),
        ("@Registry.get_registry('Model').register()\nclass FCN: ...\n", ["FCN"]),
        ("@MODEL.register()\n@staticmethod\ndef f(): ...\n", ["f"]),
        ("if FLAG:\n    @MODEL.register()\n    class FCN: ...\n", ["FCN?"]),
        ("try:\n    import x\nexcept ImportError:\n    pass\nelse:\n    MODEL.register_module(x.Net)\n", ["Net?"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    @MODEL.register()\n    class FCN: ...\n", []),
        ("if __name__ == '__main__':\n    @MODEL.register()\n    class FCN: ...\n", []),
        ("with open('x') as f:\n    @MODEL.register()\n    class FCN: ...\n", ["FCN"]),
        ("@OTHER.register()\nclass FCN: ...\n", []),
        ("import abc\n@abc.ABC.register\nclass FCN: ...\n", []),
        ("'''\n@MODEL.register()\nclass FCN: ...\n'''\n", []),
        ("# @MODEL.register()\nclass FCN: ...\n", []),
    ],
)
def test_forms(project: Make, body: str, names: list[str]) -> None:
    made = project(forms(body))
    assert made.names() == names
    assert not made.index.catalog.registries["Model"].open


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("class A: ...\nfor cls in find():\n    MODEL.register_module(cls)\n", "registered in a loop (app.py:5)"),
        ("[MODEL.register_module(cls) for cls in find()]\n", "registered in a comprehension (app.py:3)"),
        ("def add(cls):\n    MODEL.register_module(cls)\n    return cls\n", "registered in function add (app.py:4)"),
        ("def make():\n    @MODEL.register()\n    class A: ...\n", "registered in function make (app.py:4)"),
        ("MODEL.register_all(find())\n", "the list of register_all is computed (app.py:3)"),
        ("MODEL.register_module(make())\n", "make() could not be read (app.py:3)"),
        ("MODEL.merge(find())\n", "a merged registry could not be read (app.py:3)"),
        ("import torch.optim\nMODEL.match(torch.optim)\n", "torch is not installed (app.py:4)"),
        ("from torch import optim\nMODEL.match(optim)\n", "torch is not installed (app.py:4)"),
    ],
)
def test_what_cannot_be_read_opens_the_registry(project: Make, body: str, reason: str) -> None:
    info = project(forms(body)).index.catalog.registries["Model"]
    assert (info.open, info.reason) == (True, reason)


AB = "class A: ...\nclass B: ...\n"


@pytest.mark.parametrize(
    "body",
    [
        "for cls in (A, B):\n    MODEL.register()(cls)\n",
        "for cls in [A, B]:\n    MODEL.register_module(cls)\n",
        "ALL = [A, B]\nfor cls in ALL:\n    MODEL.register_module(module=cls, force=True)\n",
        "for cls in (A, B): print(cls); MODEL.register()(cls)\n",
        "[MODEL.register_module(cls) for cls in (A, B)]\n",
        "done = [MODEL.register()(cls) for cls in (A, B)]\n",
        "MORE = [B]\nfor cls in (A, *MORE):\n    MODEL.register()(cls)\n",
        "for registry in (MODEL,):\n    registry.register_all([A, B])\n",
    ],
)
def test_loops_over_what_is_written_down(project: Make, body: str) -> None:
    made = project(forms(AB + body))
    assert made.names() == ["A", "B"]
    assert not made.index.catalog.registries["Model"].open


@pytest.mark.parametrize(
    "body",
    [
        "for cls in (A, B):\n    if cls.ok:\n        MODEL.register()(cls)\n",
        "for cls in (A, B):\n    if cls.ok:\n        break\n    MODEL.register()(cls)\n",
        "for name, cls in {'a': A}.items():\n    MODEL.register()(cls)\n",
        "[MODEL.register_module(cls) for cls in (A, B) if cls.ok]\n",
        "[MODEL.register_module(cls) for group in ALL for cls in group]\n",
        "all(MODEL.register_module(cls) for cls in (A, B))\n",
        "{cls: MODEL.register_module(cls) for cls in (A, B)}\n",
        "for cls in (A, make(B)):\n    MODEL.register()(cls.inner)\n",
        "for cls in (A, B):\n    cls = change(cls)\n    MODEL.register()(cls)\n",
        "while more():\n    MODEL.register()(A)\n",
        "list(map(MODEL.register(), (A, B)))\n",
        "list(map(MODEL.register_module, (A, B)))\n",
        "done = list(map(MODEL.register_module, (A, B)))\n",
        "def add():\n    return list(map(MODEL.register_module, (A, B)))\nadd()\n",
    ],
)
def test_other_loops_open_the_registry(project: Make, body: str) -> None:
    made = project(forms(AB + body))
    assert made.index.catalog.registries["Model"].open
    assert all(name.endswith("?") for name in made.names())


@pytest.mark.parametrize(
    "helper",
    [
        "def reg(cls):\n    return MODEL.register()(cls)\n",
        'def reg(cls):\n    """Register."""\n    MODEL.register_module(cls, force=True)\n    return cls\n',
        "def reg(cls):\n    return MODEL.register_module(module=cls)\n",
    ],
)
def test_a_helper_that_registers_what_it_decorates(project: Make, helper: str) -> None:
    """It may be called elsewhere, so other names may be registered too."""
    made = project(forms(helper + "@reg\nclass A: ...\n@reg\ndef b(): ...\n"))
    assert made.names() == ["A", "b"]
    info = made.index.catalog.registries["Model"]
    assert (info.open, info.reason.partition(" (")[0]) == (True, "registered in function reg")


@pytest.mark.parametrize(
    "helper",
    [
        "def reg(cls):\n    if cls.ok:\n        MODEL.register_module(cls)\n    return cls\n",
        "def reg(cls):\n    return MODEL.register()(change(cls))\n",
        "def reg(cls, name=None):\n    return MODEL.register()(cls)\n",
        "def reg(cls):\n    def inner(other):\n        return MODEL.register()(other)\n    return inner\n",
    ],
)
def test_other_helpers_open_the_registry(project: Make, helper: str) -> None:
    made = project(forms(helper + "@reg\nclass A: ...\n"))
    assert made.names() == []
    assert made.index.catalog.registries["Model"].open


def test_a_helper_of_another_module(project: Make) -> None:
    made = project(
        """
        #- app/__init__.py
        from excore import Registry
        MODEL = Registry("Model")
        def reg(cls):
            return MODEL.register()(cls)
        #- app/nets.py
        from app import MODEL, reg
        @reg
        class A: ...
        @MODEL.register()
        class B: ...
        """
    )
    assert sorted(made.names()) == ["A", "B"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("reg = MODEL.register()\n@reg\nclass A: ...\n@reg\ndef b(): ...\n", ["A", "b"]),
        ("reg = MODEL.register_module()\nclass A: ...\nreg(A)\n", ["A"]),
        ("reg = MODEL.register\n@reg()\nclass A: ...\n", ["A"]),
        ("reg = MODEL.register()\nother = reg\n@other\nclass A: ...\n", ["A"]),
        ("class All:\n    NET = Registry('Model')\n@All.NET.register()\nclass A: ...\n", ["A"]),
    ],
)
def test_a_registering_method_that_is_bound_to_a_name(project: Make, body: str, names: list[str]) -> None:
    made = project(forms(body))
    assert made.names() == names
    assert not made.index.catalog.has_open


def test_a_registry_that_a_class_holds(project: Make) -> None:
    made = project(
        """
        from excore import Registry
        class All:
            MODEL = Registry("Model")
        @All.MODEL.register()
        class A: ...
        """
    )
    assert made.names() == ["A"]
    assert made.index.catalog.registries["Model"].variables == ("All.MODEL",)


@pytest.mark.parametrize(
    "function",
    [
        "def make(name):\n    return Registry.get_registry(name) or Registry(name)\n",
        "def make(name):\n    return Registry(name)\n",
        "def make(name):\n    made = Registry(name)\n    TABLE[name] = made\n    return made\n",
    ],
)
def test_a_registry_that_a_function_gives_may_hold_more(project: Make, function: str) -> None:
    made = project(forms(f'{function}NECK = make("Neck")\n@NECK.register()\nclass A: ...\n'))
    assert made.names("Neck") == ["A"]
    info = made.index.catalog.registries["Neck"]
    assert (info.open, info.reason.partition(" (")[0]) == (True, "NECK is what make('Neck') gives")


def test_a_function_that_makes_no_registry_gives_none(project: Make) -> None:
    made = project(
        forms('def make(name):\n    return list(name)\nNECK = make("Neck")\n@NECK.register()\nclass A: ...\n')
    )
    assert "Neck" not in made.index.catalog.registries


def test_a_loop_that_does_something_else_opens_nothing(project: Make) -> None:
    made = project(forms("import re\nfor x in y:\n    re.match('a', x)\n    x.register(1)\n"))
    assert not made.index.catalog.has_open


def test_extra_information_is_kept_as_text(project: Make) -> None:
    made = project(forms("@MODEL.register(is_backbone=True, paper='Deep')\nclass A: ...\n"))
    assert made.entry("A").extra == (("is_backbone", "True"), ("paper", "'Deep'"))
    assert made.index.catalog.registries["Model"].extra_fields == ("is_backbone", "paper")


def test_extra_information_of_register_all(project: Make) -> None:
    made = project(
        forms("class A: ...\nclass B: ...\nMODEL.register_all([A, B], extra_info=[{'paper': 1}, dict(paper=2)])\n")
    )
    assert (made.entry("A").extra, made.entry("B").extra) == ((("paper", "1"),), (("paper", "2"),))


def test_one_extra_field_as_text(project: Make) -> None:
    made = project("from excore import Registry\nM = Registry('Model', 'kind')\n")
    assert made.index.catalog.registries["Model"].extra_fields == ("kind",)


def test_locations(project: Make) -> None:
    made = project(forms("@MODEL.register()\nclass  Größe: ...\nü = 1; MODEL.register_module(Größe)\n"))
    assert made.names() == []  # a key must be plain ASCII
    made = project(forms("@MODEL.register()\nclass  FCN: ...\nclass B: ...\nü = 1; MODEL.register_module(B)\n"))
    assert made.at("FCN") == "app.py: FCN"
    assert made.at("FCN", registered=True) == "app.py: MODEL.register()"
    assert made.at("B", registered=True) == "app.py: MODEL.register_module(B)"


def test_the_first_of_two_with_one_name_counts_unless_forced(project: Make) -> None:
    text = """
    #- app/__init__.py
    from excore import Registry
    MODEL = Registry("Model")
    #- app/a.py
    from app import MODEL
    @MODEL.register()
    class A: ...
    @MODEL.register()
    class B: ...
    #- app/b.py
    from app import MODEL
    @MODEL.register()
    class A: ...
    @MODEL.register(force=True)
    class B: ...
    """
    made = project(text)
    assert (made.entry("A").path, made.entry("B").path) == ("app.a.A", "app.b.B")


MODULES = """
    #- src/__init__.py
    from excore import Registry
    MODEL = Registry("Model")
    #- src/again.py
    from src import MODEL as PUBLIC
    from . import MODEL
    #- src/models/__init__.py
    from .. import *
    #- src/models/zoo.py
    {}
    class A: ...
"""


@pytest.mark.parametrize(
    "lines",
    [
        "from src import MODEL as M\n    @M.register()",
        "from .. import MODEL\n    @MODEL.register()",
        "from . import MODEL\n    @MODEL.register()",
        "import src\n    @src.MODEL.register()",
        "import src.again as again\n    @again.PUBLIC.register()",
        "import src.again\n    @src.again.MODEL.register()",
        "from src import again\n    @again.PUBLIC.register()",
        "from ..again import *\n    @PUBLIC.register()",
        "try:\n        from src import MODEL\n    except ImportError:\n        MODEL = None\n    @MODEL.register()",
        "from excore import Registry as R\n    @R.get_registry('Model').register()",
    ],
)
def test_the_registry_through_modules(project: Make, lines: str) -> None:
    assert project(MODULES.format(lines)).names() == ["A"]


def test_star_imports_honour_all(project: Make) -> None:
    made = project(
        """
        #- a.py
        from excore import Registry
        MODEL, HEAD = Registry("Model"), Registry("Head")
        __all__ = ["MODEL"]
        #- b.py
        from a import *
        @MODEL.register()
        class A: ...
        @HEAD.register()
        class B: ...
        """
    )
    assert (made.names("Model"), made.names("Head")) == (["A"], [])


def test_import_circles_end(project: Make) -> None:
    made = project(
        """
        #- a.py
        from b import *
        from b import MODEL
        #- b.py
        from a import *
        from a import MODEL
        @MODEL.register()
        class A(B): ...
        class B(A): ...
        """
    )
    assert dict(made.index.catalog.entries) == {}


@pytest.mark.parametrize(
    "line",
    [
        "MODEL = Registry('Model')",
        "MODEL: Registry = Registry('Model')",
        "MODEL = Registry(name='Model')",
        "NAME = 'Model'\nMODEL = Registry(NAME)",
        "A = MODEL = Registry('Model')",
        "_, MODEL = 1, Registry('Model')",
        "import excore\nMODEL = excore.Registry('Model')",
        "class Own(Registry): ...\nMODEL = Own('Model')",
        "from mmengine import Registry\nMODEL = Registry('Model', locations=['x'])",
    ],
)
def test_how_a_registry_is_made(project: Make, line: str) -> None:
    made = project(f"from excore import Registry\n{line}\n@MODEL.register()\nclass A: ...\n")
    assert made.names() == ["A"]
    location = made.index.catalog.registries["Model"].location
    assert location is not None
    assert "MODEL" in made.index.catalog.registries["Model"].variables


def test_a_computed_name_gives_an_open_registry_under_its_variable(project: Make) -> None:
    made = project("from excore import Registry\nMODEL = Registry(name())\n@MODEL.register()\nclass A: ...\n")
    assert made.names("MODEL") == ["A"]
    assert made.index.catalog.registries["MODEL"].open


LIB = f"#- lib/__init__.py\n{REG}#- lib/nets.py\nclass Net:\n    def __init__(self, a=1): ...\n#- put.py\n"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("MODEL['X'] = 'lib.nets.Net'", ["X"]),
        ("MODEL['X']='lib.nets.Net'", ["X"]),
        ("PATH = 'lib.nets.Net'\nMODEL['X'] = MODEL['Y'] = PATH", ["X", "Y"]),
        ("MODEL.setdefault('X', 'lib.nets.Net')", ["X"]),
        ("MODEL.update({'X': 'lib.nets.Net'}, Y='lib.nets.Net')", ["X", "Y"]),
        ("with made():\n    MODEL['X'] = 'lib.nets.Net'", ["X"]),
        ("MODEL['X'] = path()", None),
        ("MODEL[name()] = 'lib.nets.Net'", None),
        ("MODEL['X'] = 'Net'", None),
        ("MODEL.update(**NAMES)", None),
        ("for name, path in NAMES.items():\n    MODEL[name] = path", None),
        ("def put(name, path):\n    MODEL[name] = path\nput('X', 'lib.nets.Net')", None),
        ("def put(names):\n    MODEL.update(names)\nput({'X': 'lib.nets.Net'})", None),
    ],
)
def test_what_is_put_in_as_into_a_dict(project: Make, body: str, names: list[str] | None) -> None:
    made = project(f"{LIB}from lib import MODEL\n{body}\n# .register\n")
    assert made.names() == (names or [])
    assert made.index.catalog.has_open == (names is None)
    assert {made.signature(name) for name in names or ()} <= {"a = 1"}


def test_a_file_that_only_puts_in_is_read(project: Make) -> None:
    assert project(f"{LIB}from lib import MODEL\nMODEL['X'] = 'lib.nets.Net'\n").names() == ["X"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("@MODEL.register()\nclass Größe: ...", "`Größe` is no name for a registry"),
        ("import xml.dom as dom\nMODEL.register_module(dom)", "`xml.dom` is no name"),
        ("OTHER = Registry('Größe')", "`Größe` is no name"),
        ("MODEL['a-b'] = 'app.Net'", "`a-b` is no name"),
        ("@MODEL.register(is_x=True)\nclass Two: ...", "registry `Model` has no extra field `is_x`"),
        ("@MODEL.register(name='Two')\nclass One: ...", "no extra field `name`; the class's own name counts"),
        ("class Own(Registry): ...\nOTHER = Own('Other')\nOTHER.register_module(Net, is_x=1)", "registry `Other` has"),
        ("import lib\nMODEL.match(lib)\n#- lib.py\nclass Größe: ...", ""),
        ("if flag():\n    @MODEL.register()\n    class Größe: ...", ""),
        (
            "from mmcv import Registry\nNETS = Registry('nets')\n@NETS.register(name='Größe')\nclass Two: ...",
            "",
        ),
        ("@MODEL.register('Two')\nclass One: ...", ""),
        ("OTHER = Registry('Other', extra_field=FIELDS)\nOTHER.register_module(Net, is_x=1)", ""),
    ],
)
def test_what_registries_refuse_keeps_a_file_from_being_imported(project: Make, body: str, reason: str) -> None:
    made = project(forms(f"@MODEL.register()\nclass Net: ...\n{body}\n"))
    fault = made.index.catalog.fault(made.path("app.py"))
    assert reason in fault.reason if reason and fault else (not reason and fault is None), fault


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ("class A: ...\ndef f(:\n    pass", "app.py: def f(:"),
        ("class A: ...\n<<<<<<< HEAD\n=======\n>>>>>>> x", "app.py: <<<<<<< HEAD"),
        ("import helper\n#- helper.py\nx = (", "helper.py: x = ("),
        ("class A: ...\nreturn 1", "app.py: return 1"),
        ("import helper\n#- helper.py\ndef f(a, a): ...", "helper.py: def f(a, a): ..."),
        ("from lib import one, two\n#- lib/__init__.py\n#- lib/two.py\nx = 1\n  y", "lib/two.py:   y"),
        ("import lib.one\n#- lib/__init__.py\nx =\n#- lib/one.py\n", "lib/__init__.py: x ="),
        ("import one\n#- one.py\nimport two\n#- two.py\nimport one\nx =", "two.py: x ="),
        ("try:\n    import helper\nexcept Exception: ...\n#- helper.py\nx =", ""),
        ("def f():\n    import helper\n#- helper.py\nx =", ""),
        ("#- other.py\nx =", ""),
    ],
)
def test_what_python_cannot_parse_keeps_a_file_from_being_imported(project: Make, files: str, place: str) -> None:
    made = project(forms(f"# .register\n{files}\n"))
    fault = made.index.catalog.fault(made.path("app.py"))
    assert (made.line(fault.at) if fault is not None else "") == place


def test_other_registry_types(project: Make) -> None:
    text = """
    from lib.hub import Catalogue
    MODEL = Catalogue("Model")
    @MODEL.register_module(name="Other")
    class A: ...
    @MODEL.register_module("Third")
    class B: ...
    MODEL.register_module(module=dict)
    register = MODEL.register(name="Fourth")
    @register
    class C: ...
    """
    names = ["Other", "Third", "Fourth"]
    assert project(text).names() == []
    assert project(text, registry_types=("Catalogue",)).names() == names
    assert project(text, registry_types=("lib.hub.Catalogue",)).names() == names
    assert project(text, registry_types=("other.hub.Catalogue",)).names() == []


def test_an_extra_field_called_name_is_no_new_name(project: Make) -> None:
    made = project("from excore import Registry\nM = Registry('Model', 'name')\n@M.register(name='x')\nclass A: ...\n")
    assert made.names() == ["A"]
    assert made.entry("A").extra == (("name", "'x'"),)


def test_merge(project: Make) -> None:
    made = project(
        """
        from excore import Registry
        A, B, C = Registry("A"), Registry("B"), Registry("C")
        C.merge(B)
        B.merge([A])
        @A.register()
        class One: ...
        @B.register()
        class Two: ...
        import torch.optim
        A.match(torch.optim)
        """
    )
    assert (made.names("A"), made.names("B"), made.names("C")) == (["One"], ["Two", "One"], ["Two", "One"])
    assert made.index.catalog.entries["C"]["One"].registry == "C"
    assert made.index.catalog.is_open("C")


def test_make_global_has_all_but_is_no_place_to_look_first(project: Make) -> None:
    made = project(
        """
        from excore import Registry
        A, HIDDEN = Registry("A"), Registry("__hidden")
        ALL = Registry.make_global()
        @A.register()
        class One: ...
        @HIDDEN.register()
        class Two: ...
        """
    )
    assert made.names("__global") == ["One"]
    assert [entry.registry for entry in made.index.catalog.by_name["One"]] == ["A"]
    assert made.index.catalog.find("Two") is None


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("import math\nMODEL.register_module(math)", ["math"]),
        ("import torch\nMODEL.register_module(torch)", ["torch"]),
        ("import torch as t\nMODEL.register_module(t)", ["torch"]),
        ("import torch.nn as nn\nMODEL.register_module(nn)", []),
        ("import tools\nMODEL.register_module(tools)", ["tools"]),
    ],
)
def test_modules(project: Make, lines: str, names: list[str]) -> None:
    made = project(f"#- app.py\n{forms(lines)}\n#- tools.py\nSIZE = 1\ndef helper(): ...\n")
    assert made.names() == names
    if names:
        assert made.entry(names[0]).kind == "module"
    if names == ["tools"]:
        assert [member.name for member in made.entry("tools").members] == ["SIZE", "helper"]


def test_hooks(project: Make) -> None:
    made = project(
        """
        from excore import ConfigArgumentHook, Registry
        HOOK = Registry("Hook")
        class Base(ConfigArgumentHook): ...
        @HOOK.register()
        class Plain(Base): ...
        @HOOK.register()
        class Own(Base):
            def __init__(self, node, enabled: bool, rate: float):
                super().__init__(node, enabled)
        @HOOK.register()
        class Build:
            __HookType__ = "pre_build"
        """
    )
    assert [made.entry(name).hook for name in ("Plain", "Own", "Build")] == ["argument", "argument", "config"]
    assert made.signature("Plain") == "enabled: bool = True <ConfigArgumentHook>"
    assert made.signature("Own") == "enabled: bool, rate: float"


def test_unregistered_and_subclasses_and_members_of_enums(project: Make) -> None:
    made = project(
        """
        #- app.py
        from excore import Registry
        from base import Base, Mode
        MODEL = Registry("Model")
        @MODEL.register()
        class A(Base):
            def __init__(self, mode: Mode): ...
        class Forgotten(A): ...
        #- base.py
        from enum import Enum
        class Base: ...
        class Mode(Enum):
            FAST = 1
            SLOW = 2
        def helper(): ...
        """
    )
    catalog = made.index.catalog
    assert sorted(catalog.unregistered) == ["Base", "Forgotten", "Mode", "helper"]
    assert catalog.unregistered["Base"].path == "base.Base"
    place = catalog.unregistered["helper"].location
    assert (place.path, place.line, place.column, place.end_column) == (made.path("base.py"), 5, 4, 10)
    assert [param.choices for param in catalog.entries["Model"]["A"].signature.params] == [("FAST", "SLOW")]
    assert catalog.subclasses["app.Forgotten"] == ("app.A", "base.Base")


@pytest.mark.parametrize(
    "copy", ["outputs/run-1/code/proj", "logs/proj", "a-run/proj", "2026-01-01/proj", "experiments/one/proj"]
)
def test_a_copy_that_a_run_kept_never_wins_over_the_package(project: Make, copy: str) -> None:
    source = (
        'from excore import Registry\nMODEL = Registry("Model")\n@MODEL.register()\nclass Net:\n'
        "    def __init__(self, {}=1): ...\n"
    )
    files = {
        f"{copy}/__init__.py": "",
        f"{copy}/m.py": source.format("old"),
        "proj/__init__.py": "",
        "proj/m.py": source.format("new"),
    }
    made = project("".join(f"#- {name}\n{text}\n" for name, text in files.items()))
    assert made.signature("Net") == "new = 1"
    assert made.at("Net") == "proj/m.py: Net"


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("def get(): return [MODEL][0]\n@get().register()\nclass Net: ...", "`@get().register()`"),
        ("class All:\n  MODEL = [MODEL][0]\n@All.MODEL.register()\nclass Net: ...", "`@All.MODEL.register()`"),
        ("ALL = {'a': MODEL}\n@ALL['a'].register()\nclass Net: ...", "`@ALL['a'].register()`"),
        ("@(lambda one: MODEL.register()(one))\nclass Net: ...", "`@lambda one: MODEL.register()(one)`"),
        ("def put(where, one): where.register_module(one)\nclass Net: ...\nput(MODEL, Net)", "(app.py:6)"),
        ("class Net: ...\nALL = []\nALL.append(Net)\nMODEL.register_all(ALL)", "(app.py:6)"),
        ("class Net: ...\nfor one in {'a': MODEL}.values():\n  one.register_module(Net)", "(app.py:6)"),
        ("class Net: ...\nALL = {}\nALL['Net'] = Net\nMODEL.update(ALL)", "(app.py:6)"),
        ("import functools\n@functools.total_ordering\nclass Net: ...", ""),
        ("if False:\n  @MODEL.register()\n  class Net: ...", ""),
        ("class Net: ...\ndef run(): train(Net)", ""),
    ],
)
def test_what_may_register_a_class_all_the_same(project: Make, text: str, doubt: str) -> None:
    made = project(f"#- app.py\nfrom excore import Registry\nMODEL = Registry('Model')\n\n{text}\n")
    assert made.index.catalog.unregistered["Net"].doubt.endswith(doubt)
    assert bool(made.index.catalog.unregistered["Net"].doubt) == bool(doubt)


@pytest.mark.parametrize(
    "text",
    [
        "def get(): return MODEL\n@get().register()\nclass Net: ...",
        "def get():\n  'Of all.'\n  return MODEL\nclass Net: ...\nget().register_module(Net)",
        "class All:\n  MODEL = MODEL\n@All.MODEL.register()\nclass Net: ...",
        "class All:\n  MODEL: Registry = MODEL\nclass Net: ...\nAll.MODEL.register_module(Net)",
    ],
)
def test_registries_that_functions_give_and_classes_keep(project: Make, text: str) -> None:
    made = project(f"#- app.py\nfrom excore import Registry\nMODEL = Registry('Model')\n{text}\n")
    assert made.names() == ["Net"]
    assert not made.index.catalog.is_open("Model")


@pytest.mark.parametrize(
    ("lines", "is_kept"),
    [
        (("one.mark = 1", "return one"), True),
        (("def run(*a, **k): return one(*a, **k)", "return run"), True),
        (("@wraps(one)", "def run(*a, **k): return one(*a, **k)", "return run"), True),
        (("OTHER.register_module(one)", "return one"), False),
        (("OTHER[one.__name__] = one", "return one"), False),
        (("@OTHER.register()", "@wraps(one)", "def run(*a, **k): return one(*a, **k)", "return run"), False),
        (("def run(*a, **k): return one(*a, **k)", "OTHER.register_module(run)", "return run"), False),
    ],
)
def test_what_a_decorator_may_register_elsewhere(project: Make, lines: tuple[str, ...], is_kept: bool) -> None:
    put = "def put(one):\n" + "".join(f"  {line}\n" for line in lines)
    head = (
        "from functools import wraps\nfrom excore import Registry\nMODEL, OTHER = Registry('Model'), Registry('Other')"
    )
    made = project(f"{head}\n{put}@MODEL.register()\n@put\ndef net(): ...")
    assert made.entry("net").doubt == ("" if is_kept else "put")


@pytest.mark.parametrize("text", ["class A:\n  X = B.X\nclass B:\n  X = A.X", "class A:\n  X = A.X\ndef f(): return f"])
def test_registries_that_lead_to_themselves(project: Make, text: str) -> None:
    made = project(f"from excore import Registry\nMODEL = Registry('Model')\n{text}\n@A.X.register()\nclass Net: ...")
    assert made.names() == []


def test_a_registry_that_may_exist_already(project: Make) -> None:
    made = project(
        """
        from excore import Registry
        ONE = Registry.get_registry("One") or Registry("One")
        TWO = Registry("Two") if ONE else None
        (THREE := Registry("Three"))
        @ONE.register()
        @TWO.register()
        @THREE.register()
        class A: ...
        """
    )
    assert [made.names(name) for name in ("One", "Two", "Three")] == [["A"], ["A"], ["A"]]


def test_nobody_is_told_of_what_is_being_typed(project: Make) -> None:
    text = forms("@MODEL.register()\nclass Net: ...\ndef f(:\n")
    made = project(text)
    path, index = made.path("app.py"), made.index
    on_disk = index.catalog
    assert on_disk.fault(path)
    typed = index.update({path: text})
    assert typed is not on_disk
    assert typed.fault(path) is None
    assert on_disk.fault(path)
    assert index.update({path: None}).fault(path)
    assert index.update({path: f"{text}pass"}).fault(path) is None


def test_all_that_take_one_name_are_known_until_one_is_forced(project: Make) -> None:
    one = "@MODEL.register({})\nclass A: ...\n"
    head = "from excore import Registry\nMODEL = Registry('Model')\n"
    again = project(head + one.format("") * 4).entry("A").registered_again
    assert [at.line for at in again] == [4, 6, 8]
    forced = project(head + one.format("") * 3 + one.format("force=True") + one.format("")).entry("A")
    assert forced.registered_again == ()


@pytest.mark.parametrize(
    "text",
    ["class Net[T](list): ...", "type Num = int", "def f(d): return f'{d['a']}'", "def f[T](d): return f'{d['a']}'"],
)
@pytest.mark.parametrize("packages", ["lib/python3.10", "lib/python3.99"])
def test_what_only_a_newer_python_parses_is_no_certain_fault(project: Make, text: str, packages: str) -> None:
    made = project(forms(f"{text}\n"), search_paths=(packages,))
    fault = made.index.catalog.fault(made.path("app.py"))
    assert fault is None if sys.version_info >= (3, 12) else fault is not None and not fault.certain
    made = project(forms("def f(:\n"), search_paths=(packages,))
    fault = made.index.catalog.fault(made.path("app.py"))
    assert fault is not None
    assert fault.certain == packages.endswith("10")
