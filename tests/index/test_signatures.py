"""What a class or function takes, over classes and files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

from excore.index import documented

Make = Callable[..., Project]

HEAD = """
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import ClassVar, Generic, NamedTuple, TypedDict, TypeVar
import dataclasses, typing, attr, attrs
from enum import Enum
from attr import attrib
from pydantic import BaseModel, Field
from torch import nn
from excore import Registry
MODEL = Registry("Model")
"""


def model(project: Make, body: str) -> str:
    """The signature of the class or function A that ``body`` defines."""
    return project(f"{HEAD}\n{body}\nMODEL.register_module(A)\n").signature("A")


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("class A:\n  def __init__(self, a, b: int = 1, *c, d, e='x', **f): ...", "a, b: int = 1, *c, d, e = 'x', **f"),
        ("class A:\n  def __init__(self, a, /, b, *, c): ...", "a, b, *, c"),
        ("class A: ...", ""),
        ("class A:\n  def __new__(cls, a=1): ...", "a = 1"),
        ("class A:\n  def __new__(cls, a): ...\n  def __init__(self, b): ...", "b"),
        ("class A:\n  @deco\n  def __init__(self, a): ...", "a = ..., ..."),
        ("import torch\nclass A:\n  @torch.no_grad()\n  def __init__(self, a): ...", "a"),
        ("def A(a: 'int', b: \"list[str]\" = ()): ...", "a: int, b: list[str] = ()"),
        ("async def A(a): ...", "a"),
        ("class B:\n  def __init__(self, a): ...\nclass A(B): ...", "a <B>"),
        ("class B:\n  def __init__(self, a): ...\nclass A(B, Generic[T]): ...", "a <B>"),
        ("class B(Generic[T]):\n  def __init__(self, a): ...\nclass A(B[int]): ...", "a <B>"),
        ("class A(nn.Module): ...", "..."),
        ("class A(nn.Module):\n  def __init__(self, a): super().__init__()", "a"),
        ("class A(make()): ...", "..."),
        ("class A(Exception): ...", "..."),
        ("class A(object): ...", ""),
        ("class A(A): ...", "..."),
        (
            "class A:\n  if X:\n    def __init__(self, a): ...\n  else:\n    def __init__(self, b): ...",
            "a = ..., b = ...",
        ),
        (
            "class A:\n  @typing.overload\n  def __init__(self, a: int): ...\n  def __init__(self, a): ...",
            "a",
        ),
        ("class A:\n  def __init__(self, a=dict(\n     x=1,\n     y=2)): ...", "a = dict(x=1, y=2)"),
    ],
)
def test_constructors(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


BASE = "class B:\n  def __init__(self, a, b: int = 2, *, c=3): ...\n"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            BASE + "class A(B):\n  def __init__(self, x, **kw): super().__init__(**kw)",
            "x, *, a <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        (
            BASE + "class A(B):\n  def __init__(self, x, **kw): super().__init__(x, c=1, **kw)",
            "x, *, b: int = 2 <B>",
        ),
        (
            BASE + "class A(B):\n  def __init__(self, a, **kw): B.__init__(self, a, **kw)",
            "a, *, b: int = 2 <B>, c = 3 <B>",
        ),
        (
            BASE + "class A(B):\n  def __init__(self, *x, **kw): super(A, self).__init__(*x, **kw)",
            "*x, a <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        (BASE + "class A:\n  def __init__(self, **kw): self.b = B(1, **kw)", "*, b: int = 2 <B>, c = 3 <B>"),
        (BASE + "class A:\n  def __init__(self, **kw): self.set(**kw)\n  def set(self, y=1): ...", "*, y = 1"),
        (BASE + "class A:\n  def __init__(self, **kw): self.kw = kw", "**kw, ..."),
        (BASE + "class A:\n  def __init__(self, **kw): self.kw = dict(**kw)", "**kw, ..."),
        (BASE + "class A:\n  def __init__(self, **kw): ...", "**kw"),
        (BASE + "class A(nn.Module):\n  def __init__(self, x, **kw): super().__init__(**kw)", "x, **kw, ..."),
        (
            BASE + "class A(B):\n  def __init__(self, **kw):\n    self.y = kw.pop('y', 5)\n    super().__init__(**kw)",
            "*, y = 5, a <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        (
            BASE + "class A(B):\n  def __init__(self, **kw):\n    kw.setdefault('a', 9)\n    super().__init__(**kw)",
            "*, a = 9 <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        (
            BASE + "class A(B):\n  def __init__(self, **kw):\n    kw['a'] = 9\n    super().__init__(**kw)",
            "*, a = ... <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        (
            BASE + "class A(B):\n  def __init__(self, **kw): super().__init__(*self.x, **kw)",
            "*, a = ... <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        (
            BASE + "class C:\n  def __init__(self, c, d): ...\n"
            "class A:\n  def __init__(self, **kw): self.b = B(**kw) if x else C(**kw)",
            "*, a = ... <B>, b: int = 2 <B>, c = 3 <B>, d = ... <C>",
        ),
        (BASE + "def A(x, **kw): return B(x, **kw)", "x, *, b: int = 2 <B>, c = 3 <B>"),
        (
            BASE + "def f(y, **kw): return B(**kw)\ndef A(**kw): return f(**kw)",
            "*, y <f>, a <B>, b: int = 2 <B>, c = 3 <B>",
        ),
        ("class A:\n  def __init__(self, **kw): A(**kw)", "**kw, ..."),
        ("def A(**kw): return A(**kw)", "**kw, ..."),
        ("def A(**kw): return f(**kw)\ndef f(**kw): return A(**kw)", "**kw, ..."),
    ],
)
def test_forwarded_keywords(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


def test_cooperative_constructors_follow_the_resolution_order(project: Make) -> None:
    body = """
