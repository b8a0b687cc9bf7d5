"""What is not understood of a constructor is at most a hint that says why; what is understood stays an error."""

from __future__ import annotations

import pytest

from kit import check_problems

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
