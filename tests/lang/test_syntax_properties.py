"""What holds for every text: nothing is lost, nothing is swallowed, an edit equals a fresh parse."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syntax_kit import CLASHES, EVERYTHING, NESTED_TABLES, configs, tables_shape, tree_shape

from excore.lang.syntax.document import SyntaxTree, parse
from excore.lang.syntax.tokens import tokens
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONFIGS = configs()
PIECES = [
    *"[]{}=.,#\"'\\!@$&^ \t\n\r-_aZ0é\u2028\x85\x0b😀",
    '"""',
    "'''",
    "\r\n",
    "[a]\n",
    "[a.b]\n",
    "[[a]]\n",
    "[[a.b]]\n",
    "[Model.FCN]\n",
    "a = 1\n",
    "a.b = 1\n",
    "b = { a = 1 }\n",
    'x = """\n',
    'y = ["""\n',
    "x = [\n",
    "]\n",
    '"k" = "v"\n',
    "!a = 'R'\n",
    "t = 1979-05-27T07:32:00Z\n",
    "# c\n",
    "f = 1.5e3\n",
    "\ufeff",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def headers(tree: SyntaxTree) -> list[str]:
    return [block.text for block in tree.blocks if block.header is not None]


@given(TEXTS)
def test_nothing_is_lost(text: str) -> None:
    tree = parse(text)
    assert "".join(block.text for block in tree.blocks) == text
    for block in tree.blocks:
        at = 0
        for _, start, end in tokens(block):
            assert start == at < end
            at = end
        assert at == len(block.text)
        for problem in block.problems:
            assert 0 <= problem.start <= problem.end <= len(block.text) + 1


@given(TEXTS)
def test_same_language_as_tomllib(text: str) -> None:
    tree = parse(text, prefixes="")
    tables = assemble("f", tree)
    try:
        expected = tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError):
        expected = None
    if expected is None:
        if sys.version_info >= (3, 11):  # newer tomli reads TOML 1.1, which allows more
            assert [*tree.problems, *tables.problems] != []
    else:
        assert [problem.message for _, problem in tree.problems] == []
        assert tables.problems == ()
        assert repr(plain(tables.root)) == repr(expected)


@given(
    st.sampled_from([*CONFIGS.values(), CLASHES]),
    st.lists(st.tuples(st.integers(0), st.integers(0, 12), TEXTS), max_size=6),
)
def test_edits_equal_a_fresh_parse(text: str, edits: list[tuple[int, int, str]]) -> None:
    tree = parse(text)
    tables = assemble("f", tree)
    for place, length, new in edits:
        start = place % (len(tree.text) + 1)
        end = min(start + length, len(tree.text))
        expected = tree.text[:start] + new + tree.text[end:]
        tree = tree.edit(start, end, new)
        tables = assemble("f", tree, tables)
        fresh = parse(expected)
        assert tree_shape(tree) == tree_shape(fresh)
        assert tables_shape(tables, tree) == tables_shape(assemble("f", fresh), fresh)


def test_many_small_edits_equal_a_fresh_parse() -> None:
    chance = random.Random(7)
    text = EVERYTHING + NESTED_TABLES
    tree = parse(text)
    tables = assemble("f", tree)
    for _ in range(400):
        start = chance.randrange(len(tree.text) + 1)
        end = min(len(tree.text), start + chance.choice((0, 0, 0, 1, 1, 2, 5, 40)))
        tree = tree.edit(start, end, "".join(chance.choice(PIECES) for _ in range(chance.randrange(3))))
        tables = assemble("f", tree, tables)
        fresh = parse(tree.text)
        assert tree_shape(tree) == tree_shape(fresh)
        assert tables_shape(tables, tree) == tables_shape(assemble("f", fresh), fresh)


@pytest.mark.parametrize("name", CONFIGS)
def test_one_missing_character_keeps_all_other_headers(name: str) -> None:
    text = CONFIGS[name]
    tree = parse(text)
    for index, block in enumerate(tree.blocks):
        first = tree.starts[index]
        header_end = 0 if block.header is None else block.header.end
        after = [one.text for one in tree.blocks[index + 1 :]]
        line_breaks = len(block.text) - len(block.text.rstrip())
        for at in range(first, first + len(block.text)):
            cut = tree.edit(at, at + 1, "")
            if at < first + header_end or at >= first + len(block.text) - line_breaks:
                after_cut = after[1:] if at >= first + header_end else after
            else:
                after_cut = after
            assert headers(cut)[len(headers(cut)) - len(after_cut) :] == after_cut, text[at - 20 : at + 20]


@pytest.mark.parametrize("name", CONFIGS)
def test_a_cut_off_text_keeps_the_headers_before(name: str) -> None:
    text = CONFIGS[name]
    tree = parse(text)
    for at in range(len(text)):
        cut = tree.edit(at, len(text), "")
        index = tree.block_at(at)
        before = [block.text.rstrip(" ") for block in tree.blocks[:index]]
        assert [block.text.rstrip(" ") for block in cut.blocks[:index]] == before


@pytest.mark.parametrize("name", CONFIGS)
def test_half_a_line_keeps_the_headers_below(name: str) -> None:
    """Typing at the end of a line: what stands behind the cursor on this line is not there yet."""
    tree = parse(CONFIGS[name])
    for index, block in enumerate(tree.blocks):
        for entry in block.entries:
            line_end = block.text.find("\n", entry.start)
            for at in range(entry.start, line_end):
                cut = tree.edit(tree.starts[index] + at, tree.starts[index] + line_end, "")
                after = [one.text for one in tree.blocks[index + 1 :]]
                assert headers(cut)[len(headers(cut)) - len(after) :] == after


@given(TEXTS, st.integers(0), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_positions_go_both_ways(text: str, place: int, encoding: str) -> None:
    tree = parse(text)
    offset = place % (len(text) + 1)
    if text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1
    line, column = tree.position(offset, encoding)  # type: ignore[arg-type]
    assert tree.offset(line, column, encoding) == offset  # type: ignore[arg-type]
    assert line <= tree.lines_before[-1]
