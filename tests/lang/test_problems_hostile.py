"""Whatever stands in a config, there is a model and there are problems, and what stands below is still known."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogs import ZOO
from hypothesis import given, settings
from hypothesis import strategies as st
from spec_kit import RUN, bound, problems, snapshot

from excore.index import Indexer
from excore.lang.source import Disk, Unreadable
from excore.lang.tables.table import plain
from excore.lang.workspace.host import Host

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
CONFIGS = sorted(path for path in QUICKSTART.rglob("*.toml") if not path.name.startswith("."))
DEEP = 1000
KEY = ".".join(["a"] * 95)
AFTER = "\n[Backbone.ResNet]\nlayer = 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "[Model.FCN]\nbackbone = " + "[" * DEEP + "]" * DEEP,
        "[Model.FCN]\n!backbone = " + "[" * DEEP + "]" * DEEP,
        "[Model.FCN]\nbackbone = " + "{a = " * DEEP + "1" + "}" * DEEP,
        "[Model.FCN]\n!backbone = " + "{a = " * DEEP + '"ResNet"' + "}" * DEEP,
        "[Model.FCN]\n!backbone = " + "{a = [" * DEEP,
        "[Model.FCN]\n!backbone = " + "[{a = " * 99 + '"ResNet"' + "}]" * 99,
        "[Model.FCN]\n!backbone." + KEY + " = " + "{a = " * 95 + '"ResNet"' + "}" * 95,
        "[Model.FCN." + KEY + "]\n" + KEY + " = " + "{a = " * 95 + "1" + "}" * 95,
        "[Model.FCN" + ".a" * DEEP + "]\nx = 1",
        "x" + ".a" * DEEP + " = 1",
        '[Model.FCN]\n!backbone = "ResNet' + ".a" * DEEP + '"',
        '[Model.FCN]\n!backbone = "ResNet' + "@WeightDecayHook" * DEEP + '"',
        '[Model.FCN]\n!backbone = "ResNet.a' + "(" * DEEP + '"',
        '[Model.FCN]\n!backbone = "ResNet.a' + "[" * 90 + "]" * 90 + '"',
        '[Model.FCN]\n!backbone = "' + "$" * DEEP + '"',
        '[Model.FCN]\n&backbone = "' + "${" * DEEP + '"',
        "[Model.FCN]\n!backbone = [" + '"ResNet",' * 20_000 + "]",
        "[Model.FCN]\nbackbone = [" + "1," * 20_000 + "]",
        '[Model.FCN]\nbackbone = "' + "x" * 1_000_000 + '"',
        "[Model.FCN]\nbackbone = 1" + "0" * 5_000,
        "[Model.FCN]\nbackbone = 1\n" + "".join(f"[S{n}.FCN]\nbackbone = 1\n" for n in range(500)),
    ],
    ids=lambda text: text[12:40].replace("\n", " "),
)
def test_depth_and_size(text):
    for files in (
        {RUN: text + AFTER},
        {RUN: f'__base__ = ["base.toml"]\n{text}{AFTER}', "/p/base.toml": text + "\n"},
    ):
        snap = snapshot(files)
        found = snap.diagnostics(RUN)
        assert any(item.code == "unknown-parameter" and "`layer`" in item.message for item in found)
        plain(snap.own_model(RUN).root)


def test_long_chains_of_modules():
    chain = "".join(f'[S{n}.ResNet]\n!block = "$S{n + 1}"\n' for n in range(3000)) + "[S3000.ResNet]\n"
    text = '[Model.FCN]\n!backbone = "$S0"\n' + chain
    assert problems(text) == []
    (item,) = problems(text + '!block = "$S0"\n')
    assert item.code == "reference-cycle"


@pytest.mark.parametrize(
    "text",
    [
        '"" = 1',
        '[Model.""]',
        '["".""]',
        '[Model.FCN]\n"" = 1',
        '"!" = 1',
        '[Model."!"]',
        '[Model.FCN]\n"!" = "ResNet"',
        '[Model.FCN]\n"&" = ""',
        '[Model."!FCN"]',
        '["!Model".FCN]',
        "[ExcoreHook]",
        '[ExcoreHook.""]',
        "ExcoreHook = 1",
        "[[ExcoreHook]]",
        "[__no_call__]",
        "__no_call__ = true",
        "[__base__]",
        "[[__base__]]",
        "__base__ = {}",
        "__base__.a = 1",
        '__base__ = ["\\u0000.toml", "/", ".", "..", ".toml", "~", "\\u202e.toml", "C:\\\\x.toml"]',
        "__base__ =",
        '[Model.FCN]\n!backbone = "\\u0000"',
        '[Model.FCN]\n!backbone = "\\ud800"',
        '[Model.FCN]\n!backbone = "😀.a@b"',
        '[Model.FCN]\n!backbone = "&"',
        '[Model.FCN]\n&backbone = "&"',
        '[Model.FCN]\n&backbone = "."',
        "\0",
        "\ud800 = 1",
        "\ufeff[Model.FCN]",
        '[Model.FCN]\n!backbone = """\nResNet\n"""',
        '[Model.FCN]\n!backbone = "\\u0052esNett"',
        "[Model.FCN]\n__no_call__ =",
        "[Model.FCN]\n!backbone =",
        "[Model.FCN]\n!backbone",
        "[Model.FCN]\n!",
        "[Model.",
        "[",
        "[[",
        '[Model.FCN]\n!backbone = "$::"',
        '[Model.FCN]\n!backbone = "$Model::*::*"',
        '[Model.FCN]\n!backbone = "@"',
    ],
)
def test_strange_names_and_values(text):
    snap = snapshot({RUN: text + AFTER}, environment={})
    found = snap.diagnostics(RUN)
    assert any(item.code == "unknown-parameter" and "`layer`" in item.message for item in found)
    file = snap.file(RUN)
    for item in found:
        start, end = file.absolute(item.origin)
        assert 0 <= start <= end <= len(file.text)
        assert "\n" not in item.message


def test_ranges_behind_escapes():
    (item,) = problems('[Model.FCN]\n!backbone = "\\u0052esNett"\n')
    block = item.origin.block
    assert block.text[item.origin.start : item.origin.end] == "\\u0052esNett"


def test_registries_with_names_of_keywords():
    known = ZOO + "__base__: A()\n__no_call__: B()\nExcoreHook: C()\n"
    model = snapshot({RUN: '__base__ = []\n[Model.FCN]\n!backbone = "ResNet"\n'}, known=known)
    assert model.diagnostics(RUN) == ()
    assert bound(model.own_model(RUN), "Model.FCN", "backbone") == "ResNet*"


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "run.toml"
    path.write_bytes(b"a = 1\nb = '\xff'\n")
    host = Host()
    snap = host.snapshot()
    assert snap.file(str(path)) is None
    (item,) = [item for item in snap.root_problems(str(path)) if item.code == "unreadable-file"]
    assert "not UTF-8: byte 0xff in line 2" in item.message
    assert isinstance(Disk().read(str(tmp_path)), Unreadable)


# -- broken copies of the example


@pytest.fixture(scope="module")
def quickstart() -> Host:
    host = Host(Disk(), {"QUICKSTART_DATA": "data"})
    host.add_folder(str(QUICKSTART))
    host.set_catalog(str(QUICKSTART), Indexer(QUICKSTART, src_dir="src", use_cache=False).build())
    return host


def headers(host: Host, path: str) -> list[tuple[str, tuple[str, ...]]]:
    """The source and the names of every header of a file."""
    file = host.snapshot().file(path)
    blocks = [block for block in file.tree.blocks if block.header is not None and block.header.closed]
    return [(b.text.split("\n")[0], tuple(part.name for part in b.header.parts)) for b in blocks]


def holds(model, names: tuple[str, ...]) -> bool:
    """Whether a table of the model comes from a header with these names."""
    table = model.root
    for name in names:
        binding = getattr(table, "bindings", {}).get(name)
        if binding is None:
            return False
        table = binding.value
    return True


def judge(host: Host, path: str) -> None:
    snap = host.snapshot()
    file = snap.file(path)
    for item in snap.diagnostics(path):
        start, end = file.absolute(item.origin)
        assert 0 <= start <= end <= len(file.text)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_truncations_and_deletions_keep_all_other_headers(quickstart, path, data):
    name, text = str(path), path.read_text()
    quickstart.open(name, text)
    known = headers(quickstart, name)
    at = data.draw(st.integers(0, len(text) - 1))
    starts, end = [], 0
    for line, _ in known:
        end = text.index("\n" + line, end) + 1 if not text.startswith(line) or end else 0
        starts.append(end)
    try:
        quickstart.edit(name, at, at + 1, "")
        judge(quickstart, name)
        model = quickstart.snapshot().own_model(name)
        for (line, names), start in zip(known, starts, strict=True):
            if not start <= at <= start + len(line) and at != start - 1:
                assert holds(model, names), (line, text[at])
        quickstart.replace(name, text[:at])
        judge(quickstart, name)
        model = quickstart.snapshot().own_model(name)
        for (line, names), start in zip(known, starts, strict=True):
            assert start + len(line) > at or holds(model, names)
    finally:
        quickstart.close(name)


def test_the_example_itself_has_no_errors(quickstart):
    for path in CONFIGS:
        found = quickstart.snapshot().diagnostics(str(path))
        if path.parent.name == "broken":
            assert found, path
        else:
            assert [(item.code, item.message) for item in found if item.severity in ("error", "warning")] == [], path