class Root:
  def __init__(self, root=0): ...
class Left(Root):
  def __init__(self, left=1, **kw): super().__init__(**kw)
class Right(Root):
  def __init__(self, right=2, **kw): super().__init__(**kw)
class A(Left, Right):
  def __init__(self, own, **kw): super().__init__(**kw)
"""
    assert model(project, body) == "own, *, left = 1 <Left>, right = 2 <Right>, root = 0 <Root>"
    made = project(f"{HEAD}\n{body}\nMODEL.register_module(A)\n")
    assert made.entry("A").bases == ("app.A", "app.Left", "app.Right", "app.Root")


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("@dataclass\nclass A:\n  a: int\n  b: str = 'x'\n  c = 3", "a: int, b: str = 'x'"),
        ("@dataclasses.dataclass(frozen=True)\nclass A:\n  a: int", "a: int"),
        ("@dataclass(init=False)\nclass A:\n  a: int", ""),
        ("@dataclass\nclass A:\n  a: int\n  def __init__(self, z): ...", "z"),
        (
            "@dataclass\nclass A:\n  a: list[int] = field(default_factory=list)\n  b: int = field(default=2)\n"
            "  c: int = field(init=False)\n  d: int = field(kw_only=True)\n  e: int = field(default_factory=lambda: 4)",
            "a: list[int] = [], b: int = 2, e: int = 4, *, d: int",
        ),
        ("@dataclass(kw_only=True)\nclass A:\n  a: int", "*, a: int"),
        ("@dataclass\nclass A:\n  a: int\n  _: KW_ONLY\n  b: int", "a: int, *, b: int"),
        ("@dataclass\nclass A:\n  a: InitVar[int]\n  b: ClassVar[int] = 1\n  c: 'ClassVar[int]' = 2", "a: int"),
        (
            "@dataclass\nclass B:\n  a: int\n  b: int = 1\n@dataclass\nclass A(B):\n  c: int = 2\n  a: str = ''",
            "a: str = '', b: int = 1 <B>, c: int = 2",
        ),
        ("@dataclass\nclass B:\n  a: int\nclass A(B): ...", "a: int <B>"),
        ("class B:\n  a: int\n@dataclass\nclass A(B):\n  b: int", "b: int"),
        ("@attr.s\nclass A:\n  _a = attr.ib()\n  b = attrib(default=1)\n  c = 3", "a, b = 1"),
        ("@attrs.define\nclass A:\n  a: int\n  b: list = attrs.field(factory=list)", "a: int, b: list = []"),
        ("@attr.s(auto_attribs=True)\nclass A:\n  a: int = 1", "a: int = 1"),
        ("import pydantic.dataclasses as p\n@p.dataclass\nclass A:\n  a: int = 1", "a: int = 1, ..."),
        ("@attr.s\nclass A:\n  a = attr.ib(default=1, alias='b')", "b = 1"),
        ("@attr.s\nclass A:\n  a = attr.ib()\n  @a.default\n  def first(self): ...", "a = self.first()"),
        ("class A(NamedTuple):\n  a: int\n  b: int = 2", "a: int, b: int = 2"),
        ("class A(TypedDict):\n  a: int", "*, a: int = ..., ..."),
        ("class A(TypedDict, total=False):\n  a: int", "*, a: int = ..., ..."),
        (
            "class A(BaseModel):\n  model_config = {}\n"
            "  a: int\n  b: str = Field('x', min_length=1)\n  c: int = Field(...)",
            "*, a: int, b: str = 'x', c: int, ...",
        ),
        ("class A(BaseModel, extra='forbid'):\n  a: int = Field(1, alias='b')\n  _c: int = 1", "*, b: int = 1"),
        (
            "class A(BaseModel, extra='forbid'):\n  a: Annotated[int, Field(default=1)]\n  b: int = 1",
            "*, a: int = ..., b: int = 1, ...",
        ),
        (
            "class A(BaseModel, extra='forbid'):\n  a: int = Field(1, validation_alias=AliasChoices('b', 'c'))",
            "*, a: int = 1, ...",
        ),
        ("class A(BaseModel):\n  model_config = dict(extra='allow')\n  a: int", "*, a: int, ..."),
        ("class A(Enum):\n  X = 1", "value"),
    ],
)
def test_generated_constructors(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


FILES = """
    #- src/__init__.py
    from excore import Registry
    MODEL = Registry("Model")
    #- src/base.py
    from typing import Optional, Union
    import numpy as np
    Size = Union[int, tuple[int, int]]
    class Base:
        def __init__(self, size: Size, array: Optional[np.ndarray] = None, **kw):
            self.deep = Deep(**kw)
    class Deep:
        def __init__(self, depth: int = 1): ...
    #- src/kinds.py
    from enum import Enum
    class Norm(Enum):
        BN = "bn"
        GN = "gn"
        @property
        def short(self): ...
    #- src/net.py
    import typing as t
    from src import MODEL, base, kinds
    from src.base import Base as Parent
    from .kinds import Norm as N
    from torch.nn import Module as M
    import torch.nn as nn
    @MODEL.register()
    class Net(Parent):
        def __init__(self, norm: N, mode: t.Literal["a", "b", 1] = "a", other: "t.Optional[kinds.Norm]" = None,
                     m: M = None, k: nn.Conv2d = None, **kw):
            super().__init__(**kw)
