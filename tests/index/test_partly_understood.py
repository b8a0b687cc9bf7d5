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
        (function("kw.update(z)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (function("fill(kw)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (function("kw = dict(kw, a=1)", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (function("kw = {**kw, 'a': 1}", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (function("kw |= z", "return Net(**kw)"), "*, a = ... <Net>, b = 2 <Net>, **kw, ..."),
        (function("other = kw.copy()", "other['a'] = 1", "return Net(**other)"), "**kw, ..."),
        (
            function("y = kw.pop('x')", "fill(kw)", "return Net(**kw)"),
            "*, x = ..., a = ... <Net>, b = 2 <Net>, **kw, ...",
        ),
        (function("return Net(**{'a': 1, **kw})"), "**kw, ..."),
        (function("return Net(**z, **kw)"), "**kw, ..."),
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
