"""The parser by example: what it makes of right, half-typed and wrong text."""

from __future__ import annotations

import pytest
from syntax_kit import configs

from excore.lang.syntax.decode import NotUtf8Error, decode
from excore.lang.syntax.document import SyntaxTree, parse
from excore.lang.syntax.scalar import source_offset
from excore.lang.syntax.tokens import tokens
from excore.lang.syntax.tree import Array, InlineTable, KeyValue, Missing, Scalar
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain


def outline(text: str) -> list[str]:
    """One line per block: its header, then its entries as ``key:type-of-value``."""
    result = []
    for block in parse(text).blocks:
        header = ".".join(part.name for part in block.header.parts) if block.header else ""
        if block.header and block.header.array:
            header = f"[{header}]"
        entries = [
            f"{'.'.join(part.name for part in entry.parts)}:{type(entry.value).__name__}" for entry in block.entries
        ]
        result.append(" ".join([f"[{header}]" if block.header else "-", *entries]))
    return result


def problems(text: str) -> list[str]:
    """The problems as ``code «marked text» message``."""
    return [
        f"{problem.code} «{block.text[problem.start : problem.end]}» {problem.message}"
        for block, problem in parse(text).problems
    ]


def value_of(text: str) -> object:
    tables = assemble("f", parse(text))
    assert problems(text) == []
    assert tables.problems == ()
    return plain(tables.root)


# Prefixed keys


@pytest.mark.parametrize("prefix", "!@$&")
def test_syn_1_bare_prefixed_keys(prefix: str) -> None:
    expected = {f"{prefix}backbone": "R"}
    assert value_of(f'{prefix}backbone = "R"') == expected
    assert value_of(f'\t {prefix}backbone="R"\r\n') == expected
    assert value_of(f'"{prefix}backbone" = "R"\n') == expected
    assert value_of(f"'{prefix}backbone' = 'R'\n") == expected
    assert value_of(f"{prefix}слой1 = 1") == {f"{prefix}слой1": 1}


def test_syn_2_prefixes_elsewhere_are_text() -> None:
    assert value_of('a = "!R" # !x = 1\nb = ["@x", # $y\n  "&z",\n]\nc = """\n!a = 1"""') == {
        "a": "!R",
        "b": ["@x", "&z"],
        "c": "!a = 1",
    }


def test_syn_3_prefixes_in_dotted_keys() -> None:
    assert value_of('!backbone.a = "R"') == {"!backbone": {"a": "R"}}
    assert value_of('FCN."!backbone" = "R"') == value_of('FCN.!backbone = "R"') == {"FCN": {"!backbone": "R"}}
    assert value_of('FCN . !backbone = "R"') == {"FCN": {"!backbone": "R"}}


def test_syn_4_prefixes_in_headers() -> None:
    expected = {"Model": {"FCN": {"!backbone": {"a": 1}}}}
    assert value_of('[Model.FCN."!backbone"]\na = 1') == expected
    assert value_of("[Model.FCN.!backbone]\na = 1") == expected


def test_syn_5_prefixes_in_inline_tables() -> None:
    expected = {"!backbone": {"!a": "R", "b": "Pad"}}
    assert value_of('!backbone = {!a = "R", b = "Pad"}') == expected
    assert value_of('!backbone = {"!a" = "R", b = "Pad"}') == expected


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("! = 1", "!", "needs an argument name right after it"),
        ("! a = 1", "! a", "write `!a`"),
        ("!@a = 1", "!@a", "write `!a`"),
        ("x.@@a = 1", "@@a", "write `@a`"),
        ("[Model.!]", "!", "needs an argument name"),
        ("[Model.! a]", "! a", "write `!a`"),
        ("x = { $ = 1 }", "$", "needs an argument name"),
    ],
)
def test_syn_8_bad_prefixes(text: str, marked: str, message: str) -> None:
    (found,) = problems(text)
    assert found.startswith(f"bad-prefix «{marked}» ")
    assert message in found
    assert assemble("f", parse(text)).problems == ()


def test_syn_9_other_first_characters_only_where_registered() -> None:
    (found,) = problems("^a = 1")
    assert "`^` cannot start" in found
    tree = parse("^a = 1", prefixes="!@$&^")
    assert list(tree.problems) == []
    assert plain(assemble("f", tree).root) == {"^a": 1}


def test_letters_of_other_scripts_need_a_prefix_or_quotes() -> None:
    (found,) = problems("µ = 1")
    assert 'write "µ" in quotes' in found
    assert outline("µ = 1") == ["- µ:Scalar"]


# Half-typed text

