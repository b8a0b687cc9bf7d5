"""Twice as much costs about twice as much: counted in calls, for what a hostile or a very large project may hold."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from syntax_kit import calls

from excore.index.indexer import Indexer
from excore.index.python_files import decode
from excore.lang.source import Disk
from excore.lang.syntax.document import parse
from excore.lang.syntax.tree import Array
from excore.lang.tables.table import Table
from excore.lang.workspace.host import Host
from excore_server.ide.completion.complete import complete
from kit import index, path_of, world

REGISTRY = "from excore import Registry\nM = Registry('Model')\n"


def diagnosed(text: str) -> int:
    here = world(text)
    return calls(lambda: here.snapshot.diagnostics(path_of("run.toml")), lines=True)


def described(*lines: str) -> int:
    """The work of reading a class ``F`` behind some lines of Python."""
    files = {"m.py": "\n".join((REGISTRY, *lines))}
    return calls(lambda: index(files).by_name["F"], lines=True)


def variables(size: int) -> int:
    values = "".join(f"some_name_{number} = 1\n" for number in range(size))
    uses = "".join(f"&x{number} = 'some_nmae_{number}'\n" for number in range(size))
    return diagnosed(f"{values}[Model.FCN]\n!backbone = 'ResNet'\n{uses}[Backbone.ResNet]\n")


def sections(size: int) -> int:
    return diagnosed("".join(f"[Model{number}.ResNet]\n" for number in range(size)))


def long_name(size: int) -> int:
    return diagnosed(f"[Model.R{'e' * 100 * size}]\n")


def broken_lines(size: int) -> int:
    return diagnosed("depth = 3 a\nVGG]\n&depth = 'dept'\n" * size)


def mistakes_in_a_fragment(size: int) -> int:
    mistakes = "= \n[a]\nx = 1 1\nx = 1\n[a]\n" * size
    return diagnosed(f"__base__ = 'base.toml'\n{mistakes * 2}[a]\n{'x = 1, 2' * size}\n#- base.toml\n{mistakes}")


def mistakes_in_one_table(size: int) -> int:
    return diagnosed("__base__ = 'base.toml'\n" + "= \n!x = 1 1\nx = 1\n" * size)


def literal(size: int) -> int:
    choices = ", ".join(f"'c{number}'" for number in range(size))
    return described(
        "from typing import Literal", "@M.register()", "class F:", f"    def __init__(self, a: Literal[{choices}]): ..."
    )


def members_of_enum(size: int) -> int:
    members = [f"    m{number} = {number}" for number in range(size)]
    return described("import enum", "class E(enum.Enum):", *members, "@M.register()", "def F(a: E): ...")


def diamonds_of_classes(size: int) -> int:
    size = size // 20
    layers = [f"class A{n + 1}(A{n}, B{n}): ...\nclass B{n + 1}(A{n}, B{n}): ..." for n in range(size)]
    return described("class A0: ...", "class B0: ...", *layers, "@M.register()", f"class F(A{size}): ...")


def aliases_of_types(size: int) -> int:
    layers = [f"T{number} = Union[{', '.join([f'T{number + 1}'] * size)}]" for number in range(6)]
    return described("from typing import Union", *layers, "T6 = int", "@M.register()", "def F(a: T0): ...")


def aliases(size: int) -> int:
    names = [f"R{number + 1} = R{number}" for number in range(size)]
    return described("R0 = M", *names, f"@R{size}.register()", "class F: ...")


def diamonds_of_bases(size: int) -> int:
    size = size // 10
    base = "__base__ = ['a{0}.toml', 'b{0}.toml']\n[Model.FCN]\nclasses = {0}\n"
    files = [f"#- {side}{n}.toml\n{base.format(n + 1)}" for n in range(size) for side in "ab"]
    ends = [f"#- {side}{size}.toml\n[Model.FCN]\n!backbone = 'ResNet'\n[Backbone.ResNet]\n" for side in "ab"]
    here = world("\n".join([f"#- run.toml\n{base.format(0)}", *files, *ends]))
    found: list[int] = []

    def headers() -> None:
        model = here.snapshot.own_model(path_of("run.toml"))
        value = model.groups["Model"].members["FCN"].value
        assert isinstance(value, Table)
        found.append(len(value.headers))

    return calls(headers) + found[0]


@pytest.mark.parametrize(
    "work",
    [
        *(
            variables,
            sections,
            long_name,
            broken_lines,
            mistakes_in_a_fragment,
            mistakes_in_one_table,
            literal,
            members_of_enum,
            diamonds_of_classes,
            aliases_of_types,
            aliases,
        ),
        diamonds_of_bases,
    ],
)
def test_twice_as_much_is_about_twice_the_work(work: Callable[[int], int]) -> None:
    work(20)  # what is made once
    most = 8 if work is diamonds_of_classes else 2.6  # each class has an order, as long as there are layers
    assert work(400) < most * work(200)


def test_tables_that_are_never_closed_are_not_read_to_the_end_each() -> None:
    text = f"a = {{x = {'{' * 40}\n" * 200
    assert calls(lambda: parse(text)) < 100 * len(text)


def test_configs_beside_the_one_that_is_asked_for_are_not_parsed() -> None:
    def beside(size: int) -> int:
        here = world("#- run.toml\n[Model.FCN]\n#- other.toml\n" + "[Model.FCN]\nclasses = 1\n" * size)
        return calls(lambda: here.snapshot.diagnostics(path_of("run.toml")), lines=True)

    beside(1)
    assert beside(400) < 1.1 * beside(1)


def test_what_many_configs_inherit_is_judged_once() -> None:
    def checked(tables: int, one_pass: bool) -> int:
        fields = "".join(f"[Extra{number}.SegNet]\nclasses = 7\n!backbone = 'ResNet'\n" for number in range(tables))
        runs = "".join(f"#- run{number}.toml\n__base__ = 'base.toml'\n[Model.FCN]\n" for number in range(20))
        here = world(f"#- base.toml\n{fields}\n{runs}")
        here.host.one_pass = one_pass
        return calls(lambda: [here.snapshot.diagnostics(path_of(name)) for name in here.fixture.configs])

    checked(1, False)
    together, alone = (checked(60, one_pass) - checked(20, one_pass) for one_pass in (True, False))
    assert together < 0.6 * alone


def of_one_edit(text: str) -> int:
    """The work of a digit typed at ``#``, the second time."""
    here = world(text)
    run, works = path_of("run.toml"), []
    at = text.index(" #")
    for start, end, new in ((at, at, "1"), (at, at + 1, ""), (at, at, "1")):
        here.host.edit(run, start, end, new)
        works.append(calls(lambda: here.snapshot.diagnostics(run)))
    return works[-1]


