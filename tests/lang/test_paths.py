from __future__ import annotations

import ast
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excore.lang.paths import Attribute, Call, Index, PathError, parse_path, path_end


def test_attr_4_steps_with_their_places() -> None:
    assert parse_path("blocks[0].out(True, n='a.b@c')") == (
        Attribute("blocks", 0, 6),
        Index(0, 6, 9),
        Attribute("out", 10, 13),
        Call((True,), (("n", "a.b@c"),), 13, 30),
    )


@pytest.mark.parametrize(
    ("text", "args", "kwargs"),
    [
        ("f()", (), ()),
        ("f( 1 , )", (1,), ()),
        ("f(-1.5, None, 1j)", (-1.5, None, 1j), ()),
        ("f([1, (2,)], {'a': {3}})", ([1, (2,)], {"a": {3}}), ()),
        ("f(')', \"]\", '\\'')", (")", "]", "'"), ()),
        ("f('''a'b''', r'\\d', b'x')", ("a'b", "\\d", b"x"), ()),
        ("f(a=1, b='é')", (), (("a", 1), ("b", "é"))),
    ],
)
def test_attr_4_literals(text: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]) -> None:
    (_, call) = parse_path(text)
    assert isinstance(call, Call)
    assert (call.args, call.kwargs) == (args, kwargs)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0), (".a", 0), ("a.", 2), ("a..b", 2), ("a b", 0), ("1a", 0), ("a.class", 2), ("a+b", 0), ("a()b", 3),
        ("a[0", 1), ("a(1", 1), ("a(1]", 1), ("a('x)", 2), ("a([1)", 2), ("a[]", 1), ("a[x]", 1), ("a[1:2]", 1),
        ("a(x)", 1), ("a(b())", 1), ("a(1+x)", 1), ("a(*[1])", 1), ("a(**{})", 1), ("a(f'{x}')", 1), ("a(b=c)", 1),
        ("a(1)(2", 4), ("a(x for x in y)", 1), ("a(lambda: 1)", 1), ("a().\n", 4), ("a(1)#", 4), ("a('\0')", 1),
    ],
)  # fmt: skip
def test_attr_4_anything_else_is_refused_with_the_column(text: str, column: int) -> None:
    with pytest.raises(PathError) as caught:
        parse_path(text)
    assert caught.value.column == column
    assert pickle.loads(pickle.dumps(caught.value)).column == column


@pytest.mark.parametrize(
    ("text", "stops", "end"),
    [
        ("a.b@H", "@", 3), ("a('@')@H", "@", 6), ("a[\"]@\"]@H", "@", 7), ("a(1@H", "@", 5), ("a", "@", 1),
        ("a*b@H", "@*", 1), ("a(1)]@H", "@", 5), ("a('''@''')@", "@", 10), ("a('\\'@')@", "@", 8),
    ],
)  # fmt: skip
def test_attr_4_marks_inside_literals_are_text(text: str, stops: str, end: int) -> None:
    assert path_end(text, 0, stops) == end


def test_path_end_from_an_offset() -> None:
    assert path_end("X@A.b@C", 2, "@") == 5


@given(st.text(alphabet="ab.[]()'\"\\1, =@é*{}\n", max_size=24))
def test_reading_any_text_gives_steps_or_a_place(text: str) -> None:
    assert 0 <= path_end(text, 0, "@") <= len(text)
    column = -1
    try:
        steps = parse_path(text)
    except PathError as error:
        column = error.column
    if column < 0:
        assert [step.start for step in steps] == sorted(step.start for step in steps)
        assert steps[-1].end == len(text)
        ast.parse(f"_.{text}", mode="eval")
    assert column <= len(text)


@pytest.mark.parametrize("name", ["__class__", "__globals__", "__init__", "__subclasses__", "__dict__", "__import__"])
def test_attr_4_python_s_own_machinery_is_out_of_reach(name):
    with pytest.raises(PathError, match=f"`{name}` belongs to Python itself") as caught:
        parse_path(f"layer.{name}")
    assert caught.value.column == 6
    assert parse_path("torch.__version__")


@pytest.mark.parametrize(
    "name",
    [
        "__private", "__self__", "__func__", "__code__", "__wrapped__", "__getattribute__", "__builtins__", "gi_frame",
        "gi_code", "cr_frame", "cr_code", "ag_frame", "ag_code", "tb_frame", "tb_next", "f_globals", "f_locals",
        "f_builtins", "f_back", "f_code", "func_globals", "im_func",
    ],
)  # fmt: skip
def test_attr_4_frames_code_and_names_with_two_underscores_are_out_of_reach(name):
    with pytest.raises(PathError, match=f"`{name}` belongs to Python itself") as caught:
        parse_path(f"layer.steps()[0].{name}.x")
    assert caught.value.column == len("layer.steps()[0].")