HALF = [
    ("[Model.", ["-", "[Model.]"], "expected a name after the dot"),
    ("[Model", ["-", "[Model]"], "expected `]` to close the header"),
    ("[", ["-", "[]"], "expected a table name"),
    ("[]", ["-", "[]"], "expected a table name"),
    ("[[a]", ["-", "[[a]]"], "expected `]]` to close the header"),
    ("[[a", ["-", "[[a]]"], "expected `]]` to close the header"),
    ("[a]]", ["-", "[a]"], "expected the end of the line after the header"),
    ("[a] b = 1", ["-", "[a]"], "expected the end of the line after the header"),
    ('[Model."FC', ["-", "[Model.FC]"], "the string is not closed"),
    ('"!backbone" = "Res', ["- !backbone:Scalar"], "the string is not closed"),
    ('x = ["a", "b', ["- x:Array"], "the string is not closed"),
    ("x = [1, ", ["- x:Array"], "the array is not closed"),
    ("x = [1, [2, ", ["- x:Array"], "the array is not closed"),
    ("x = { a = 1", ["- x:InlineTable"], "the inline table is not closed"),
    ("x = { a = ", ["- x:InlineTable"], "expected a value after `=`"),
    ("x = { a", ["- x:InlineTable"], "expected `=` and a value after the key"),
    ("x = { a = [", ["- x:InlineTable"], "the array is not closed"),
    ('x = """abc', ["- x:Scalar"], 'the string is not closed: expected """'),
    ("x = '''", ["- x:Scalar"], "the string is not closed: expected '''"),
    ("key", ["- key:Missing"], "expected `=` and a value after the key"),
    ("a.", ["- a.:Missing"], "expected a name after the dot"),
    ("!", ["- !:Missing"], "needs an argument name"),
    ("key =", ["- key:Missing"], "expected a value after `key =`"),
    ("key = # later", ["- key:Missing"], "expected a value after `key =`"),
    ("= 1", ["- :Scalar"], "expected a key"),
    ('"""', ["- :Missing"], "a key cannot be a multi-line string"),
]


@pytest.mark.parametrize(("text", "expected", "message"), HALF)
@pytest.mark.parametrize(
    ("below", "item", "block"),
    [
        ("", "", []),
        ("\nz = 1\n", " z:Scalar", []),
        ("\n[next]\ny = 1\n", "", ["[next] y:Scalar"]),
        ("\r\n\r\n  [[next]] # c\r\n", "", ["[[next]]"]),
    ],
)
def test_half_typed_text_gives_nodes_one_problem_and_keeps_what_follows(
    text: str, expected: list[str], message: str, below: str, item: str, block: list[str]
) -> None:
    assert outline(text + below) == [*expected[:-1], expected[-1] + item, *block]
    (problem,) = problems(text + below)
    assert message in problem


def test_an_open_header_keeps_an_empty_part_at_the_cursor() -> None:
    header = parse("[Model.").blocks[1].header
    assert header is not None
    assert not header.closed
    last = header.parts[-1]
    assert (last.name, last.start, last.end, last.broken) == ("", 7, 7, True)


def test_an_open_string_ends_with_its_line() -> None:
    (entry,) = parse('a = "Res  \nb').blocks[0].entries[:1]
    assert isinstance(entry.value, Scalar)
    assert (entry.value.raw, entry.value.value) == ('"Res', "Res")


def test_a_missing_delimiter_does_not_take_other_entries() -> None:
    assert outline('x = """\n[b]\ny = """\n text\n"""\n[c]') == ["- x:Scalar", "[b] y:Scalar", "[c]"]
    assert outline('x = """\n[b]\ny = """\na = 1\n"""\n[c]') == ["- x:Scalar", "[b] y:Scalar", "[c]"]
    assert outline("x = [\n  1,\n[b]\ny = [2]") == ["- x:Array", "[b] y:Array"]
    assert outline("x = [\n  1,\n[1]\ny = [2]") == ["- x:Array", "[1] y:Array"]
    assert outline("x = { a = [\n'k' = 1") == ["- x:InlineTable k:Scalar"]
    assert outline('x = \n"""\ntext\n"""\n[b]')[-1] == "[b]"


def test_lines_like_items_inside_values_are_text_where_the_value_is_right() -> None:
    assert outline("x = [\n[1]\n,\n['a']\n]\n[b]") == ["- x:Array", "[b]"]
    assert outline("x = '''\n[a]\ny = 1\n'''\n[b]") == ["- x:Scalar", "[b]"]
    assert value_of('x = """\ny = """\nz = """"""\n') == {"x": "y = ", "z": ""}