@pytest.mark.parametrize(
    ("before", "many", "behind"),
    [
        ("", "[thing{0}]\na = {0}\n[thing{0}.part]\nb = 2\n", "[Model.FCN]\nclasses = 3 #\n"),
        ("size = 3 #\n[Model.FCN]\n'&head' = [", "'size', ", "]\n"),
    ],
)
def test_an_edit_costs_what_it_changes(before: str, many: str, behind: str) -> None:
    """Of one table beside many that are nobody's, and of a number that much reads and whose kind stays."""
    few, lots = (before + "".join(map(many.format, range(size))) + behind for size in (1, 400))
    assert of_one_edit(lots) < 1.1 * of_one_edit(few)


def test_a_completion_does_not_wait_until_large_configs_are_learned_from() -> None:
    def beside(size: int) -> int:
        tables = "".join(f"[Model{number}.SegNet]\nclasses = 7\n" for number in range(size))
        here = world(f"#- run.toml\n[Model.FCN]\nclasses = 3\n#- other.toml\n{tables}")
        run, snapshot = path_of("run.toml"), here.snapshot
        work = calls(lambda: snapshot.practice(run))
        assert [one.text for one in snapshot.practice(run).of("FCN", "classes")] == ["3"]
        while not snapshot.has_learned(run):
            snapshot.practice(run, idle=True)
        assert sum(snapshot.practice(run).of("SegNet", "classes").values()) == size
        return work

    beside(1)
    assert beside(4000) < 1.1 * beside(1)


def test_a_completion_resolves_the_table_it_is_in_and_no_other() -> None:
    tables = "".join(f"[Model.SegNet{number}]\n!backbone = 'Res'\n" for number in range(400))
    here = world(f"{tables}[Backbone.ResNet]\n<|>\n")
    path, offset = here.cursor
    assert 4 * calls(lambda: complete(here.snapshot, path, offset)) < calls(lambda: here.snapshot.diagnostics(path))


