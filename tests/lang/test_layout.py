"""Layout of configs: what changes, what never does, on every config and every valid TOML file there is."""

from __future__ import annotations

import os
import random
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from syntax_kit import EVERYTHING, EXAMPLES, calls

from excore.lang.syntax.decode import NotUtf8Error, decode
from excore.lang.syntax.document import parse
from excore.lang.syntax.formatting import formatted, layout
from excore.lang.syntax.tokens import tokens
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain
from excore.lang.text import applied

_REPOSITORY = Path(__file__).resolve().parents[2]
_SUITE = Path(os.environ.get("EXCORE_SHARED", _REPOSITORY.parent / "shared")) / "toml-test"
_LIST = _SUITE / "files-toml-1.1.0"
_VALID = [n for n in (_LIST.read_text("utf-8").split() if _LIST.is_file() else []) if n.startswith("valid/")]
_CONFIGS = sorted(EXAMPLES.rglob("*.toml"))
PLAIN = """\
# top
name = "a b"

[Model.FCN]
# about it

"!head" = 'x'  # why
a.b = -1.5e3

sizes = [1, "two"]

[[Loss]]

[[Loss]]  # again
on = true
"""


def values(text: str) -> str:
    """What a loader reads, in the order it is written; `repr` so that 1, 1.0 and true differ and nan equals itself."""
    return repr(plain(assemble("", parse(text)).root))


def words(text: str) -> list[str]:
    """Everything but blanks, line ends and commas."""
    return [
        block.text[start:end].rstrip()
        for block in parse(text).blocks
        for kind, start, end in tokens(block)
        if kind not in ("whitespace", "newline") and block.text[start:end] != ","
    ]


def check_layout(text: str) -> str:
    """The text laid out, once the promises hold: same words, same values, and nothing more to do."""
    tree = parse(text)
    found = layout(tree)
    assert found is not None
    for one, other in pairwise(found):
        assert one.end <= other.start
    for start, end, new in found:
        assert text[start:end] != new
        assert "#" not in text[start:end] + new
    after = applied(text, found)
    assert words(after) == words(text)
    assert values(after) == values(text)
    assert layout(parse(after)) == ()
    return after


def check_formatted(before: str, after: str) -> None:
    assert check_layout(textwrap.dedent(before).lstrip("\n")) == textwrap.dedent(after).lstrip("\n")


def test_keys_values_and_headers() -> None:
    check_formatted(
        """
        a=1
          b  =   "x  y"
        c . "d" . !e= true
        [ Model . FCN ]
        !backbone="ResNet"
        [[  Bag ]]
        """,
        """
        a = 1
        b = "x  y"
        c."d".!e = true

        [Model.FCN]
        !backbone = "ResNet"

        [[Bag]]
        """,
    )


def test_inline_tables_and_short_arrays() -> None:
    check_formatted(
        """
        a = {x=1,y = [ 1,2 ,3 , ],z={ }}
        b = [ ]
        c = [
        ]
        """,
        """
        a = { x = 1, y = [1, 2, 3], z = {} }
        b = []
        c = []
        """,
    )


def test_arrays_over_several_lines_stay_so() -> None:
    check_formatted(
        """
        a = [1,2,
          3 # three
          , 4


          # the end
          ]
        b = [[1,2],[
        3]]
        """,
        """
        a = [
            1, 2,
            3, # three
            4,

            # the end
        ]
        b = [[1, 2], [
            3,
        ]]
        """,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x={a=1,\n  b = 2}\n", "x = {\n    a = 1,\n    b = 2,\n}\n"),
        ("x = {\na=1 ,# one\n\n\nb={c=[\n1]} # two\n}\n", None),
        ("x = { a = 1 ,}\n", "x = { a = 1 }\n"),
        ("x = {\n}\ny = [{\n  a = 07:32 }, {}]\n", None),
    ],
)
def test_inline_tables_over_several_lines_stay_so(before: str, after: str | None) -> None:
    laid_out = check_layout(before)
    assert after is None or laid_out == after


LONG = ", ".join(['"Normalize"'] * 8)


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        (f"!x = [{LONG}]\n", ["!x = [", *['    "Normalize",'] * 8, "]"]),
        (
            f"x = [[{LONG}], [1]] # why\n",
            ["x = [", "    [", *['        "Normalize",'] * 8, "    ],", "    [1],", "] # why"],
        ),
        (f"x = [\n[{LONG}]]\n", ["x = [", "    [", *['        "Normalize",'] * 8, "    ],", "]"]),
        (f"x=[{'12345,' * 9}12345678901]\n", [f"x = [{'12345, ' * 9}12345678901]"]),
        (f"x=[{'12345,' * 9}123456789012]\n", ["x = [", *["    12345,"] * 9, "    123456789012,", "]"]),
        (f"x = {{ a = [{LONG}] }}\n", [f"x = {{ a = [{LONG}] }}"]),
        (f'x = ["{LONG[1:-1].replace(chr(34), "")}"]\n', None),
        (f"x = [1, 2,\n3, {LONG}]\n", ["x = [", "    1, 2,", f"    3, {LONG},", "]"]),
    ],
)
def test_arrays_longer_than_a_line_get_a_line_for_each_item(before: str, lines: list[str] | None) -> None:
    assert check_layout(before).splitlines() == (before.splitlines() if lines is None else lines)
    tree = parse(before)
    assert before.count("\n") > 1 or (formatted(tree, width=0) or "").count("\n") == 1


