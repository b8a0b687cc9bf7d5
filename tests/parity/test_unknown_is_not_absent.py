"""What is not understood of a constructor is at most a hint that says why; what is understood stays an error."""

from __future__ import annotations

import pytest

from kit import check_problems, path_of, world

HEAD = """
#- m.py
from dataclasses import dataclass
from typing import TypedDict
from excore import Registry
MODEL = Registry("Model")
def wrap(cls):
    class Wrapped(cls):
        def __init__(self, extra=0, **kw): ...
    return Wrapped
class Meta(type):
    def __call__(cls, *args, **kw): ...
class Base:
    def __init__(self, depth, width=1): ...
"""

CLASSES = {
    "decorator": "@wrap\nclass Net(Base): ...",
    "metaclass": "class Net(Base, metaclass=Meta): ...",
    "assigned": "class Net(Base):\n    __init__ = wrap(Base.__init__)",
    "changed": "class Net(Base):\n    def __init__(self, **kw):\n        wrap(kw)\n        super().__init__(**kw)",
}


@pytest.mark.parametrize("body", CLASSES.values(), ids=CLASSES.keys())
@pytest.mark.parametrize("arguments", ["", "extra = 1", "depth = 1", "other = 2"])
def test_neither_unknown_nor_missing(body: str, arguments: str) -> None:
    check_problems(f"{HEAD}\n{body}\nMODEL.register_module(Net)\n#- run.toml\n[Model.Net]\n{arguments}\n")


@pytest.mark.parametrize("kind", ["decorator", "metaclass", "changed"])
def test_a_near_miss_is_a_hint(kind: str) -> None:
    check_problems(
        f"{HEAD}\n{CLASSES[kind]}\nMODEL.register_module(Net)\n"
        "#- run.toml\n[Model.Net]\nwidht = 1\n^^^^^ hint unknown-parameter\n"
    )


def test_what_is_understood_stays_an_error() -> None:
    check_problems(
        f"{HEAD}\n@MODEL.register()\nclass Net(Base):\n    def __init__(self, **kw): super(Net, self).__init__(**kw)\n"
        "#- run.toml\n[Model.Net]\n#      ^^^ error missing-parameter\nother = 1\n^^^^^ error unknown-parameter\n"
    )


@pytest.mark.parametrize(
    ("kwargs", "mark"),
    [
        ("**kw: Unpack[Options]", "\n^^^ warning unknown-parameter"),
        ("depth=1, **kw: 'Unpack[Options]'", "\n^^^ warning unknown-parameter"),
        ("**kw: Unpack[Elsewhere]", ""),
        ("depth=1, **kw: Unpack[Elsewhere]", ""),
        ("**kw: int", ""),
    ],
)
def test_a_name_that_no_typed_dict_lists_is_a_warning(kwargs: str, mark: str) -> None:
    check_problems(
        f"{HEAD}\nfrom typing_extensions import Unpack\nclass Options(TypedDict):\n    name: str\n"
        f"@MODEL.register()\nclass Net:\n    def __init__(self, {kwargs}): ...\n"
        f"#- run.toml\n[Model.Net]\nnam = 'x'{mark}\n"
    )


@pytest.mark.parametrize(
    "config",
    [
        "[Model.Net]\n#      ^^^ warning missing-parameter\nname = 'x'\n",
        "[Model.Net]\n#      ^^^ warning missing-parameter\n",
        "[Model.Net]\nlrr = 0.1\n^^^ warning unknown-parameter\n",
        "[Model.Net]\nlr = 0.1\n",
        "[Model.Own]\nlr = 0.1\n",
        "[Model.User]\n!net = 'Net'\n#      ^^^^^ warning missing-parameter\n",
        "[Model.Loose]\n#      ^^^^^ warning missing-parameter\n",
    ],
)
def test_what_a_typed_dict_requires_is_a_warning(config: str) -> None:
    check_problems(
        f"""{HEAD}
from typing_extensions import NotRequired, Unpack
class Options(TypedDict):
    lr: float
    name: NotRequired[str]
@MODEL.register()
class Net:
    def __init__(self, **kwargs: Unpack[Options]): ...
@MODEL.register()
class Own:
    def __init__(self, lr=1, **kwargs: Unpack[Options]): ...
@MODEL.register()
class Loose:
    def __init__(self, **kwargs: Unpack[Options]):
        super().__init__(wrap(kwargs))
@MODEL.register()
class User:
    def __init__(self, net=None): ...
#- run.toml
{config}"""
    )


CONFLICT = """
#- m.py
from excore import Registry
MODEL = Registry("Model")
{}
@MODEL.register()
class Net:
    def __init__(self, depth=1): ...
{}
#- run.toml
[Model.Net]
#      ^^^ error unknown-class
depth = 1
"""


