"""TOML's rules on tables: what may be defined how often, where it stands, and what an edit leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_kit import CLASHES, EVERYTHING, NESTED_TABLES

from excore.lang.problems import Origin
from excore.lang.syntax.document import SyntaxTree, parse
from excore.lang.syntax.tree import Array, Missing, Scalar
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import Binding, FileTables, Table, Tables, plain


def read(text: str) -> tuple[SyntaxTree, FileTables]:
    tree = parse(text)
    return tree, assemble("run.toml", tree)


def marked(tree: SyntaxTree, origin: Origin) -> str:
    """``line:text`` of an origin, lines from 1."""
    start = tree.start_of(origin.block) + origin.start
    return f"{tree.position(start)[0] + 1}:{tree.text[start : start + origin.end - origin.start]}"


def duplicates(text: str) -> list[str]:
    tree, tables = read(text)
    assert {problem.code for problem in tables.problems} <= {"duplicate-key"}
    return [
        f"{marked(tree, problem.origin)} after {marked(tree, problem.related[0].origin)}" for problem in tables.problems
    ]


def at(tables: FileTables, *path: str) -> Binding:
    table = tables.root
    for name in path[:-1]:
        value = table.bindings[name].value
        assert isinstance(value, Table)
        table = value
    return table.bindings[path[-1]]


def table_at(tables: FileTables, *path: str) -> Table:
    value = at(tables, *path).value
    assert isinstance(value, Table)
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\na = 2", ["2:a after 1:a"]),
        ("a = 1\n'a' = 2\n\"a\" = 3", ["2:'a' after 1:a", '3:"a" after 1:a']),
        ("[a]\n[a]", ["2:a after 1:a"]),
        ("[a]\nx = 1\n[b]\n[a]\nx = 2", ["4:a after 1:a"]),
        ("[a.b]\n[a]\n[a]", ["3:a after 2:a"]),
        ("a = 1\n[a]", ["2:a after 1:a"]),
        ("a = 1\n[a.b.c]", ["2:a after 1:a"]),
        ("a.b = 1\na.b.c = 2", ["2:b after 1:b"]),
        ("a.b.c = 1\na.b = 2", ["2:b after 1:b"]),
        ("[a]\nb.c = 1\n[a.b]", ["3:b after 2:b"]),
        ("[a.b]\n[a]\nb = 1", ["3:b after 1:b"]),
        ("[a.b]\n[a]\nb.c = 1", ["3:b after 1:b"]),
        ("[a.b.c]\n[a]\nb.c.d = 1", ["3:c after 1:c"]),
        ("a = {}\n[a]", ["2:a after 1:a"]),
        ("a = {}\n[a.b]", ["2:a after 1:a"]),
        ("a = {}\na.b = 1", ["2:a after 1:a"]),
        ("a = { b = 1, b = 2, c = { d = 1, d = 2 } }", ["1:b after 1:b", "1:d after 1:d"]),
        ("a = [{ b = 1, b = 2 }]", ["1:b after 1:b"]),
        ("a = { b.c = 1, b.d = 2, b.c = 3 }", ["1:c after 1:c"]),
        ("[a]\n[[a]]", ["2:a after 1:a"]),
        ("[[a]]\n[a]", ["2:a after 1:a"]),
        ("[a.b]\n[[a]]", ["2:a after 1:a"]),
        ("a = []\n[[a]]", ["2:a after 1:a"]),
        ("[[a]]\nb = 1\nb = 2\n[[a]]\nb = 3", ["3:b after 2:b"]),
    ],
)
def test_duplicates_are_reported_with_the_first_place(text: str, expected: list[str]) -> None:
    assert duplicates(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a.b]\nx = 1\n[a]\ny = 2", {"a": {"b": {"x": 1}, "y": 2}}),
        ("[a]\nb.c = 1\n[a.d]\n[a.b.e]", {"a": {"b": {"c": 1, "e": {}}, "d": {}}}),
        ("a.b = 1\na.c = 2", {"a": {"b": 1, "c": 2}}),
        ("[a.b.c]\n[a]\nb.d = 1", {"a": {"b": {"c": {}, "d": 1}}}),
        ("[[a]]\n[a.b]\nx = 1\n[[a]]\n[a.b]\nx = 2", {"a": [{"b": {"x": 1}}, {"b": {"x": 2}}]}),
        ("[[a.b]]\n[[a.b.c]]\n[[a.b.c]]\n[[a.b]]", {"a": {"b": [{"c": [{}, {}]}, {}]}}),
        ("x = [{ a.b = 1, a.c = 2 }, []]", {"x": [{"a": {"b": 1, "c": 2}}, []]}),
    ],
)
def test_tables_may_be_written_in_many_ways(text: str, expected: object) -> None:
    tree, tables = read(text)
    assert (list(tree.problems), tables.problems) == ([], ())
    assert plain(tables.root) == expected


def test_after_a_duplicate_the_first_stays_and_so_does_everything_else() -> None:
    _, tables = read("a = 1\na = 2\n[t]\nx = 1\n[t]\nx = 2\ny = 3\n[u]\nz = 4")
    assert plain(tables.root) == {"a": 1, "t": {"x": 1, "y": 3}, "u": {"z": 4}}


def test_order_is_that_of_first_appearance() -> None:
    _, tables = read("z = 1\n[m.x]\n[b]\n[m.a]\n[a]")
    assert list(tables.root.bindings) == ["z", "m", "b", "a"]
    assert list(table_at(tables, "m").bindings) == ["x", "a"]


def test_half_typed_lines_bind_what_they_can() -> None:
    _, tables = read("a = \nb\n[m]\nc = [1, \n[n]\n[o")
    assert isinstance(tables.root.bindings["a"].value, Missing)
    assert isinstance(tables.root.bindings["b"].value, Missing)
    assert isinstance(at(tables, "m", "c").value, Array)
    assert plain(tables.root) == {"a": None, "b": None, "m": {"c": [1]}, "n": {}, "o": {}}
    _, tables = read("[m]\nx = 1\n[m.\ny = 2\n[]\nz = 3\n! = 4")
    assert plain(tables.root) == {"m": {"x": 1}}
    assert tables.problems == ()


def test_places() -> None:
    tree, tables = read("k.d = 1\n[Model.FCN]\n!backbone = { 'a' = 'R' }\n[[s]]\n[[s]]\n")
    assert marked(tree, at(tables, "k").origin) == "1:k"
    assert marked(tree, at(tables, "k", "d").value_origin) == "1:1"
    assert marked(tree, at(tables, "Model").origin) == "2:Model"
    model = at(tables, "Model", "FCN")
    assert marked(tree, model.origin) == marked(tree, model.value_origin) == "2:FCN"
    inner = at(tables, "Model", "FCN", "!backbone", "a")
    assert isinstance(inner.value, Scalar)
    assert (marked(tree, inner.origin), marked(tree, inner.value_origin)) == ("3:'a'", "3:'R'")
    items = at(tables, "s").value
    assert isinstance(items, Tables)
    assert [marked(tree, item.headers[0]) for item in items.items] == ["4:s", "5:s"]


def test_styles() -> None:
    _, tables = read("d.x = 1\ni = {}\n[m.h]\n")
    assert [(name, table_at(tables, name).style) for name in "dim"] == [
        ("d", "dotted"),
        ("i", "inline"),
        ("m", "implicit"),
    ]
    assert (tables.root.style, table_at(tables, "m", "h").style) == ("root", "header")
    assert table_at(tables, "m").headers == ()


# Edits

CONFIG = """size = 1
[Model.FCN]
a = 1
[Model.SegNet]
b = 2
[Model.SegNet.head]
c = 3
[Data.City]
d.e = 4
[[steps]]
f = 5
[[steps]]
g = 6
[steps.inner]
h = 7
"""


def edited(old: str, new: str) -> tuple[FileTables, FileTables]:
    tree, before = read(CONFIG)
    start = CONFIG.index(old)
    tree = tree.edit(start, start + len(old), new)
    after = assemble("run.toml", tree, before)
    assert plain(after.root) == plain(assemble("run.toml", parse(tree.text)).root)
    return before, after


@pytest.mark.parametrize(
    ("old", "new", "same", "other"),
    [
        ("a = 1", "a = 10", ["Model.SegNet", "Data", "steps"], ["Model.FCN", "Model"]),
        ("c = 3", "c = 30", ["Model.FCN", "Data", "steps"], ["Model.SegNet.head", "Model.SegNet", "Model"]),
        ("b = 2", "b = 20", ["Model.FCN", "Model.SegNet.head", "Data"], ["Model.SegNet", "Model"]),
        ("[Model.FCN]", "[Model.FCN2]", ["Model.SegNet", "Data", "steps"], ["Model"]),
        ("c = 3\n", "c = 3\n[New]\n", ["Model", "steps", "Data.City", "Data"], []),
        ("size", "length", ["Model", "Data", "steps"], []),
        ("[Model.SegNet.head]\nc = 3\n", "", ["Model.FCN", "Data"], ["Model.SegNet"]),
        ("h = 7", "h = 8", ["Model", "Data"], ["steps"]),
        ("g = 6", "g = 6 # six", ["Model", "Data"], ["steps"]),
    ],
)
def test_an_edit_keeps_the_identity_of_tables_it_does_not_touch(
    old: str, new: str, same: list[str], other: list[str]
) -> None:
    before, after = edited(old, new)
    for path in same:
        assert at(before, *path.split(".")) is at(after, *path.split("."))
    for path in other:
        assert at(before, *path.split(".")).value is not at(after, *path.split(".")).value


def test_an_array_of_tables_keeps_the_items_an_edit_does_not_touch() -> None:
    before, after = edited("h = 7", "h = 8")
    old, new = at(before, "steps").value, at(after, "steps").value
    assert isinstance(old, Tables)
    assert isinstance(new, Tables)
    assert old.items[0] is new.items[0]
    assert old.items[1] is not new.items[1]


def test_what_is_given_out_never_changes() -> None:
    tree, before = read(CONFIG)
    kept = plain(before.root)
    for at_offset in range(0, len(CONFIG), 7):
        assemble("run.toml", tree.edit(at_offset, at_offset + 3, "[Model.SegNet]\nz = 1\n"), before)
    assert plain(before.root) == kept


def test_places_follow_an_edit_above() -> None:
    tree, before = read(CONFIG)
    tree = tree.edit(0, 0, "# one more line\n")
    after = assemble("run.toml", tree, before)
    assert marked(tree, at(after, "Data", "City", "d", "e").origin) == "10:e"


def test_a_duplicate_comes_and_goes_with_edits() -> None:
    tree, tables = read(CONFIG)
    end = len(CONFIG)
    tree = tree.edit(end, end, "[Model.FCN]\n")
    tables = assemble("run.toml", tree, tables)
    (problem,) = tables.problems
    assert marked(tree, problem.origin) == "16:FCN"
    assert marked(tree, problem.related[0].origin) == "2:FCN"
    tree = tree.edit(tree.text.index("[Model.FCN]"), tree.text.index("[Model.SegNet]"), "")
    tables = assemble("run.toml", tree, tables)
    assert tables.problems == ()
    assert plain(table_at(tables, "Model", "FCN")) == {}


def test_an_edit_without_effect_gives_the_same_tables() -> None:
    tree, tables = read(CLASHES + EVERYTHING + NESTED_TABLES)
    same = tree.edit(5, 5, "")
    again = assemble("run.toml", same, tables)
    assert again.root is tables.root
    assert again.problems == tables.problems


def test_tables_of_another_file_are_not_reused() -> None:
    tree, tables = read(CONFIG)
    other = assemble("other.toml", tree, tables)
    assert at(other, "Model", "FCN").file == "other.toml"


def written(tree: SyntaxTree, tables: FileTables) -> object:
    """All that tables say: what is where, in which order, written how, and what is wrong."""

    def of(binding: Binding) -> object:
        return binding.name, marked(tree, binding.origin), value_of(binding.value)

    def value_of(value: object) -> object:
        if isinstance(value, Table):
            headers = [marked(tree, origin) for origin in value.headers]
            return value.style, headers, [(name, of(binding)) for name, binding in value.bindings.items()]
        if isinstance(value, Tables):
            return [value_of(item) for item in value.items]
        return type(value)

    found = [
        (one.message, marked(tree, one.origin), [marked(tree, related.origin) for related in one.related])
        for one in tables.problems
    ]
    return value_of(tables.root), found


HEADERS = (
    "",
    "[a]",
    "[[a]]",
    "[a.b]",
    "[[a.b]]",
    "[a.b.c]",
    "[a.c]",
    "[b]",
    "[b.a]",
    "[c.a]",
    "[c.b]",
    "[",
    "[c.]",
    "x",
)
BODIES = ("", "a = 1", "b.a = 1", "a = 1\na = 2", "b = {a = 1}", "c = 2 # c")
PIECES = st.builds("{}\n{}\n".format, st.sampled_from(HEADERS), st.sampled_from(BODIES))


@settings(deadline=None, max_examples=300)
@given(
    st.lists(PIECES, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3), st.lists(PIECES, max_size=3)), min_size=1, max_size=6),
)
def test_tables_after_edits_say_what_fresh_ones_say(pieces: list[str], edits: list[tuple[int, int, list[str]]]) -> None:
    tree, tables = read("".join(pieces))
    for first, many, new in edits:
        last = min(len(pieces), first + many)
        start, end = (len("".join(pieces[:index])) for index in (first, last))
        pieces[first:last] = new
        tree = tree.edit(start, end, "".join(new))
        tables = assemble("run.toml", tree, tables)
        assert written(tree, tables) == written(*read("".join(pieces)))
