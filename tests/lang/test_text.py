"""Coordinates: LSP lines, and the three encodings of columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excore.lang.text import LineIndex, Span, line_starts, offset_in_line, units

TEXTS = st.text(st.sampled_from("ab \t\n\ré\u2028\x85\x0b😀\U0010ffff"), max_size=30)


def test_lines_end_where_lsp_says_and_nowhere_else() -> None:
    assert line_starts("") == [0]
    assert line_starts("a\nb\r\nc\rd") == [0, 2, 5, 7]
    assert line_starts("a\u2028b\x0bc\x0cd\x85e") == [0]
    assert line_starts("\r\r\n\n") == [0, 1, 3, 4]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_columns_count_code_units(encoding: str, column: int) -> None:
    index = LineIndex("x\né😀a b")
    assert index.position(5, encoding) == (1, column)  # type: ignore[arg-type]
    assert index.offset(1, column, encoding) == 5  # type: ignore[arg-type]


def test_a_column_inside_a_character_is_that_character() -> None:
    assert offset_in_line("a😀b", 2, "utf-16") == 1
    assert offset_in_line("aéb", 2, "utf-8") == 1


def test_positions_are_clamped() -> None:
    index = LineIndex("ab\r\ncd")
    assert index.position(99) == (1, 2)
    assert index.position(-1) == (0, 0)
    assert index.offset(0, 99) == 2
    assert index.offset(9, 0) == 6
    assert index.offset(-1, 5) == 0
    assert index.line(0) == "ab"
    assert len(index) == 2


def test_span_shifts() -> None:
    assert Span(1, 3).shift(4) == Span(5, 7)


@given(TEXTS)
def test_units_are_what_encoders_write(text: str) -> None:
    assert units(text, "utf-8") == len(text.encode("utf-8"))
    assert units(text, "utf-16") == len(text.encode("utf-16-le")) // 2
    assert units(text, "utf-32") == len(text)


@given(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_positions_go_both_ways(text: str, encoding: str) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n" or offset == 0:
            assert index.offset(*index.position(offset, encoding), encoding) == offset  # type: ignore[arg-type]