def test_stray_closers_of_a_value_already_reported_are_quiet() -> None:
    assert len(problems("x = [\n1,\ny = 2\n]\n")) == 1
    assert len(problems("]\n")) == 1


@pytest.mark.parametrize(
    ("text", "reports"),
    [
        ("x = {\n  a = 1,\n  b = { c = 2 },\n}\ny = 1\n", []),
        ("x = { a = 1, # one\n\n  # two\n  b = [\n    { c = 1, },\n  ] }\ny = 1\n", []),
        ('x = {"\\x41" = 07:32, b = "\\e[0m"}\r\ny = 1\r\n', []),
        ("x = {\n  a = 1\n  b = 2,\n}\ny = 1\n", ["syntax «b» expected `,` or `}` after the value"]),
        ("x = [{\n  a = 1,\n  b = ,\n}]\ny = 1\n", ["syntax «» expected a value"]),
        ("x = {\n  a = 1,\n  b = 2,\n[c]\ny = 1\n", ["syntax «{» the inline table is not closed: expected `}`"]),
        ("x = {\ny = {z = 1}\n[c]\n", ["syntax «{» the inline table is not closed: expected `}`"]),
        ('x = "\\xq1"\ny = 1\n', ["syntax «\\x» `\\x` is no escape sequence: write `\\\\` for a backslash"]),
    ],
)
def test_inline_tables_of_several_lines_and_what_else_toml_1_1_has(text: str, reports: list[str]) -> None:
    assert problems(text) == reports
    assert any(line.endswith("y = 1") or "[c]" in line or "y:" in line for line in outline(text))


def test_reports_are_at_the_place_and_advise() -> None:
    assert problems("x = Res") == ['syntax «Res» `Res` is no value: a string needs quotes, "Res"']
    assert problems("x = True") == ["syntax «True» booleans are written in lower case: `true`"]
    assert problems("x = None") == ['syntax «None» TOML has no null: leave the key out, or write "None" under `&`']
    assert problems("x = 01") == ["syntax «01» `01` is no number or date"]
    assert problems("x = 2023-02-30") == ["syntax «2023-02-30» there is no such date as 2023-02-30"]
    assert problems("x = [1 2]") == ["syntax «2» expected `,` or `]` after the item"]
    assert problems("x = {a = 1,,}") == ["syntax «,» expected a key before `,`"]
    assert problems('x = "C:\\data"') == ["syntax «\\d» `\\d` is no escape sequence: write `\\\\` for a backslash"]
    assert problems("x = 1 2 # c") == ["syntax «2 # c» expected the end of the line after the value"]
    assert problems("x = 1\ry = 2")[0].endswith("a carriage return alone does not end a line: add a line feed")
    assert problems("# \x00")[0].endswith("control character U+0000 in a comment")


# Depth and size


def test_deep_values() -> None:
    assert value_of("x = " + "[" * 150 + "]" * 150) is not None
    for opening, closing in (("[", "]"), ("{a=", "}")):
        text = "x = " + opening * 1000 + "1" + closing * 1000 + "\n[b]\n"
        (problem,) = problems(text)
        assert "nested too deeply" in problem
        assert outline(text)[-1] == "[b]"
        plain(assemble("f", parse(text)).root)
    dotted = ".".join(["a"] * 3000)
    for text in (f"[{dotted}]\nb = 1\n[c]", f"{dotted} = 1\n[c]", f"x = {{ {dotted} = 1 }}\n[c]"):
        assert len(problems(text)) == 1
        assert outline(text)[-1] == "[c]"
        plain(assemble("f", parse(text)).root)


@pytest.mark.parametrize(
    "unit", ['x = """\n', "x = '''\n", "x = [\n", "x = [[1],\n", "x = {\n", "[a\n", '"', "[1]\n,\n"]
)
def test_size_alone_is_no_trouble(unit: str) -> None:
    """Thousands of open values: each looks ahead only as far as the next, so this ends at once."""
    text = unit * 3_000
    assert "".join(block.text for block in parse(text).blocks) == text


# Edits


def test_an_edit_shares_all_other_blocks() -> None:
    text = configs()["everything"]
    tree = parse(text)
    at = text.index("size = 1")
    edited = tree.edit(at, at, "# ")
    changed = tree.block_at(at)
    for index, (old, new) in enumerate(zip(tree.blocks, edited.blocks, strict=True)):
        assert (old is new) == (index != changed)
    assert edited.text == text[:at] + "# " + text[at:]
    assert tree.text == text


