"""What reading does not understand of a constructor: more may be taken, nothing more is said to be required."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

Make = Callable[..., Project]

HEAD = """
from excore import Registry
MODEL = Registry("Model")
class Net:
  def __init__(self, a, b=2): ...
"""


def model(project: Make, body: str) -> str:
    """The signature of the class or function A that ``body`` defines."""
    return project(f"{HEAD}\n{body}\nMODEL.register_module(A)\n").signature("A")


def function(*lines: str) -> str:
    """A function A with these lines."""
    return "def A(**kw):\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (function("if 'x' in kw: kw.pop('x')", "return Net(**kw)"), "*, x = ..., a <Net>, b = 2 <Net>"),
        (function("y = kw.pop('x') if z else 1", "return Net(**kw)"), "*, x = ..., a <Net>, b = 2 <Net>"),
        (function("y = z and kw.pop('x')", "return Net(**kw)"), "*, x = ..., a <Net>, b = 2 <Net>"),
        (function("for n in (): kw.pop('x')", "return Net(**kw)"), "*, x = ..., a <Net>, b = 2 <Net>"),
        (function("if z: return None", "kw.pop('x')", "return 1"), "*, x = ..., **kw"),
        (function("del kw['x']", "return Net(**kw)"), "*, x = ..., a <Net>, b = 2 <Net>"),
        (function("with z: kw.pop('x')", "return Net(**kw)"), "*, x, a <Net>, b = 2 <Net>"),
        (function("if not z: raise E", "kw.pop('x')", "return Net(**kw)"), "*, x, a <Net>, b = 2 <Net>"),
        (function("kw.pop('x', 1)", "kw.pop('x', 2)", "return Net(**kw)"), "*, x = 1, a <Net>, b = 2 <Net>"),
    ],
)
def test_what_is_taken_under_a_condition_is_not_required(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (function("kw['a'] = 1", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("kw.update(a=1)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("kw.update(z)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("fill(kw)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (function("kw = dict(kw, a=1)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("kw = {**kw, 'a': 1}", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("kw |= z", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("other = kw.copy()", "other['a'] = 1", "return Net(**other)"), "*, a = ... <Net>, b = 2 <Net>"),
        (
            function("y = kw.pop('x')", "fill(kw)", "return Net(**kw)"),
            "*, x = ..., a = ... <Net>, b = 2 <Net>, **kw, ...",
        ),
        (function("return Net(**{'a': 1, **kw})"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("return Net(**z, **kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("return Net(**dict(z, **kw))"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("return Net(**(z | kw))"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("all = dict(a=1)", "all.update(kw)", "return Net(**all)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("all = {}", "if z: all.update(kw)", "return Net(**all)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("all = kw", "return Net(1, **all)"), "*, b = 2 <Net>"),
        (function("all = kw", "all = z", "return Net(**all)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (
            function("try:", "  return Net(**kw)", "except TypeError: return 1"),
            "*, a = ... <Net>, b = 2 <Net>, **kw, ...",
        ),
        (function("try:", "  return Net(**kw)", "except TypeError as e: raise z from e"), "*, a <Net>, b = 2 <Net>"),
    ],
)
def test_what_is_changed_before_it_is_passed_on_is_not_required(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (function("if z: return Net(**kw)", "return None"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("if z:", "  n = Net(**kw)", "return n"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("return Net(**kw) if z else None"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("return lambda: Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>"),
        (function("if z: return Net(**kw)", "return Net(b=1, **kw)"), "*, a <Net>, b = 2 <Net>"),
        (function("try: return Net(**kw)", "except E: raise"), "*, a <Net>, b = 2 <Net>"),
        (function("with z:", "  return Net(**kw)"), "*, a <Net>, b = 2 <Net>"),
    ],
)
def test_what_only_some_calls_need_is_not_required(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


REST = "def make(w, p, *args, **kw): return Net(*args, **kw)\n"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (REST + "def A(w=1, **kw): return make(w, 2, 3, **kw)", "w = 1, *, b = 2 <Net>"),
        (REST + "def A(**kw): return make(1, 2, 3, 4, **kw)", ""),
        (REST + "def A(**kw): return make(1, 2, **kw)", "*, a <Net>, b = 2 <Net>"),
        (REST + "def A(*args, **kw): return make(1, *args, **kw)", "*args, p <make>, a <Net>, b = 2 <Net>"),
        (REST + "def B(*r, **kw): return make(*r, **kw)\ndef A(**kw): return B(1, 2, 3, **kw)", "*, b = 2 <Net>"),
        (
            "class B(Net):\n  def __init__(self, x, *r, **kw): super().__init__(*r, **kw)\n"
            "class A(B):\n  def __init__(self, **kw): super().__init__(1, 2, **kw)",
            "*, b = 2 <Net>",
        ),
        (REST + "def A(**kw): return make(1, *z, **kw)", "*, p = ... <make>, a = ... <Net>, b = 2 <Net>"),
        (
            "def B(*r, **kw):\n  r = r[1:]\n  return Net(*r, **kw)\ndef A(**kw): return B(1, **kw)",
            "*, a = ... <Net>, b = 2 <Net>",
        ),
    ],
)
def test_arguments_without_names_fill_what_they_are_handed_to(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


CHAIN = """
class Root:
  def __init__(self, r=0): ...
