"""What is written is TOML 1.0 and reads as it was meant."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excore.lang.syntax.writer import document, header_text, is_bare, key_text, string_text, value_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALAR = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), TEXT)
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8)


@given(TEXT)
def test_a_string_reads_as_it_was(text: str) -> None:
    assert tomllib.loads(f"a = {string_text(text)}") == {"a": text}
    assert tomllib.loads(f"{key_text(text)} = 1") == {text: 1}


@given(VALUE)
def test_a_value_reads_as_it_was(value: Any) -> None:
    assert tomllib.loads(f"a = {value_text(value)}") == {"a": value}
    assert value_text(value, exact=True) == value_text(value)


@given(st.dictionaries(TEXT, VALUE))
def test_a_table_reads_as_it_was(table: dict[str, Any]) -> None:
    assert tomllib.loads(document(table)) == table


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a", '"a"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a\\b", "'a\\b'"),
        ("it's \\", '"it\'s \\\\"'),
        ("\x7f", '"\\u007f"'),
    ],
)
def test_strings_are_literal_where_that_saves_escapes(text: str, written: str) -> None:
    assert string_text(text) == written


def test_prefixes_stand_bare_only_where_the_grammar_has_them() -> None:
    assert key_text("$Model", "!$") == "$Model"
    assert key_text("$Model") == '"$Model"'
    assert key_text("$a b", "$") == '"$a b"'
    assert header_text(("Model", "$a", "b.c"), "$") == '[Model.$a."b.c"]'
    assert not is_bare("", "$")
    assert not is_bare("$", "$")


def test_none_is_left_out_unless_the_value_must_be_exact() -> None:
    assert value_text([1, None, {"a": None}]) == "[1, {}]"
    assert value_text({1: 2}) == "{ 1 = 2 }"
    for value in (None, [None], {"a": None}, {1: 2}, {1}):
        with pytest.raises(TypeError):
            value_text(value, exact=True)
