from __future__ import annotations

import argparse
from typing import Any

import pytest

from excore import DictAction
from excore.config.action import parse_value


def parse(*arguments: str, **options: Any) -> Any:
    parser = argparse.ArgumentParser()
    parser.add_argument("--o", nargs="+", action=DictAction, **options)
    return parser.parse_args(["--o", *arguments]).o


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-1", -1), ("1.5", 1.5), ("1e-3", 1e-3), ("true", True), ("False", False), ("None", None),
        ("text", "text"), ("", ""), ("none", "none"), ("two words", "two words"), ("  padded ", "  padded "),
        ("1,2", [1, 2]), ("1,", [1]), ("a b, c", ["a b", "c"]), ("[]", []), ("()", ()), ("[1]", [1]), ("(0)", (0,)),
        ("(0,)", (0,)), ("[1,(2,x)]", [1, (2, "x")]), ("[(1, 2), [a, b], c]", [(1, 2), ["a", "b"], "c"]),
        ("(1,2),(3,4)", [(1, 2), (3, 4)]), ('"(0)"', (0,)), ("'1'", "1"), ("['a,b', '1']", ["a,b", "1"]),
        ("f(x)", "f(x)"), ("it's", "it's"), ("[it's, here]", ["it's", "here"]), ("(a)(b)", "(a)(b)"),
        ('"true"', "true"), ("'None'", "None"), ('"1.5"', "1.5"), ('""', ""), ('" "', " "),
        ("[\"1\",'None']", ["1", "None"]),
        ("[a b]", ["a b"]), ('"x,y"', "x,y"), ("'/data/a,b.txt'", "/data/a,b.txt"), ('"[1,2]"', [1, 2]),
        ('"a,b",c', ["a,b", "c"]), ('"a","b"', ["a", "b"]), ("'it, \"so\"'", 'it, "so"'),
    ],
)  # fmt: skip
def test_act_values(text: str, value: object) -> None:
    parsed = parse_value(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize("text", ["[1", "(1", "[1)", "1,2]", "[1,,2]", "[(1]", "['a]", ",", "[,]"])
def test_act_malformed_values(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_value(text)


def test_act_keys_nest_and_the_later_wins() -> None:
    assert parse("a.b=1", "a.c=x=y", "d=1", "d=2") == {"a": {"b": 1, "c": "x=y"}, "d": 2}
    assert parse("a=1", "a.b=2", "a.b.c=3") == {"a": {"b": {"c": 3}}}


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ('opts."a.b"=1', {"opts": {"a.b": 1}}),
        ("'a.b'.c=1", {"a.b": {"c": 1}}),
        ('a."b.c".d="e.f"', {"a": {"b.c": {"d": "e.f"}}}),
    ],
)
def test_act_quoted_names_may_hold_dots(argument: str, values: object) -> None:
    assert parse(argument) == values


def test_act_the_default_is_not_changed() -> None:
    default: dict[str, Any] = {"a": {"b": 1}}
    assert parse("a.c=2", default=default) == {"a": {"b": 1, "c": 2}}
    assert default == {"a": {"b": 1}}


def test_act_one_value_without_nargs() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--o", action=DictAction)
    assert parser.parse_args(["--o", "a=1", "--o", "b=2"]).o == {"a": 1, "b": 2}


@pytest.mark.parametrize("argument", ["a", "=1", "a..b=1", ".=1", "a=[1"])
def test_act_mistakes_are_usage_errors(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(argument)
    assert caught.value.code == 2
    assert argument in capsys.readouterr().err