class Mid(Root):
  def __init__(self, m, **kw): super().__init__(**kw)
class Low(Mid):
  def __init__(self, l=1, **kw): super().__init__(**kw)
"""


@pytest.mark.parametrize(
    ("call", "signature"),
    [
        ("super(Mid, self).__init__(**kw)", "*, r = 0 <Root>"),
        ("super(Low, self).__init__(**kw)", "*, m <Mid>, r = 0 <Root>"),
        ("super(A, self).__init__(**kw)", "*, l = 1 <Low>, m <Mid>, r = 0 <Root>"),
        ("super(__class__, self).__init__(**kw)", "*, l = 1 <Low>, m <Mid>, r = 0 <Root>"),
        ("super(Root, self).__init__(**kw)", ""),
        ("super(other(), self).__init__(**kw)", "**kw, ..."),
        ("super(Net, self).__init__(**kw)", "**kw, ..."),
    ],
)
def test_super_starts_after_the_class_it_names(project: Make, call: str, signature: str) -> None:
    assert model(project, f"{CHAIN}\nclass A(Low):\n  def __init__(self, **kw): {call}") == signature


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("def A(Net, **kw): return Net(**kw)", "Net, **kw, ..."),
        (function("Net = z", "return Net(**kw)"), "**kw, ..."),
        (
            "class B:\n  def __init__(self, **kw): self.set(**kw)\n  def set(self, x): ...\n"
            "class A(B):\n  def set(self, y=1): ...",
            "**kw, ...",
        ),
    ],
)
def test_calls_of_what_is_bound_elsewhere_are_not_followed(project: Make, body: str, signature: str) -> None:
    assert model(project, body).replace(" <B>", "") == signature


WRAP = (
    "def wrap(cls):\n  class W(cls):\n    def __init__(self, *r, x=0, **kw): super().__init__(*r, **kw)\n  return W\n"
)
SAME = "def mark(cls):\n  cls.marked = True\n  return cls\n"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (WRAP + "@wrap\nclass A(Net): ...", "a = ... <Net>, b = 2 <Net>, ..."),
        (WRAP + "@wrap\nclass A:\n  def __init__(self, c): ...", "c = ..., ..."),
        ("@elsewhere.wrap\nclass A(Net): ...", "a = ... <Net>, b = 2 <Net>, ..."),
        (WRAP + "@wrap\nclass B(Net): ...\nclass A(B):\n  def __init__(self, c): ...", "c"),
        (WRAP + "@wrap\nclass B(Net): ...\nclass A(B): ...", "a = ... <Net>, b = 2 <Net>, ..."),
        (
            "def patch(cls):\n  cls.__init__ = z\n  return cls\n@patch\nclass A(Net): ...",
            "a = ... <Net>, b = 2 <Net>, ...",
        ),
        (
            "def d(fn):\n  def run(self, **kw): return fn(self, **kw)\n  return run\n"
            "class A:\n  @d\n  def __init__(self, c): ...",
            "c",
        ),
        (SAME + "@mark\nclass A(Net): ...", "a <Net>, b = 2 <Net>"),
        (SAME + "def both(cls): return mark(cls)\n@both\nclass A(Net): ...", "a <Net>, b = 2 <Net>"),
        (
            "def named(n):\n  def put(cls):\n    z[n] = cls\n    return cls\n  return put\n"
            "@named('x')\nclass A(Net): ...",
            "a <Net>, b = 2 <Net>",
        ),
        (
            "def named(cls=None, n=''):\n  def put(cls): return cls\n  if cls is None: return put\n  return put(cls)\n"
            "@named\n@named(n='x')\nclass A(Net): ...",
            "a <Net>, b = 2 <Net>",
        ),
        ("@elsewhere.register_net('x')\nclass A(Net): ...", "a <Net>, b = 2 <Net>"),
    ],
)
def test_decorators(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


@pytest.mark.parametrize(
    ("lines", "signature"),
    [
        (("return fn(*args, **kw)",), "a, b = 1"),
        (("log(**kw)", "for k in kw: print(k)", "if 'x' in kw: z()", "return fn(*args, **kw)"), "a, b = 1"),
        (("with z():", "  return fn(*args, **kw)"), "a, b = 1"),
        (("own = {k: v for k, v in kw.items() if k != 'x'}", "return fn(*args, **own)"), "a, b = 1, ..."),
        (("own = {k: v for k, v in kw.items() if z}", "own['a'] = 1", "fn(*args, **own)"), "a = ..., b = 1, ..."),
        (("own = {k: 1 for k, v in kw.items()}", "return fn(*args, **own)"), "a = ..., b = 1, ..."),
        (("kw.setdefault('a', 1)", "return fn(*args, **kw)"), "*args <wrap>, a = 1, b = 1"),
        (("kw.pop('z', 0)", "return fn(*args, **kw)"), "*args <wrap>, z = 0 <wrap>, a, b = 1"),
        (("kw = fill(kw)", "return fn(*args, **kw)"), "a = ..., b = 1, ..."),
        (("fill(kw)", "return fn(*args, **kw)"), "a = ..., b = 1, ..."),
        (("args = args[1:]", "return fn(*args, **kw)"), "*args <wrap>, a = ..., b = 1"),
        (("if z:", "  return fn(*args, **kw)"), "a = ..., b = 1, ..."),
        (("return fn(1, *args, **kw)",), "*args <wrap>, b = 1"),
        (("return fn(*args, a=1, **kw)",), "*args <wrap>, b = 1"),
        (("fn = other", "return fn(*args, **kw)"), "a = ..., b = 1, ..."),
    ],
)
def test_wrappers(project: Make, lines: tuple[str, ...], signature: str) -> None:
    wrapper = "def wrap(fn):\n  def run(*args, **kw):\n" + "".join(f"    {line}\n" for line in lines) + "  return run\n"
    assert model(project, f"{wrapper}@wrap\ndef A(a, b=1): ...") == signature
    method = wrapper.replace("run(*", "run(self, *").replace("fn(*", "fn(self, *").replace("fn(1", "fn(self, 1")
    assert model(project, f"{method}class A:\n  @wrap\n  def __init__(self, a, b=1): ...") == signature


@pytest.mark.parametrize(
    ("lines", "signature"),
    [
        (("inspect.getattr_static(cls, 'f')", "typing.get_type_hints(cls)"), "c"),
        (("register_node(cls)",), "c"),
        (("def check(one): return hasattr(one, 'x')", "check(cls)"), "c"),
        (("def check(one): dataclass_like(one)", "check(cls)"), "c = ..., ..."),
        (("patch(cls)",), "c = ..., ..."),
        (("def change(one): one.__init__ = z", "change(cls)"), "c = ..., ..."),
    ],
)
def test_what_bases_do_with_subclasses(project: Make, lines: tuple[str, ...], signature: str) -> None:
    body = "".join(f"    {line}\n" for line in lines)
    base = f"import inspect, typing\nclass Base:\n  def __init_subclass__(cls, **kw):\n{body}"
    assert model(project, f"{base}class A(Base):\n  def __init__(self, c): ...") == signature


WHOLE, PARTLY = "a <Net>, b = 2 <Net>", "a = ... <Net>, b = 2 <Net>, ..."
META = "class Meta(type):\n  def __call__(cls, *r, tag=None, **kw): return super().__call__(*r, **kw)\n"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (META + "class A(Net, metaclass=Meta): ...", "*r <Meta>, tag = None <Meta>, a <Net>, b = 2 <Net>"),
        (
            META + "class B(Net, metaclass=Meta): ...\nclass A(B):\n  def __init__(self, c): ...",
            "*r <Meta>, tag = None <Meta>, c",
        ),
        (
            META + "class Sub(Meta): ...\nclass A(Net, metaclass=Sub): ...",
            "*r <Meta>, tag = None <Meta>, a <Net>, b = 2 <Net>",
        ),
        ("class A(Net, metaclass=elsewhere.Meta): ...", "a = ... <Net>, b = 2 <Net>, ..."),
        ("import abc\nclass A(Net, metaclass=abc.ABCMeta): ...", "a <Net>, b = 2 <Net>"),
        ("class M(type):\n  def __new__(c, *r): ...\nclass A(Net, metaclass=M): ...", "a <Net>, b = 2 <Net>"),
        *(
            (f"class One(type):\n  def __call__(cls, *r, **kw):{call}\nclass A(Net, metaclass=One): ...", signature)
            for call, signature in {
                "\n    if cls not in made: made[cls] = super().__call__(*r, **kw)\n    return made[cls]": WHOLE,
                "\n    key = r, tuple(kw.items())\n    return made.get(key) or type.__call__(cls, *r, **kw)": WHOLE,
                "\n    with lock: one = super(One, cls).__call__(*r, **kw)\n    one.up()\n    return one": WHOLE,
                "\n    kw.pop('tag', 0)\n    return super().__call__(*r, **kw)": f"*r <One>, tag = 0 <One>, {WHOLE}",
                "\n    return super().__call__(*r, tag=1, **kw)": f"*r <One>, {WHOLE}",
                "\n    return super().__call__(*r[1:], **kw)": "*r <One>, a = ... <Net>, b = 2 <Net>",
                "\n    change(kw)\n    return super().__call__(*r, **kw)": PARTLY,
                "\n    try: return super().__call__(*r, **kw)\n    except TypeError: return made": PARTLY,
                " return make(cls)": PARTLY,
            }.items()
        ),
        ("import enum\nclass A(enum.Enum):\n  X = 1, 'x'\n  def __new__(cls, number, text): ...", "value"),
    ],
)
def test_metaclasses(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("def init(self, c, d=1): ...\nclass A:\n  __init__ = init", "c <init>, d = 1 <init>"),
        ("class A:\n  __init__ = Net.__init__", "*, a <Net>, b = 2 <Net>"),
        ("class A(Net):\n  __init__ = partialmethod(Net.__init__, 1)", "..."),
        ("class A(Net):\n  def __init__(self, c): ...\n  __init__ = wrap(__init__)", "..."),
        ("class A:\n  def __init__(self, c): ...\nA.__init__ = wrap(A.__init__)", "..."),
        ("class B:\n  __init__ = z()\nclass A(B): ...", "..."),
        ("class A:\n  __init__, b = z, 1", "..."),
        ("class A:\n  exec('def __init__(self, c): ...')", "..."),
        ("class A:\n  locals()['__init__'] = z", "..."),
    ],
)
def test_assigned_constructors(project: Make, body: str, signature: str) -> None:
    assert model(project, body).replace("*, ", "") == signature.replace("*, ", "")


def test_attributes_that_an_assigned_constructor_sets(project: Make) -> None:
    body = "def init(self, c):\n  self.c = c\nclass A:\n  __init__ = init\n  b = 1"
    entry = project(f"{HEAD}\n{body}\nMODEL.register_module(A)\n").entry("A")
    assert [member.name for member in entry.members] == ["b"]
    assert not entry.members_complete


def branches(head: str, first: str, other: str, second: str) -> str:
    """A class A whose constructor is in two branches."""
    return f"import os, sys, typing\nclass A(Net):\n  {head}:\n    {first}\n  {other}:\n    {second}\n"


C = "def __init__(self, c): ..."
D = "def __init__(self, c, d): ..."


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (branches("if sys.version_info >= (3, 8)", C, "else", D), "c"),
        (branches("if sys.version_info[0] == 2", C, "else", D), "c, d"),
        (branches("if sys.version_info[:2] < (3, 6)", C, "else", D), "c, d"),
        (branches("if sys.platform == 'none'", C, "else", D), "c, d"),
        (branches("if sys.platform.startswith('none') or os.name == 'none'", C, "else", D), "c, d"),
        (branches("if typing.TYPE_CHECKING", C, "else", D), "c, d"),
        (branches("if not typing.TYPE_CHECKING", C, "else", D), "c"),
        (branches("if z", C, "else", D), "c, d = ..."),
        (branches("try", C, "except ImportError", D), "c, d = ..."),
        ("class A(Net):\n  if z:\n    " + C, "c = ..., a = ... <Net>, b = 2 <Net>"),
        ("class A(Net):\n  if sys.version_info < (3,):\n    " + C + "\nimport sys", "a <Net>, b = 2 <Net>"),
        (f"import sys\nif sys.platform == 'none':\n  class A:\n    {C}\nelse:\n  class A:\n    {D}", "c, d"),
        (f"import sys\nif sys.version_info > (3,):\n  class A:\n    {C}\nelse:\n  class A:\n    {D}", "c"),
        (f"if z:\n  class A:\n    {C}\nelse:\n  class A:\n    {D}", "c, d = ..."),
        (f"try:\n  import z\n  class A:\n    {C}\nexcept ImportError:\n  class A:\n    {D}", "c, d = ..."),
        ("if z:\n  def A(c): ...\nelif y:\n  def A(c, d): ...", "c, d = ..."),
        ("if z:\n  def A(c): ...\ndef A(d): ...", "d"),
    ],
)
def test_constructors_in_branches(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


GENERATED = """
import dataclasses, functools, attr, attrs
from dataclasses import dataclass, field
from functools import partial
from typing_extensions import dataclass_transform
"""


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            "record = dataclasses.dataclass(frozen=True)\n@record\nclass A:\n  c: int\n  d: int = 3",
            "c: int, d: int = 3",
        ),
        ("record = partial(dataclass, kw_only=True)\n@record\nclass A:\n  c: int", "*, c: int"),
        ("record = functools.partial(dataclass, kw_only=True)\n@record(kw_only=False)\nclass A:\n  c: int", "c: int"),
        ("record = dataclass\nother = record\n@other\nclass A:\n  c: int", "c: int"),
        ("define = partial(attr.s, auto_attribs=True)\n@define\nclass A:\n  _c: int", "c: int"),
        ("define = attrs.define(kw_only=True)\n@define\nclass A:\n  c: int", "*, c: int"),
        ("@dataclass_transform()\ndef tree(cls): return dataclass(cls)\n@tree\nclass A:\n  c: int = 2", "c: int = 2"),
        (
            "@dataclass_transform(kw_only_default=True)\ndef tree(**kw): return z\n@tree(x=1)\nclass A:\n  c: int",
            "*, c: int",
        ),
        ("@dataclass_transform()\ndef tree(cls): ...\nshort = tree\n@short\nclass A:\n  c: int", "c: int"),
        ("def tree(cls): return z(cls)\n@tree\nclass A:\n  c: int", "..."),
    ],
)
def test_decorators_that_generate_constructors(project: Make, body: str, signature: str) -> None:
    assert model(project, GENERATED + body) == signature


TRANSFORM = "@dataclass_transform(kw_only_default=True, field_specifiers=(put, z.field2))\n"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (TRANSFORM + "class B: ...\nclass A(B):\n  c: int\n  d: int = 2", "*, c: int, d: int = 2, ..."),
        (
            TRANSFORM + "class M(type): ...\nclass B(metaclass=M):\n  c: int\nclass A(B):\n  d: int = 2",
            "*, c: int <B>, d: int = 2, ...",
        ),
        (TRANSFORM + "class B: ...\nclass A(B, kw_only=False):\n  c: int", "c: int, ..."),
        (
            TRANSFORM
            + "class B: ...\nclass A(B):\n  c: int = put(default=1)\n  d: int = z.field2()\n  e: int = put(init=False)",
            "*, c: int = 1, d: int, ...",
        ),
        (TRANSFORM + "class B: ...\nclass A(B):\n  c: int\n  def __init__(self, x): ...", "x"),
        (
            "class B:\n  def __init_subclass__(cls, **kw):\n    super().__init_subclass__(**kw)\n"
            "    dataclass(cls, kw_only=True)\nclass A(B):\n  c: int",
            "*, c: int, ...",
        ),
        (
            "class B:\n  @dataclass_transform()\n  def __init_subclass__(cls, **kw): ...\nclass A(B):\n  c: int",
            "c: int, ...",
        ),
        ("class B:\n  def __init_subclass__(cls): z(cls)\nclass A(B):\n  def __init__(self, c): ...", "c = ..., ..."),
        ("class B:\n  def __init_subclass__(cls): cls.__init__ = z\nclass A(B):\n  c: int", "..."),
        (
            "class B:\n  def __init_subclass__(cls): setattr(cls, '__init__', z)\n"
            "class A(B):\n  def __init__(self, c): ...",
            "c = ..., ...",
        ),
        (
            "class B:\n  def __init_subclass__(cls):\n    def to(one): z(one)\n    to(cls)\nclass A(B):\n"
            "  def __init__(self, c): ...",
            "c = ..., ...",
        ),
        (
            "class B:\n  def __init_subclass__(cls):\n    def call(self, *a): z(self)\n    cls.forward = call\n"
            "class A(B):\n  def __init__(self, c): ...",
            "c",
        ),
        ("class B:\n  def __init_subclass__(cls): z.append(cls)\nclass A(B):\n  def __init__(self, c): ...", "c"),
    ],
)
def test_bases_that_generate_constructors(project: Make, body: str, signature: str) -> None:
    assert model(project, GENERATED + body) == signature


@pytest.mark.parametrize(
    ("decorator", "own"),
    [
        ("dataclass", "c d e"),
        ("dataclass(slots=True)", "b c d e"),
        ("attr.s(auto_attribs=True)", "d e"),
        ("attr.s(auto_attribs=True, slots=True)", "b c d e"),
        ("attr.define", "b c d e"),
    ],
)
def test_attributes_that_a_class_keeps_of_its_fields(project: Make, decorator: str, own: str) -> None:
    head = f"{HEAD}\nimport attr\nfrom dataclasses import dataclass\nfrom typing import ClassVar\n@MODEL.register()\n"
    entry = project(f"{head}@{decorator}\nclass A:\n  b: int\n  c: int = 1\n  d: ClassVar[int] = 1\n  e = 1").entry("A")
    assert [member.name for member in entry.members if not member.instance] == own.split()


@pytest.mark.parametrize(
    "body",
    [
        "class A:\n  __slots__ = ('m', 'n')\n  def __init__(self): self.m = self.n = 1",
        "class A(NamedTuple):\n  m: int\n  n: int = 1",
        "A = namedtuple('A', 'm n')",
        "class B:\n  @property\n  def m(self): ...\n  n = 1\nclass A(B):\n  m: int\n  n: int",
    ],
)
def test_attributes_that_a_class_has_for_those_of_its_objects(project: Make, body: str) -> None:
    head = f"{HEAD}\nfrom collections import namedtuple\nfrom typing import NamedTuple"
    entry = project(f"{head}\n{body}\nMODEL.register_module(A)\n").entry("A")
    assert {member.name for member in entry.members if not member.instance} >= {"m", "n"}
    assert entry.members_complete


PUT_AROUND = "def put(one):\n  def run(*a, **k): return [one(*a, **k)]\n  return run\n"


@pytest.mark.parametrize(
    ("body", "members", "is_whole"),
    [
        ("def put(one):\n  one.m = 1\n  return one\n@put\nclass A(Net): ...", "m", True),
        ("def put(one):\n  ALL[one.__name__] = one\n  return one\n@put\nclass A(Net): ...", "", True),
        ("def put(one):\n  z(one)\n  return one\n@put\nclass A(Net): ...", "", False),
        ("def put(one):\n  setattr(one, 'm', 1)\n  return one\n@put\nclass A(Net): ...", "", False),
        ("def put(one):\n  two = one\n  two.m = 1\n  return one\n@put\nclass A(Net): ...", "", False),
        ("class A(Net): ...\nA.m = 1", "m", True),
        ("class A(Net): ...\npatch(A, 'm')", "", False),
        ("class A(Net): ...\nsetattr(A, 'm', 1)", "m", True),
        ("class A(Net): ...\nsetattr(A, z, 1)", "", False),
        ("class B: ...\nB.m = 1\nclass A(B): ...", "m", True),
        ("class A:\n  def __new__(cls): return super().__new__(cls)", "", True),
        ("class A:\n  def __new__(cls): return Net(1)", "", False),
        ("class A:\n  def __new__(cls):\n    made = super().__new__(cls)\n    made.m = 1\n    return made", "", False),
        ("class A:\n  if z:\n    def f(self): self.m = 1\n  else:\n    def f(self): self.n = 1", "f m n", True),
        ("if z:\n  class A: ...\nelse:\n  class A:\n    m = 1", "", False),
        ("from typing import NamedTuple\nclass A(NamedTuple):\n  m: int", "_replace m", True),
    ],
)
def test_attributes_of_classes(project: Make, body: str, members: str, is_whole: bool) -> None:
    entry = project(f"{HEAD}\n{body}\nMODEL.register_module(A)\n").entry("A")
    assert {member.name for member in entry.members} >= set(members.split())
    assert entry.members_complete == is_whole


@pytest.mark.parametrize(
    ("body", "members", "is_whole", "is_plain"),
    [
        ("def A(): return Own()", "c", True, True),
        ("def make(): return Own()\ndef A(): return make()", "c", True, True),
        ("def A():\n  if z: return Own(c=2)\n  return Own()", "c", True, True),
        ("def A():\n  if z: return Own()", "", False, True),
        ("def A():\n  if z: return Net()\n  return Own()", "", False, True),
        ("def A(Own): return Own()", "", False, True),
        ("def A():\n  from z import Own\n  return Own()", "", False, True),
        ("def A(): yield Own()", "", False, True),
        ("async def A(): return Own()", "", False, True),
        ("def A(): return Own", "", False, True),
        ("def A():\n  def inner(): return 1\n  return [inner]", "append", True, True),
        ("def A(): return {}", "items", True, True),
        ("def A(): return A()", "", False, True),
        ("def put(one): return one\n@put\ndef A(): return Own()", "c", True, True),
        (f"{PUT_AROUND}@put\ndef A(): return Own()", "", False, False),
        ("import contextlib\n@contextlib.contextmanager\ndef A(): return Own()", "", False, False),
        ("import functools\n@functools.lru_cache\ndef A(): return Own()", "", False, False),
        ("def A(): return Own()\nA.m = 1", "c m", True, True),
        ("def A(): return Own()\nsetattr(A, z, 1)", "", False, False),
    ],
)
def test_attributes_of_what_functions_give(
    project: Make, body: str, members: str, is_whole: bool, is_plain: bool
) -> None:
    own = "class Own:\n  def __init__(self, c=1): self.c = c"
    entry = project(f"{HEAD}\n{own}\n{body}\nMODEL.register_module(A)\n").entry("A")
    assert {member.name for member in entry.members} >= set(members.split())
    assert (entry.members_complete, entry.plain) == (is_whole, is_plain)


MODELS = "from pydantic import BaseModel, ConfigDict, Field\nfrom pydantic_settings import BaseSettings\n"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("class A(BaseModel):\n  c: int", "*, c: int, ..."),
        ("class A(BaseModel):\n  model_config = ConfigDict(extra='forbid')\n  c: int", "*, c: int"),
        ("class A(BaseModel):\n  model_config = {'extra': 'forbid'}\n  c: int", "*, c: int"),
        ("class A(BaseModel, extra='forbid'):\n  c: int", "*, c: int"),
        (
            "class B(BaseModel, extra='forbid'):\n  c: int\nclass A(B):\n  model_config = ConfigDict(extra='ignore')",
            "*, c: int <B>, ...",
        ),
        ("class A(BaseModel):\n  c: int = Field(alias='d')", "*, d: int, ..."),
        ("class A(BaseModel):\n  c: int = Field(validation_alias='d', alias='e')", "*, d: int, ..."),
        ("class A(BaseModel):\n  c: int = Field(validation_alias=Choices('d', 'e'))", "*, c: int = ..., ..."),
        (
            "class A(BaseModel):\n  model_config = ConfigDict(populate_by_name=True, extra='forbid')\n"
            "  c: int = Field(alias='d')",
            "*, d/c: int",
        ),
        (
            "class B(BaseModel):\n  class Config:\n    allow_population_by_field_name = True\n"
            "class A(B):\n  class Config(B.Config):\n    extra = Extra.forbid\n  c: int = Field(1, alias='d')",
            "*, d/c: int = 1",
        ),
        (
            "class A(BaseModel):\n  model_config = {'validate_by_name': True, 'validate_by_alias': False}\n"
            "  c: int = Field(alias='d')",
            "*, c: int, ...",
        ),
        ("BOTH = ConfigDict(extra='forbid')\nclass A(BaseModel):\n  model_config = BOTH\n  c: int", "*, c: int"),
        ("class A(BaseModel):\n  class Config:\n    extra = pydantic.Extra.forbid\n  c: int", "*, c: int"),
        ("class A(BaseModel):\n  model_config = settings()\n  c: int = Field(alias='d')", "*, d/c: int = ..., ..."),
        (
            "class A(BaseModel):\n  model_config = ConfigDict(**all)\n  c: int = Field(alias='d')",
            "*, d/c: int = ..., ...",
        ),
        ("class A(BaseModel):\n  class Config:\n    frozen = True\n  c: int = Field(alias='d')", "*, d: int, ..."),
        ("class A(BaseModel):\n  model_config = ConfigDict(alias_generator=z)\n  c: int", "*, c: int = ..., ..."),
        ("class A(BaseSettings):\n  c: int", "*, c: int = ..., ..."),
    ],
)
def test_models(project: Make, body: str, signature: str) -> None:
    assert model(project, MODELS + body) == signature


TYPED = """
from typing import TypedDict
import typing_extensions as t
from typing_extensions import NotRequired, Required, Unpack
class Options(TypedDict):
  lr: float
  name: NotRequired[str]
