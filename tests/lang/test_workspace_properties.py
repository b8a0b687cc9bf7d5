"""An edit gives what a fresh start gives: models and diagnostics do not depend on how a text came about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from catalogs import catalog, project
from hypothesis import given, settings
from hypothesis import strategies as st

from excore.lang.source import Memory
from excore.lang.workspace.host import Host

BASE = """
size = 224
ref = "size"
[Backbone.ResNet]
layers = 18
[TrainData.City]
&train_size = "size"
!transforms = ["Pad", "Flip", "Normalize"]
[Pad]
&pad_size = "size"
"""
ROOT = """__base__ = ["base.toml"]
[Model.FCN]
@backbone = "ResNet"
!head = "SimpleHead"
[Model.SegNet]
@backbone = "$Backbone"
[Variants.VGG]
depth = 3
[Variants.ResNet]
layers = 34
$block = "BasicBlock"
[Head.SimpleHead]
channels = 4
[Optimizer.SGD]
@params = "$Model::FCN.parameters()@WeightDecayHook"
lr = 0.1
[WeightDecayHook]
weight_decay = 0.1
[Normalize]
__no_call__ = true
[TrainData.City]
!transforms = ["Pad", "Normalize"]
"""
OTHER = """__base__ = ["base.toml"]
[TrainData.City]
$transforms = ["Pad"]
[Backbone.ResNet]
layers = 50
"""
PIECES = [
    "_x = 1\n",
    '$backbone = "VGG"\n',
    '$head = "$Optimizer"\n',
    '&layers = "_x"\n',
    '!block = "FCN"\n',
    "@WeightDecayHook",
    "# excore: ignore\n",
    "__no_call__ = true\n",
    '[Backbone.ResNet]\n$block = "SGD"\n',
    '!block = "$Model::*"\n',
    "[Model.FCN]\n",
    "[Model.VGG]\n",
    "[ResNet]\n",
    "[Backbone.VGG]\ndepth = 1\n",
    "[Extra.ResNet]\n",
    "[x]\na = 1\n",
    '!backbone = "VGG"\n',
    '@backbone = "VGG"\n',
    '$backbone = "ResNet"\n',
    '&layers = "size"\n',
    '"',
    "[",
    "]",
    ".",
    "=",
    "size = 3\n",
    "__base__ = []\n",
    "\n",
    "!",
    "@",
    "$",
    "&",
    "::*",
    '@head = "SegNet"\n',
    '@backbone = "FCN"\n',
    "x",
    '"""',
    "'''",
    "# c\n",
    "[[Model.FCN]]\n",
    "{",
    "}",
    ",",
    "\r\n",
    "\u2028",
    "😀",
    "[ExcoreHook.WeightDecayHook]\n",
]


def host(files: dict[str, str], one_pass: bool = False) -> Host:
    made = Host(Memory(files), {"HOME": "/home"}, one_pass)
    made.projects["/p"] = project()
    made.set_catalog("/p", CATALOG)
    return made


CATALOG = catalog()


def report(made: Host, path: str) -> list[Any]:
    """Everything an edit could get wrong, with absolute positions."""
    snapshot = made.snapshot()
    model = snapshot.own_model(path)
    file = snapshot.file(path)
    assert file is not None

    def place(origin):
        there = snapshot.file(origin.file)
        return (origin.file, *there.absolute(origin))

    found = [
        (
            *(item.code, item.message, item.severity, item.suggestions, item.data),
            *(file.absolute(item.origin), [place(r.origin) for r in item.related]),
        )
        for item in snapshot.diagnostics(path)
    ]
    uses = {target: [(use.user, use.argument, use.kind) for use in uses] for target, uses in model.users.items()}
    kinds = {target: model.kind(target) for target in model.sections}
    return [found, uses, kinds, sorted(model.reached), list(model.paths), sorted(model.silent), model.members]


edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from([*PIECES, ""])), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(edits, st.booleans())
def test_edits_give_what_a_fresh_start_gives(changes, in_base):
    files = {"/p/base.toml": BASE, "/p/run.toml": ROOT, "/p/other.toml": OTHER}
    edited = "/p/base.toml" if in_base else "/p/run.toml"
    live = host(files)
    for path, text in files.items():
        live.open(path, text)
    text = files[edited]
    for where, length, new in changes:
        start = int(where * len(text))
        end = min(len(text), start + length)
        text = text[:start] + new + text[end:]
        live.edit(edited, start, end, new)
        for path in files:
            report(live, path)
    fresh = host(files)
    for path in files:
        fresh.open(path, text if path == edited else files[path])
    assert live.snapshot().file(edited).text == text
    for path in files:
        assert report(live, path) == report(fresh, path)


NAMES = ("FCN", "ResNet", "VGG", "Model", "Backbone", "Extra", "size", "_x", "SimpleHead", "WeightDecayHook", "Pad")
ENDINGS = ("", "x", "@WeightDecayHook", "::*")
MORE = ("[Model.FCN.deep]\na = 1\n", '[Optimizer.SGD]\n!params = "FCN"\n', '[VGG]\n@block = "ResNet"\n', '"_x" = 1\n')
renames = st.tuples(
    st.floats(0, 0.999),
    st.sampled_from(["header", "reference", "key", "line", "block", "more"]),
    st.sampled_from(NAMES),
    st.sampled_from(ENDINGS),
)
PLACES = {
    "header": re.compile(r"(?<=[\[.])\w+(?=[\].])"),
    "reference": re.compile(r"(?<=[\"$:])\w+"),
    "key": re.compile(r"(?m)^\W?\w+(?= =)"),
    "line": re.compile(r"(?m)^.*\n"),
    "block": re.compile(r"(?m)^\[[^\[]*"),
    "more": re.compile(r"(?m)^(?=\[)"),
}


@settings(max_examples=100, deadline=None)
@given(st.lists(renames, min_size=1, max_size=6), st.booleans())
def test_edits_of_names_lines_and_tables_give_what_a_fresh_start_gives(changes, in_base):
    files = {"/p/base.toml": BASE, "/p/run.toml": ROOT, "/p/other.toml": OTHER}
    edited = "/p/base.toml" if in_base else "/p/run.toml"
    live = host(files)
    for path, text in files.items():
        live.open(path, text)
    for where, kind, name, ending in changes:
        text = files[edited]
        places = [*PLACES[kind].finditer(text)]
        if not places:
            continue
        start, end = places[int(where * len(places))].span()
        new = {"line": "", "block": "", "more": MORE[len(name + ending) % len(MORE)]}.get(kind, name + ending)
        live.edit(edited, start, end, new)
        files[edited] = text[:start] + new + text[end:]
        fresh = host(files)
        for path, text in files.items():
            fresh.open(path, text)
        for path in files:
            assert report(live, path) == report(fresh, path)


@settings(max_examples=60, deadline=None)
@given(st.permutations(ROOT.split("\n[")[1:]))
def test_the_order_of_sections_does_not_matter(parts):
    head = ROOT.split("\n[")[0]
    made = host({"/p/base.toml": BASE, "/p/run.toml": "\n[".join((head, *parts))})
    straight = host({"/p/base.toml": BASE, "/p/run.toml": ROOT})
    one, other = (h.snapshot().own_model("/p/run.toml") for h in (made, straight))
    assert one.sections.keys() == other.sections.keys()
    for path in one.sections:
        assert one.kind(path) == other.kind(path)
        assert one.sections[path].entry == other.sections[path].entry
    assert one.reached == other.reached
    codes = [sorted((p.code, p.message) for p in h.snapshot().diagnostics("/p/run.toml")) for h in (made, straight)]
    assert codes[0] == codes[1]