def test_an_edit_far_away_can_close_what_is_open() -> None:
    tree = parse('x = """\n[a]\n[b]\n[c]\n')
    assert len(tree.blocks) == 4
    closed = tree.edit(len(tree.text), len(tree.text), '"""')
    assert len(closed.blocks) == 1
    assert len(closed.edit(len(closed.text) - 1, len(closed.text), "").blocks) == 4


def test_positions_of_a_whole_file() -> None:
    tree = parse('\ufeff[a]\r\nx = "é😀"\n[b]\rz = 1')
    assert tree.lines_before[-1] == 3
    assert tree.position(tree.text.index("z"), "utf-16") == (3, 0)
    assert tree.position(tree.text.index('"\n'), "utf-16") == (1, 8)
    assert tree.position(tree.text.index('"\n'), "utf-8") == (1, 11)
    assert tree.offset(1, 8, "utf-16") == tree.text.index('"\n')
    assert tree.offset(99, 0, "utf-16") == len(tree.text)
    assert tree.offset(1, 99, "utf-16") == tree.text.index("\n[b]")
    assert tree.start_of(tree.blocks[2]) == tree.text.index("[b]")


# Scalars, tokens, bytes


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        ('"a\\u00e9\\n\\"b"', 'aé\n"b'),
        ("'C:\\n'", "C:\\n"),
        ('"""\r\na\r\nb"""', "a\nb"),
        ('"""a \\\n   b\\tc"""', "a b\tc"),
        ("'''\nab'c'''", "ab'c"),
        ('"""x"""""', 'x""'),
        ('"open', "open"),
        ('""', ""),
        ('"\\U0001F600!"', "😀!"),
    ],
)
def test_offsets_of_decoded_characters(raw: str, decoded: str) -> None:
    (entry,) = parse(f"k = {raw}").blocks[0].entries
    assert isinstance(entry.value, Scalar)
    assert entry.value.value == decoded
    places = [source_offset(raw, index) for index in range(len(decoded) + 1)]
    assert places == sorted(set(places))
    for index, char in enumerate(decoded):
        assert raw[places[index]] in (char, "\\", "\r")
    assert entry.value.offset(0) == 4 + places[0]


def test_tokens_name_everything() -> None:
    (block, second) = parse("[a] # c\n!b.'c' = [1, {d = 1.5}] x\n").blocks
    assert tokens(block) == []
    assert [(kind, second.text[start:end]) for kind, start, end in tokens(second) if kind != "whitespace"] == [
        ("punctuation", "["),
        ("key", "a"),
        ("punctuation", "]"),
        ("comment", "# c"),
        ("newline", "\n"),
        ("key", "!b"),
        ("punctuation", "."),
        ("key", "'c'"),
        ("punctuation", "="),
        ("punctuation", "["),
        ("integer", "1"),
        ("punctuation", ","),
        ("punctuation", "{"),
        ("key", "d"),
        ("punctuation", "="),
        ("float", "1.5"),
        ("punctuation", "}"),
        ("punctuation", "]"),
        ("error", "x"),
        ("newline", "\n"),
    ]


def test_bytes_must_be_utf_8() -> None:
    assert decode("é\r\n".encode()) == "é\r\n"
    with pytest.raises(NotUtf8Error, match="byte 0xff in line 2, column 2; save it as UTF-8") as raised:
        decode("a\né".encode() + b"\xff")
    assert (raised.value.offset, raised.value.line, raised.value.column) == (4, 1, 1)
    with pytest.raises(NotUtf8Error, match="UTF-16"):
        decode("a = 1".encode("utf-16"))


def test_ranges_of_every_node() -> None:
    text = '[a."b"]\nk = [ "x", { m = 2 } ]\n'
    block = parse(text).blocks[1]
    header, (entry,) = block.header, block.entries
    assert header is not None
    assert text[header.start : header.end] == '[a."b"]'
    assert [text[part.start : part.end] for part in header.parts] == ["a", '"b"']
    assert isinstance(entry, KeyValue)
    assert text[entry.start : entry.end] == 'k = [ "x", { m = 2 } ]'
    assert text[entry.equals] == "="
    array = entry.value
    assert isinstance(array, Array)
    inline = array.items[1]
    assert isinstance(inline, InlineTable)
    assert text[inline.start : inline.end] == "{ m = 2 }"
    assert text[inline.entries[0].start : inline.entries[0].end] == "m = 2"


def test_a_missing_value_stands_where_it_is_expected() -> None:
    tree: SyntaxTree = parse("key = \n")
    value = tree.blocks[0].entries[0].value
    assert isinstance(value, Missing)
    assert (value.start, value.end) == (6, 6)