class Some(Options, total=False):
  steps: Required[int]
"""


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            "class A:\n  def __init__(self, **kw: Unpack[Options]): self.lr = kw['lr']",
            "*, lr: float = ... <Options>, name: str = ... <Options>, **kw: Unpack[Options]",
        ),
        (
            "def A(lr, **kw: 't.Unpack[Options]'): self.kw = kw",
            "lr, *, name: str = ... <Options>, **kw: Unpack[Options], ...",
        ),
        (
            "def A(**kw: Unpack[Some]): ...",
            "*, lr: float = ... <Options>, name: str = ... <Options>, steps: int = ... <Some>, **kw: Unpack[Some]",
        ),
        ("def A(**kw: Unpack[elsewhere]): ...", "**kw: Unpack[elsewhere]"),
        ("class A(Some): ...", "*, lr: float = ... <Options>, name: str = ... <Options>, steps: int = ... <Some>, ..."),
    ],
)
def test_typed_keywords(project: Make, body: str, signature: str) -> None:
    assert model(project, TYPED + body) == signature


def test_what_python_itself_brings_means_the_same_where_its_source_is_read(project: Make) -> None:
    made = project("""
        #- app.py
        from typing import NamedTuple, TypedDict, Unpack
        from excore import Registry
        MODEL = Registry("Model")
        class Options(TypedDict):
            lr: float
        @MODEL.register()
        class Net:
            def __init__(self, **kw: Unpack[Options]): ...
        @MODEL.register()
        class Pair(NamedTuple):
            one: int
        #- typing.py
        Unpack = special()
        def NamedTuple(name, fields): ...
        def TypedDict(name, fields): ...
    """)
    assert made.signature("Net") == "*, lr: float = ... <Options>, **kw: Unpack[Options]"
    assert made.signature("Pair") == "one: int"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("import collections\nclass A(collections.namedtuple('A', 'c d')): ...", "c: Any <__A()>, d: Any <__A()>"),
        ("import z\nclass A(z.namedtuple(*names)): ...", "..."),
        (
            "from collections import namedtuple\nclass B(namedtuple('C', 'c')): ...\n"
            "class A(B):\n  def __new__(cls, d, e=1): return super().__new__(cls, d)",
            "d, e = 1",
        ),
        ("from collections import namedtuple\nB = namedtuple('B', 'c')\nclass A(B): ...", "c: Any <B>"),
        ("from typing import NamedTuple\nclass A(NamedTuple('A', [('c', int)])): ...", "c: Any <__A()>"),
        ("import flax\n@flax.struct.dataclass\nclass A:\n  c: int", "..."),
        ("import attr\n@attr.s(these={'c': attr.ib()})\nclass A:\n  d = 1", "..."),
        ("from flax import struct\n@struct.dataclass(frozen=True)\nclass A:\n  c: int", "..."),
    ],
)
def test_generated_constructors_that_nobody_reads_are_unknown(project: Make, body: str, signature: str) -> None:
    assert model(project, body) == signature


@pytest.mark.parametrize("text", ["z(kw)\n  return Net(**kw)", "return z(**kw)", "self = [kw]"])
def test_there_is_a_reason_wherever_a_signature_is_not_complete(project: Make, text: str) -> None:
    signature = project(f"{HEAD}\n@MODEL.register()\ndef A(**kw):\n  {text}\n").entry("A").signature
    assert not signature.complete
    assert signature.reason


@pytest.mark.parametrize(
    "body",
    [
        "if z: B = Net\nelse: B = Other\nclass A(B): ...",
        "B = Net\nif z: B = Other\nclass A(B): ...",
        "if z:\n  class B(Net): ...\nelse:\n  class B(Other): ...\nclass A(B): ...",
        "if z:\n  def B(a): ...\nelse:\n  def B(c): ...\ndef A(**kw): return B(**kw)",
        "class M(type):\n  def __new__(m, *a):\n    c = type.__new__(m, *a)\n    c.__init__ = z\n    return c\n"
        "class A(Net, metaclass=M): ...",
        "class M(type):\n  def __new__(m, n, b, d):\n    d['__init__'] = z\n    return type.__new__(m, n, b, d)\n"
        "class A(Net, metaclass=M): ...",
        "class M(type):\n  def __init__(c, *a): setattr(c, '__init__', z)\nclass A(Net, metaclass=M): ...",
        "class A(Net):\n  def __init__(self, **kw): super(Net, type(self)).__init__(self, **kw)",
    ],
)
def test_what_may_be_one_of_several_or_is_given_another_constructor(project: Make, body: str) -> None:
    other = "class Other:\n  def __init__(self, c): ...\n"
    signature = project(f"{HEAD}\n{other}{body}\nMODEL.register_module(A)\n").entry("A").signature
    assert not signature.complete
    assert not any(param.required for param in signature.params)


def test_an_import_that_works_is_no_doubt_and_a_base_that_is_named_follows_the_order_of_the_class(
    project: Make,
) -> None:
    made = project(
        f"""
        #- app.py
        {HEAD.replace(chr(10), chr(10) + " " * 8)}
        try: from fast import Base
        except ImportError:
            class Base: ...
        class A(Base): ...
        class Left:
            def __init__(self, left=1, **kw): super().__init__(**kw)
        class Right:
            def __init__(self, right=2): ...
        class Both(Left, Right):
            def __init__(self, *args, **kw): Left.__init__(self, *args, **kw)
        MODEL.register_all([A, Both])
        #- fast.py
        class Base:
            def __init__(self, c): ...
        """
    )
    assert made.signature("A") == "c <Base>"
    assert made.signature("Both") == "*args, left = 1 <Left>, right = 2 <Right>"
