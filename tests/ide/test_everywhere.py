"""Every feature everywhere in every fixture and example, whole and cut off: an answer, never an exception."""

from __future__ import annotations

import pytest
from corpus import Config, configs, fixtures, python_files, written
from hypothesis import settings
from kit_asking import ask_about_file, ask_about_python, ask_about_range, ask_about_workspace, ask_at, grid, places

from excore.lang.syntax.document import SyntaxTree, parse
from excore_server.ide.completion.complete import complete
from excore_server.ide.cursor import cursor_at as thing_at
from excore_server.ide.definition import definition
from excore_server.ide.hover import hover
from kit import path_of, world

PARTS = 16
EVERY = {"thorough": 1, "quick": 50}.get(settings.get_current_profile_name(), 17)
"""Features are asked about every so many truncations and deletions; all of them are parsed."""
ALL = EVERY == 1
"""Else features are asked at one place alone within each word, not again about what a config begins with like the one
before it, and about fewer ranges over several lines."""
RANGES = 5 if ALL else 3

in_parts = pytest.mark.parametrize("part", range(PARTS))
in_steps = pytest.mark.parametrize("part", range(PARTS), ids=lambda part: f"{part} at every {EVERY}")


def some(part: int) -> tuple[Config, ...]:
    """Each test is cut into parts, for processes to share."""
    return configs()[part::PARTS]


def first(one: Config) -> int:
    """Where features are asked first."""
    return 0 if ALL else one.seen


def test_the_corpus_holds_every_fixture() -> None:
    assert len(written()) > 800
    assert sum(1 for one in configs() if "examples" in one.path) > 30
    assert any("!backbone" in one.text for one in fixtures())


@in_parts
def test_every_offset(part: int) -> None:
    for one in some(part):
        known: set[object] | None = None if ALL else set()
        for offset in places(one.text, first(one), within=ALL):
            ask_at(one.snapshot, one.path, offset, known)


@in_parts
def test_every_file_and_range(part: int) -> None:
    for one in some(part):
        ask_about_file(one.snapshot, one.path)
        ask_about_workspace(one.snapshot, one.path)
        for span in grid(one.text, RANGES):
            ask_about_range(one.snapshot, one.path, span)


def test_every_line_and_word_of_python() -> None:
    for snapshot, root, texts in python_files():
        ask_about_python(snapshot, root, texts)


@in_steps
def test_every_truncation(part: int) -> None:
    for one in some(part):
        tree = parse(one.text)
        for end in range(len(one.text) - 1, one.seen - 1, -1):
            cut = tree.edit(end, len(tree.text), "")
            above = headers(tree, 0, tree.block_at(end))
            assert headers(cut)[: len(above)] == above
            if end % EVERY == 0:
                one.host.replace(one.path, cut.text)
                ask_at(one.snapshot, one.path, end)
                ask_about_file(one.snapshot, one.path)
        one.host.replace(one.path, one.text)


@in_steps
def test_every_deletion_of_one_character(part: int) -> None:
    for one in some(part):
        tree = parse(one.text)
        for at in range(len(one.text)):
            cut = tree.edit(at, at + 1, "")
            below = headers(tree, tree.block_at(at) + 2)
            assert headers(cut)[len(headers(cut)) - len(below) :] == below
            if at % EVERY == 0 and at >= first(one):
                one.host.replace(one.path, cut.text)
                ask_at(one.snapshot, one.path, at)
                ask_about_file(one.snapshot, one.path)
        one.host.replace(one.path, one.text)


def headers(tree: SyntaxTree, first: int = 0, end: int | None = None) -> list[str]:
    """The whole headers of some blocks; half of one may as well be an item of an array that is open above it."""
    heads = ((block.text, block.header) for block in tree.blocks[first:end])
    texts = [text[header.start : header.end] for text, header in heads if header is not None]
    return [text for text in texts if text.endswith("]")]


def test_beyond_the_text_and_in_unknown_files() -> None:
    here = world("[Model.FCN]\n")
    for offset in (-5, 10_000):
        thing_at(here.snapshot, path_of("run.toml"), offset)
        complete(here.snapshot, path_of("run.toml"), offset)
    assert complete(here.snapshot, path_of("none.toml"), 0).items == ()
    assert hover(here.snapshot, path_of("none.toml"), 0) is None
    assert definition(here.snapshot, path_of("none.toml"), 0) == ()