def test_empty_lines() -> None:
    check_formatted(
        """


        a = 1



        b = 2
        [A]

        x = 1
        [A.b]
        [B]


        """,
        """
        a = 1

        b = 2

        [A]
        x = 1

        [A.b]

        [B]
        """,
    )


def test_comments_stay_with_what_they_are_about() -> None:
    check_formatted(
        """
        # the file
        [A]#a
          # first
        x = 1     # aligned
        # y = 2
        [B]

        # about C
        # more
        [C]
        # the end
        x = 1
        # y = 2
        # excore: ignore
        [D]
        """,
        """
        # the file
        [A]  #a
        # first
        x = 1     # aligned
        # y = 2

        [B]

        # about C
        # more
        [C]
        # the end
        x = 1
        # y = 2

        # excore: ignore
        [D]
        """,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        (" \n\n", ""),
        ("a = 1", "a = 1\n"),
        ("a=1\r\n\r\n\r\nb=2", "a = 1\r\n\r\nb = 2\r\n"),
        ("\ufeff\n\na=1\n", "\ufeffa = 1\n"),
        ("\ufeff [A]\n", "\ufeff[A]\n"),
        ("#x  \t\n", "#x\n"),
        ("a = '''  \n  '''  \n", "a = '''  \n  '''\n"),
        ("a = [1,\r\n 2]\r\n", "a = [\r\n    1,\r\n    2,\r\n]\r\n"),
        ("a = [\n\t1,\n]\n", "a = [\n    1,\n]\n"),
    ],
)
def test_edges(before: str, after: str) -> None:
    assert check_layout(before) == after


def test_the_width_of_an_indent() -> None:
    assert formatted(parse("a = [\n1]\n"), indent="\t") == "a = [\n\t1,\n]\n"


@pytest.mark.parametrize(
    "text", ["a = \n", "[Model.\n", 'a = "x\n', "a = 1 b = 2\n", "a = [1\n[B]\n", "a\n", "!@a = 1\n"]
)
def test_text_that_is_no_toml_is_left_alone(text: str) -> None:
    assert layout(parse(text)) is None
    assert formatted(parse(text)) is None


def test_a_range_is_widened_to_whole_items() -> None:
    text = "a=1\nb=[1,\n2]\n\n\nc=3\n"
    at = text.index("2]")
    found = layout(parse(text), at, at)
    assert found is not None
    assert applied(text, found) == "a=1\nb = [\n    1,\n    2,\n]\n\n\nc=3\n"
    two = layout(parse(text), at, text.index("c") + 1)
    assert two is not None
    assert applied(text, two) == "a=1\nb = [\n    1,\n    2,\n]\n\nc = 3\n"
    assert layout(parse(text), text.index("\n\n\n") + 1, text.index("\n\n\n") + 2) == ()


@pytest.mark.parametrize("path", _CONFIGS, ids=lambda path: path.name)
def test_example_configs(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    if formatted(parse(text)) is None:
        assert list(parse(text).problems)
        return
    check_layout(text)


def test_a_file_with_everything() -> None:
    for newline in ("\n", "\r\n"):
        check_layout(EVERYTHING.replace("\n", newline))


def test_blanks_anywhere_give_the_same_layout() -> None:
    """Whatever blanks and empty lines are put between the words, the layout depends on the lines alone."""
    chance = random.Random(7)
    text = check_layout(EVERYTHING)
    tree = parse(text)
    places = [
        base + start
        for block, base in zip(tree.blocks, tree.starts, strict=True)
        for kind, start, _ in tokens(block)
        if block.text[start : start + 1] in tuple("=[],{}") and kind == "punctuation"
    ]
    for _ in range(200):
        at = chance.choice(places)
        if text[at - 1 : at + 1] in ("[[", "]]"):
            continue  # of a header they are one mark
        assert check_layout(text[:at] + chance.choice([" ", "  ", "\t"]) + text[at:]) == text


def test_blanks_anywhere_in_plain_sections_give_the_same_layout() -> None:
    """What is laid out already is not looked into: every way in which it may not be."""
    assert layout(parse(PLAIN)) == ()
    for at in range(len(PLAIN) + 1):
        text = PLAIN[:at] + " " + PLAIN[at:]
        behind = "#" in text[at : at + 4]  # how far a comment is from what it stands behind is nobody's business
        if not behind and layout(parse(text)) is not None and words(text) == words(PLAIN):
            assert check_layout(text) == PLAIN


def test_what_is_laid_out_costs_a_look_at_each_section() -> None:
    entries = "".join(f"key{number} = [1, {number}]\n" for number in range(40))
    tree = parse("\n".join(f"[Model.Name{number}]\n{entries}" for number in range(50)))
    assert calls(lambda: layout(tree)) < 50 * 20


@pytest.mark.skipif(not _VALID, reason=f"toml-test is not at {_SUITE}; set EXCORE_SHARED to the folder that holds it")
def test_the_toml_suite() -> None:
    for name in _VALID:
        if name.endswith(".toml"):
            try:
                text = decode((_SUITE / name).read_bytes())
            except NotUtf8Error:
                continue
            check_layout(text)