def test_problems_are_found_in_pieces_whatever_is_edited_meanwhile() -> None:
    def config(number: int) -> str:
        wrong = "".join(f"[Backbone{other}.VGG]\n!x{other} = 'Mode'\n" for other in range(300))
        return f"[Model.FCN]\nclasses = {number}\n{wrong}[Other{number}.Mode]\n"

    run, here = path_of("run.toml"), world(config(0))
    for number in range(5):
        for _ in range(number * 3):
            next(here.snapshot.ahead(run), None)
        here.host.replace(run, config(number))
    assert len(list(here.snapshot.ahead(run))) > 1
    assert list(here.snapshot.ahead(run)) == []
    rest, whole = calls(lambda: here.snapshot.diagnostics(run)), diagnosed(config(4))
    assert 2 * rest < whole
    fresh = world(config(4)).snapshot
    found = [
        [(one.message, each.file(run).absolute(one.origin)) for one in each.diagnostics(run)]
        for each in (here.snapshot, fresh)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("cookie", ["idna", "punycode", "undefined", "unicode_escape", "zlib", "no-such"])
def test_an_encoding_that_no_source_has_costs_nothing(cookie: str) -> None:
    """Python would not read the file: as far as it is UTF-8 it is read, and the rest of the project with it."""
    head = f"# coding: {cookie}\n".encode()
    assert decode(head + b"name = 1\n\xff") == f"{head.decode()}name = 1\n\ufffd"


def test_a_chain_of_names_without_end_costs_one_name(tmp_path: Path) -> None:
    hops = {f"x{number}.py": f"from x{number + 1} import C\n" for number in range(1200)}
    kinds = "".join(f"class K{number + 1}(K{number}): ...\n" for number in range(1200))
    found = index(
        {
            **hops,
            "m.py": f"{REGISTRY}from x0 import C\nM.register()(C)\nclass K0: ...\n{kinds}"
            "Q = K1200('Q')\n@M.register()\nclass F(K1200): ...\n",
        }
    )
    assert list(found.by_name["F"][0].bases)[:2] == ["m.F", "m.K1200"]
    assert not found.by_name["F"][0].bases_complete


@pytest.mark.parametrize(
    "text",
    ["a = [" + "1, " * 50_000 + "]\n", "a = [" + "#\n" * 50_000 + "]\n", "\n" * 100_000, "#\n" * 50_000, "a = ["],
    ids="items comments-in-array blanks comments open".split(),
)
def test_what_repeats_is_read_in_little_memory(text: str) -> None:
    import tracemalloc

    parse("a = [1]\n")
    tracemalloc.start()
    try:
        tree = parse(text)
        assert tracemalloc.get_traced_memory()[1] < 10 * max(len(text), 10_000)
    finally:
        tracemalloc.stop()
    if text.startswith("a = [1"):
        (entry,) = tree.blocks[0].entries
        assert isinstance(entry.value, Array)
        assert entry.value.flat
        assert [item.raw for item in entry.value.items[-2:]] == ["1", "1"]
        assert len(entry.value.items) == 50_000


@pytest.mark.skipif(sys.platform == "win32", reason="paths are not so long there")
def test_folders_in_folders_and_links_that_lead_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "other.py").write_text(f"{REGISTRY}@M.register()\nclass Other: ...\n")
    monkeypatch.chdir(tmp_path / "project")
    Path("run.toml").write_text("a = 1\n")
    Path("up").symlink_to(tmp_path)
    Path("top").symlink_to("/")
    host = Host(Disk())
    for _ in range(1200):
        Path("d").mkdir()
        os.chdir("d")
    Path("deep.toml").write_text("a = 1\n")
    host.add_folder(str(tmp_path / "project"))
    assert list(host.toml_files) == [str(tmp_path / "project" / "run.toml")]
    assert list(Indexer(tmp_path / "project", use_cache=False).build().by_name) == []
    Path("deep.toml").unlink()
    for _ in range(1200):  # whoever cleans up may not be as careful
        os.chdir("..")
        Path("d").rmdir()