@pytest.mark.parametrize(
    "conflict",
    [
        "<<<<<<< HEAD\nSIZE = 1\n=======\nSIZE = 2\n>>>>>>> feature",
        "<<<<<<< HEAD\n||||||| merged common ancestors\nSIZE = 0\n=======\nSIZE = 2\n>>>>>>> feature",
        "<<<<<<< ours\ndef f(x):\n=======\ndef f(x, y):\n>>>>>>> theirs\n    return x",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_class_in_a_file_with_a_merge_conflict_cannot_be_imported(conflict: str, before: bool) -> None:
    check_problems(CONFLICT.format(*((conflict, "") if before else ("", conflict))))


def test_a_merge_conflict_within_a_class() -> None:
    conflict = "<<<<<<< HEAD\n    size = 1\n=======\n    size = 2\n>>>>>>> feature"
    check_problems(CONFLICT.format("", conflict))


@pytest.mark.parametrize(
    "config",
    [
        "<<<<<<< HEAD\n#^^^^^^^^^^^ error syntax\ndepth = 1\n=======\ndepth = 2\n>>>>>>> feature",
        "<<<<<<< HEAD\n#^^^^^^^^^^^ error syntax\n[Model.Other]\n=======\n!a = 'b'\n[Model.Net]\n>>>>>>> feature",
        "sizes = [\n<<<<<<< HEAD\n#^^^^^^^^^^^ error syntax\n1,\n||||||| 1\n=======\n2,\n>>>>>>> feature\n]",
    ],
)
def test_a_merge_conflict_in_a_config_is_one_problem(config: str) -> None:
    text = CONFLICT.format("", "").split("#- run.toml")[0]
    check_problems(f"{text}#- run.toml\n[Model.Net]\n{config.replace('#^^', '^^^')}\n")


def test_a_text_with_the_lines_of_a_conflict_is_a_text() -> None:
    text = CONFLICT.format("", "").replace("depth=1", "depth=''").split("#- run.toml")[0]
    check_problems(f'{text}#- run.toml\n[Model.Net]\ndepth = """\n<<<<<<< a\n=======\n>>>>>>> b\n"""\n')


@pytest.mark.parametrize(
    "config",
    [
        "[Model.Odd]\n#      ^^^ hint unknown-class",
        "[Model.User]\n!net = 'Odd'\n#       ^^^ hint unknown-class",
        "[Head.Both]\n#     ^^^^ hint unknown-class",
        "[Head.User]\n#     ^^^^ error unknown-class",
        "[Model.Left]\n#      ^^^^ error unknown-class",
        "[Model.Usr]\n#      ^^^ error unknown-class",
    ],
)
def test_a_class_that_something_may_register_is_a_hint(config: str) -> None:
    check_problems(
        f"""{HEAD}
ALL = {{"a": MODEL}}
@ALL["a"].register()
class Odd: ...
@ALL["a"].register()
@MODEL.register()
class Both: ...
class Left: ...
HEAD = Registry("Head")
@MODEL.register()
class User:
    def __init__(self, net=None): ...
#- run.toml
{config}
"""
    )


@pytest.mark.parametrize("name", ["ResNetVc1", "ResNetV1d_", "RseNetV1c"])
def test_a_slip_of_a_known_name_in_an_open_registry_is_a_warning(name: str) -> None:
    check_problems(
        f"""{HEAD}
import nowhere
MODEL.match(nowhere)
@MODEL.register()
class ResNetV1c: ...
@MODEL.register()
class ResNetV1d: ...
#- run.toml
[Model.{name}]
#      {"^" * len(name)} warning unknown-class
"""
    )


ATTRIBUTES = """
#- m.py
from functools import wraps
from excore import Registry
from excore.engine.hook import ConfigArgumentHook
MODEL, HOOK = Registry("Model"), Registry("Hook")
@MODEL.register()
class Net:
    stride = 2
    def __init__(self, act=None): self.act = act
Net.late = 1
def noted(one):
    one.mark = 1
    return one
def wrapped(one):
    @wraps(one)
    def run(*args, **kw): return one(*args, **kw)
    return run
@MODEL.register()
@noted
class Noted(Net): ...
@MODEL.register()
@noted
def make(**kw): return Net(**kw)
@MODEL.register()
@wrapped
def other(**kw): return Net(**kw)
@MODEL.register()
def items(): return [1]
@HOOK.register()
class Same(ConfigArgumentHook):
    def hook(self): return self.node()
@HOOK.register()
class First(ConfigArgumentHook):
    def hook(self): return self.node()[0]
#- run.toml
[Model.Net]
"""


@pytest.mark.parametrize(
    "argument",
    [
        '!act = "Noted.odd"\n#             ^^^ error unknown-attribute',
        '!act = "make.odd"\n#            ^^^ error unknown-attribute',
        '!act = "items.odd"\n#             ^^^ error unknown-attribute',
        '$act = "make.stride"\n#            ^^^^^^ error unknown-attribute',
        '!act = "make@Same.odd"\n#                 ^^^ error unknown-attribute',
        '$act = "Noted@Same@Same.act"\n#                       ^^^ error unknown-attribute',
        '!act = "Noted.mark"',
        '!act = "Noted.late"',
        '!act = "make.act"',
        '!act = "make.late"',
        '$act = "make.mark"',
        '$act = "make.__name__"',
        '!act = "items.append"',
        '!act = "other.odd"',
        '$act = "other.odd"',
        '!act = "make@First.odd"',
        '!act = "make@Same@First.odd"',
    ],
)
def test_attributes_that_are_surely_not_there(argument: str) -> None:
    """ATTR-3."""
    check_problems(ATTRIBUTES + argument + "\n")


MODULES = """
#- m.py
import netlib
from excore import Registry
MODULES, MODEL = Registry("module"), Registry("Model")
MODULES.register_module(netlib)
@MODEL.register()
class Net:
    def __init__(self, act=None): ...
#- netlib/__init__.py
from . import nn, lazy, made
from .nn import Act as act
VERSION = tuple("1.0")
#- netlib/nn/__init__.py
from .acts import *
from .shapes import Pool, crop as cut
for kind in "ab": last = kind
#- netlib/nn/acts.py
__all__ = ["ReLU", "Act"]
class ReLU: ...
class Act: ...
class Hidden: ...
#- netlib/nn/shapes.py
class Pool: ...
def crop(): ...
#- netlib/nn/more.py
#- netlib/lazy.py
def __getattr__(name): ...
class Known: ...
#- netlib/made.py
globals()["Odd"] = 1
#- netlib/open.py
from nowhere import *
#- run.toml
[Model.Net]
"""


@pytest.mark.parametrize(
    "argument",
    [
        '$act = "netlib.nn.RelU"\n#                 ^^^^ warning unknown-attribute',
        '!act = "netlib.nn.Foo"\n#                 ^^^ warning unknown-attribute',
        '!act = "netlib.nm.ReLU"\n#              ^^ warning unknown-attribute',
        '$act = "netlib.nn.Hidden"\n#                 ^^^^^^ warning unknown-attribute',
        '$act = "netlib.nn.ReLU"',
        '!act = "netlib.nn.Pool"',
        '!act = "netlib.nn.cut"',
        '!act = "netlib.nn.last"',
        '!act = "netlib.nn.more"',
        '$act = "netlib.act"',
        '$act = "netlib.VERSION"',
        '$act = "netlib.nn._odd"',
        '$act = "netlib.lazy.Knwon"',
        '$act = "netlib.made.Od"',
        '$act = "netlib.open.Any"',
        '$act = "netlib.nn.ReLU.any"',
    ],
)
def test_what_a_module_surely_lacks_is_a_warning(argument: str) -> None:
    check_problems(MODULES + argument + "\n")


MISUSED = """
#- m.py
from excore import Registry
MODEL = Registry("Model")
@MODEL.register()
class Net:
    def __init__(self, a, /, b=1): ...
@MODEL.register()
class Rest:
    def __init__(self, a, /, b=1, **kw): ...
@MODEL.register()
class Other:
    def __init__(self, net=None): ...
#- {name}
{text}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Model = ['Other']", "`Model` is a field: it holds module tables, not a value"),
        ("Model = 'Other'", "`Model` is a field: it holds module tables, not a value"),
        ("[[Model]]\nnet = 1", "not an array of tables; write `[Model.ModuleName]`"),
        ("[Model.Net]\nb = 1", "does not give `a`, which `Net` requires by position: no config can give it"),
        ("[Model.Net]\na = 1", "`a` of `Net` cannot be given by a config"),
        ("[Model.Rest]\na = 1", "which `Rest` requires by position: no config can give it"),
        ("[Model.Other]\n!net = 'Nets'", "no class `Nets` in any registry, for `net` of `[Model.Other]`"),
        ("[Model.Other]\n@net = {{a = 'Nets'}}", "no class `Nets` in any registry, for `net` of `[Model.Other]`"),
    ],
)
@pytest.mark.parametrize("name", ["run.toml", "RUN.TOML"])
def test_one_message_says_what_is_misused(name: str, text: str, message: str) -> None:
    here = world(MISUSED.format(name=name, text=text.format()))
    (told,) = here.snapshot.diagnostics(path_of(name))
    assert told.severity == "error"
    assert message in told.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Model = 3", True),
        ("lr = 1\nModel = ['b', 'c']", True),
        ("Model = true", True),
        ("model = 3", False),
        ("Head = 3", False),
    ],
)
def test_a_value_for_a_field_that_the_project_file_declares_is_told(text: str, told: bool) -> None:
    declared = '#- .excore.toml\nregistries = ["*Model", "Head"]\n'
    here = world(f"{declared}{MISUSED.format(name='run.toml', text=text)}")
    found = [item.code for item in here.snapshot.diagnostics(path_of("run.toml"))]
    assert found == ["invalid-header"] * told


@pytest.mark.parametrize("text", ["Model = 3", "model = 'Other'", "[[Models]]\nnet = 1", "Model = ['b', 'c']"])
def test_other_values_are_no_configs(text: str) -> None:
    here = world(MISUSED.format(name="run.toml", text=text))
    assert here.snapshot.diagnostics(path_of("run.toml")) == ()
