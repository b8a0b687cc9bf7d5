"""Every feature at every offset of fixtures and examples, whole and cut off: an answer, never an exception."""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from excore.lang.text import Span
from excore.lang.workspace import Host, Snapshot
from excore_server.ide.completion import complete
from excore_server.ide.definition import definition
from excore_server.ide.fixes import fix_all, quick_fixes
from excore_server.ide.goto import declaration, implementation, type_definition
from excore_server.ide.hover import documentation, hover
from excore_server.ide.inlay import inlay_hints
from excore_server.ide.lens import code_lenses
from excore_server.ide.place import thing_at
from excore_server.ide.references import references
from excore_server.ide.rename import RenameError, prepare_rename
from excore_server.ide.signatures import signature_help
from excore_server.ide.structure import folding, links, selection
from excore_server.ide.symbols import document_symbols, workspace_symbols
from excore_server.ide.tokens import semantic_tokens
from kit import examples, open_project, path_of, world

EVERYTHING = """
#- run.toml
__base__ = ["base.toml", 'missing.toml']
"quoted key" = 1
[Model.FCN] # comment
!backbone = "$Backbone::ResNet.freeze()@relu.x[0]"
"@head" = ["SimpleHead", "$Head::*", '''Simple
Head''', {a = "R"}]
&classes = "${N}"
a.b.!c = {x = [1, {y = "z"}], "q" = ""}
[Backbone]
[Backbone.ResNet."!norm"]
[[Head.SimpleHead]]
in_channels = 1979-05-27T07:32:00Z
[Backbone.VGG
depth = [1,
  2, # inside
!x =
"@y = "\\u00e9\U0001f600."
[
[[
[Model.
#- base.toml
size = "\\U0001F600 ResNet"
[Backbone.VGG]
&depth = "size.lower()"
__no_call__ = tr
"""


def ask_everything(snapshot: Snapshot, path: str, offset: int) -> None:
    thing = thing_at(snapshot, path, offset)
    assert thing.span.start <= max(offset, 0)
    found = complete(snapshot, path, offset)
    file = snapshot.file(path)
    assert file is not None
    for item in found.items:
        assert 0 <= item.span.start <= offset <= item.span.end <= len(file.text)
        assert "\n" not in file.text[item.span.start : item.span.end]
    for item in found.items[:2]:
        documentation(snapshot, path, item.key)
    about = hover(snapshot, path, offset)
    assert about is None or about.markdown.strip()
    for jump in definition(snapshot, path, offset):
        assert jump.origin.start <= offset <= jump.origin.end
    for find in (declaration, type_definition, implementation):
        find(snapshot, path, offset)
    references(snapshot, path, offset)
    signature_help(snapshot, path, offset)
    with suppress(RenameError):
        prepare_rename(snapshot, path, offset)
    for action in quick_fixes(snapshot, path, Span(offset, offset)):
        assert action.change
    for inner, outer in pairwise(selection(snapshot, path, offset)):
        assert outer.start <= inner.start
        assert inner.end <= outer.end


def ask_about_the_file(snapshot: Snapshot, path: str) -> None:
    file = snapshot.file(path)
    assert file is not None
    tokens = semantic_tokens(snapshot, path)
    for before, after in pairwise(tokens):
        assert before.span.end <= after.span.start
    document_symbols(snapshot, path)
    inlay_hints(snapshot, path, None, ("variable", "binding", "shared", "default"))
    for fold in folding(snapshot, path):
        assert 0 <= fold.first < fold.last < file.tree.line_count
    links(snapshot, path)
    code_lenses(snapshot, path)
    workspace_symbols(snapshot, "r")
    fix_all(snapshot, path)


def test_every_offset_of_a_file_with_everything() -> None:
    here = world(EVERYTHING)
    for name in here.fixture.configs:
        path = path_of(name)
        for offset in range(len(here.fixture.files[name]) + 1):
            ask_everything(here.snapshot, path, offset)


def test_every_truncation() -> None:
    here = world(EVERYTHING)
    path = path_of("run.toml")
    text = here.fixture.files["run.toml"]
    for end in range(len(text), -1, -1):
        here.host.replace(path, text[:end])
        ask_about_the_file(here.snapshot, path)
        for offset in (end, max(0, end - 1)):
            ask_everything(here.snapshot, path, offset)


def test_every_deletion_of_one_character() -> None:
    here = world(EVERYTHING)
    path = path_of("run.toml")
    text = here.fixture.files["run.toml"]
    for at in range(len(text)):
        here.host.replace(path, text[:at] + text[at + 1 :])
        if at % 5 == 0:
            ask_about_the_file(here.snapshot, path)
        for offset in (at, min(at + 1, len(text) - 1)):
            ask_everything(here.snapshot, path, offset)


def test_beyond_the_text_and_in_unknown_files() -> None:
    here = world("[Model.FCN]\n")
    for offset in (-5, 10_000):
        thing_at(here.snapshot, path_of("run.toml"), offset)
        complete(here.snapshot, path_of("run.toml"), offset)
    assert complete(here.snapshot, path_of("none.toml"), 0).items == ()
    assert hover(here.snapshot, path_of("none.toml"), 0) is None
    assert definition(here.snapshot, path_of("none.toml"), 0) == ()


@pytest.fixture(scope="module")
def quickstart() -> Host:
    return open_project(Path(__file__).resolve().parents[2] / "examples" / "quickstart", "src")


@pytest.mark.parametrize("path", [p for p in examples() if "quickstart" in p.parts], ids=lambda p: p.name)
def test_examples(quickstart: Host, path: Path) -> None:
    text = path.read_text("utf-8")
    quickstart.open(str(path), text)
    chance = random.Random(path.name)
    for offset in chance.sample(range(len(text) + 1), min(150, len(text))):
        ask_everything(quickstart.snapshot(), str(path), offset)
    for end in chance.sample(range(len(text)), min(40, len(text))):
        quickstart.replace(str(path), text[:end])
        ask_about_the_file(quickstart.snapshot(), str(path))
        ask_everything(quickstart.snapshot(), str(path), end)
    quickstart.close(str(path))