"""


def test_annotations_are_followed_over_files(project: Make) -> None:
    made = project(FILES)
    assert made.signature("Net") == (
        'norm: Norm, mode: Literal["a", "b", 1] = "a", other: Optional[Norm] = None, m: Module = None, '
        "k: torch.nn.Conv2d = None, *, size: Union[int, tuple[int, int]] <Base>, "
        "array: Optional[numpy.ndarray] = None <Base>, depth: int = 1 <Deep>"
    )
    choices = [param.choices for param in made.entry("Net").signature.params[:3]]
    assert choices == [("bn", "gn"), ("a", "b", 1), ("bn", "gn")]
    size = made.entry("Net").signature.get("size")
    assert size is not None
    assert size.location is not None
    assert size.location.path == made.path("src/base.py")
    assert size.owner == "src.base.Base"


def test_members_of_enums_are_given_by_their_texts(project: Make) -> None:
    made = project("""
        #- net.py
        import enum
        from enum import Enum, auto
        from excore import Registry
        MODEL = Registry("Model")
        class Norm(Enum):
            BATCH = "bn"
            GROUP = "group"
            NONE = None
        class Level(enum.IntEnum):
            LOW = 1
        class Mode(enum.StrEnum):
            FAST = auto()
        @MODEL.register()
        class Net:
            def __init__(self, norm: Norm, level: Level, mode: Mode): ...
    """)
    choices = [param.choices for param in made.entry("Net").signature.params]
    assert choices == [("bn", "group", "BATCH", "NONE"), ("LOW",), ("fast",)]


def test_members(project: Make) -> None:
    made = project(
        """
        from functools import cached_property
        from excore import Registry
        MODEL = Registry("Model")
        class Base:
            shared = 1
            note: str
            def run(self): "Runs."
            def hidden(self): ...
        @MODEL.register()
        class A(Base):
            one, (two,) = 1, (2,)
            from os import sep as separator
            class Inner: ...
            def __init__(self, x):
                self.x: int = x
                if x:
                    self.y, self.z = x
                for self.each in x: ...
                with open(x) as (self.file, [self.line, *self.lines]): ...
                def later(): self.inner = 1
                other.foreign = 1
            @property
            def size(self) -> int: ...
            @cached_property
            def late(self): ...
            @classmethod
            def load(cls): ...
            @staticmethod
            def make(): ...
            @size.setter
            def size(self, value): ...
            hidden = None
        """
    )
    entry = made.entry("A")
    shown = [f"{m.name}:{m.kind}{'' if m.instance else ' of the class'}" for m in entry.members]
    assert shown == [
        "one:attribute of the class",
        "two:attribute of the class",
        "separator:attribute of the class",
        "Inner:attribute of the class",
        "hidden:attribute of the class",
        "size:property",
        "late:property",
        "load:classmethod of the class",
        "make:staticmethod of the class",
        "x:attribute",
        "y:attribute",
        "z:attribute",
        "each:attribute",
        "file:attribute",
        "line:attribute",
        "lines:attribute",
        "inner:attribute",
        "shared:attribute of the class",
        "note:attribute",
        "run:method",
    ]
    assert entry.members_complete
    by_name = {member.name: member for member in entry.members}
    assert (by_name["run"].doc, by_name["size"].annotation, by_name["x"].annotation) == ("Runs.", "int", "int")
    assert by_name["y"].location is not None
    assert (by_name["y"].location.line, by_name["y"].location.column) == (16, 17)


@pytest.mark.parametrize(
    "body", ["fill(self)", "same = self", "self.fill(1)", "print(self)", "super(A, self).__init__()"]
)
def test_members_that_a_function_sets_may_be_more(project: Make, body: str) -> None:
    made = project(f"{HEAD}\n@MODEL.register()\nclass A:\n  def __init__(self): {body}\n")
    assert made.entry("A").members_complete is (body not in ("fill(self)", "same = self"))


def test_members_below_an_unknown_base_may_be_more(project: Make) -> None:
    made = project(f"{HEAD}\n@MODEL.register()\nclass A(nn.Module):\n  def __init__(self): self.a = 1\n")
    entry = made.entry("A")
    assert (entry.bases, entry.bases_complete, entry.members_complete) == (("app.A", "torch.nn.Module"), False, False)
    assert [member.name for member in entry.members] == ["a"]


def test_a_function_has_the_bases_of_what_it_returns(project: Make) -> None:
    made = project(f"{HEAD}\nclass B: ...\nclass C(B): ...\n@MODEL.register()\ndef make() -> C: ...\n")
    assert (made.entry("make").bases, made.entry("make").signature.returns) == (("app.C", "app.B"), "C")


@pytest.mark.parametrize(
    "doc",
    [
        "Does.\n\n    Args:\n        a (int): The a,\n            long.\n        b: The b.\n    ",
        "Does.\n\n    Parameters\n    ----------\n"
        "    a : int\n        The a,\n        long.\n    b\n        The b.\n    ",
        "Does.\n\n    :param a: The a,\n        long.\n    :param int b: The b.\n    ",
    ],
    ids=["google", "numpy", "sphinx"],
)
@pytest.mark.parametrize("place", ["class", "init", "base"])
def test_parameter_docs(project: Make, doc: str, place: str) -> None:
    text = f'    """{doc}"""\n'
    bodies = {
        "class": f"class A:\n{text}    def __init__(self, a, b): ...\n",
        "init": f'class A:\n  "Own."\n  def __init__(self, a, b):\n{text}',
        "base": f"class B:\n{text}    def __init__(self, a, b): ...\n"
        "class A(B):\n  def __init__(self, **kw): super().__init__(**kw)\n",
    }
    made = project(f"{HEAD}\n{bodies[place]}\nMODEL.register_module(A)\n")
    entry = made.entry("A")
    assert all(param.doc == "" for param in entry.signature.params)
    full = documented(entry)
    assert [param.doc for param in full.signature.params] == ["The a, long.", "The b."]
    assert documented(full) is full


def test_entry_docs_are_cleaned(project: Make) -> None:
    made = project(f'{HEAD}\n@MODEL.register()\nclass A:\n    """First\n    line.\n\n      More.\n    """\n')
    assert (made.entry("A").doc, made.entry("A").summary) == ("First\nline.\n\n  More.", "First line.")


@pytest.mark.parametrize(
    "lines",
    [
        "type Num = int | float\n@MODEL.register()\nclass A[T]:\n    INIT",
        "@MODEL.register()\nclass A[T: (int, float), *Ts]:\n    INIT",
        "type Pair[T] = tuple[T, T]\n@MODEL.register()\nclass A[T: list[int]](object):\n    INIT",
        "@MODEL.register()\nclass A:\n    def __init__[S](self, depth: int = 1): ...",
        "@MODEL.register()\ndef A[T](depth: int = 1) -> T: ...",
    ],
)
def test_syntax_newer_than_the_python_that_reads(project: Callable[..., Project], lines: str) -> None:
    lines = lines.replace("INIT", "def __init__(self, depth: int = 1): ...")
    made = project(f'#- app.py\nfrom excore import Registry\nMODEL = Registry("Model")\n{lines}\n')
    assert made.signature("A") == "depth: int = 1"
    assert made.at("A") == "app.py: A"