MISTAKES = """[Model.FCN]
!backbone = "Gone1"
head = {a = 1, "!b" = 2}
[Pads.ResNet]
!blocks = {one = "Gone2", two = "Gone3"}
layers = "text"
[Model.SegNet]
!backbone = ["Gone4", "ResNet"]
$layers = "Gone5"
"""
OVERRIDES = [
    ("Model.FCN", "@backbone = 'VGG'"),
    ("Model.FCN", "backbone = 1"),
    ("Pads.ResNet", "!blocks.one = 'VGG'"),
    ("Pads.ResNet", "blocks = 1"),
    ("Pads.ResNet", "layers = 3"),
    ("Model.SegNet", "!backbone = []"),
    ("Model.SegNet", "layers = 3"),
]


def mistakes(made: Host, path: str) -> set[tuple[object, ...]]:
    """Code and place of what is told of a file, but for what its tables are used for."""
    return {(item[0], item[5]) for item in report(made, path)[0] if item[0] != "unused-section"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from(OVERRIDES)), min_size=1, max_size=4))
def test_a_mistake_that_needs_no_other_line_is_told_whoever_overrides_it(children):
    files = {"/p/part.toml": f"{MISTAKES}[VGG]\ndepth = 1\n"}
    alone = host(files)
    alone.toml_files.update(dict.fromkeys(files))
    wanted = mistakes(alone, "/p/part.toml")
    for number, overrides in enumerate(children):
        tables: dict[str, dict[str, str]] = {}
        for table, line in sorted(overrides):
            tables.setdefault(table, {})[re.findall(r"\w+", line)[0]] = line
        body = "".join(f"[{table}]\n" + "\n".join(lines.values()) + "\n" for table, lines in tables.items())
        files[f"/p/run{number}.toml"] = f'__base__ = "part.toml"\n{body}'
    live = host(files)
    live.toml_files.update(dict.fromkeys(files))
    assert mistakes(live, "/p/part.toml") == wanted
    assert len(wanted) == 7


def test_a_snapshot_answers_the_same_whatever_becomes_of_the_disk(tmp_path: Path) -> None:
    base, root = tmp_path / "base.toml", tmp_path / "run.toml"
    base.write_text("[Backbone.ResNet]\nlayers = 18\n")
    root.write_text('__base__ = "base.toml"\n[Model.FCN]\n!backbone = "ResNet"\n')
    made = Host()
    made.projects[str(tmp_path)] = project()
    made.set_catalog("/p", CATALOG)
    before = made.snapshot()
    answers = (before.diagnostics(str(root)), before.own_model(str(root)), before.file(str(base)))
    base.write_text("[Backbone.ResNet]\nlayrs = 18\n")
    made.file_changed(str(base))
    assert (before.diagnostics(str(root)), before.own_model(str(root)), before.file(str(base))) == answers
    assert before.closure(str(root)).files == (str(base), str(root))
    after = made.snapshot()
    assert after.file(str(base)) is not answers[2]
    assert [one.code for one in after.root_problems(str(root))] != [one.code for one in before.root_problems(str(root))]


def test_a_snapshot_reads_a_file_once(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("a = 1\n")
    made = Host()
    before = made.snapshot()
    assert before.tables(str(path)) is before.tables(str(path))
    path.write_text("a = 2\n")
    made.file_changed(str(path))
    made.snapshot().tables(str(path))
    file = before.file(str(path))
    assert file is not None
    assert file.text == "a = 1\n"


pieces = st.lists(st.tuples(st.sampled_from(["base", "run", "other"]), st.floats(0, 1), st.sampled_from(PIECES)))


@settings(max_examples=100, deadline=None)
@given(pieces)
def test_configs_that_share_what_they_inherit_are_judged_as_each_by_itself(changes):
    texts = {"base": BASE, "run": ROOT, "other": OTHER}
    for name, where, new in changes:
        place = texts[name].find("\n", int(where * len(texts[name]))) + 1
        texts[name] = texts[name][:place] + new + texts[name][place:]
    files = {f"/p/{name}.toml": text for name, text in {**texts, "last": texts["run"]}.items()}
    together = host(files, one_pass=True)
    for made in (together, each := host(files)):
        made.toml_files.update(dict.fromkeys(files))
    for path in files:
        assert report(together, path) == report(each, path)
