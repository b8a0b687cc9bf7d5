"""Checks of what changes files: each applies the edits to a fixture and looks at the whole outcome."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import pytest

from excore.lang.problems import Problem
from excore.lang.tables.table import plain
from excore.lang.text import Span
from excore.lang.workspace.host import Host, Snapshot
from excore_server.ide.code_action.code_action import Action, fix_all, quick_fixes
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.ide.edits import applied
from excore_server.ide.formatting import format_file
from excore_server.ide.refactor.refactor import refactors
from excore_server.ide.rename.python_names import PythonSources, RenameError
from excore_server.ide.rename.rename import prepare_rename, rename, rename_in_all
from excore_server.ide.rename.will_rename_files import moved_files
from kit import ROOT, Files, Fixture, World, declare_project, index, parse, path_of, world

Texts = Mapping[str, str]


def texts_after(before: Texts, change: Change) -> dict[str, str]:
    """Files by name after a change; edits are in order, apart, and inside of the text."""
    after = dict(before)
    for path, edits in change.edits.items():
        text = before[os.path.relpath(path, ROOT)]
        at = 0
        for start, end, new in edits:
            assert at <= start <= end <= len(text)
            assert text[start:end] != new
            at = end
        after[os.path.relpath(path, ROOT)] = applied(text, edits)
    for path, text in change.created.items():
        assert os.path.relpath(path, ROOT) not in before
        after[os.path.relpath(path, ROOT)] = text
    return after


def world_of(files: Texts, before: World | None = None) -> World:
    """A world of these files; its Python is read again only if it differs from that of ``before``."""
    python = {name: text for name, text in files.items() if name.endswith(".py")}
    same = before is not None and all(before.fixture.files.get(name) == text for name, text in python.items())
    catalog = before.catalog if before is not None and same else index(python)
    host = Host(Files(files), before.host.environment if before is not None else None)
    host.folders[ROOT] = None
    declare_project(host, files)
    host.set_catalog(ROOT, catalog)
    for name, text in files.items():
        if name.endswith(".toml"):
            host.toml_files[path_of(name)] = None
            host.open(path_of(name), text)
    return World(Fixture(dict(files)), host, catalog)


def problems(here: World) -> list[tuple[str, Problem]]:
    """Every diagnostic of every config, with the name of its file."""
    return [(name, item) for name in here.fixture.configs for item in here.snapshot.diagnostics(path_of(name))]


def errors(here: World, besides: str = "") -> list[str]:
    """Errors and warnings, but for those of one code."""
    severe = [(name, item) for name, item in problems(here) if item.severity in ("error", "warning")]
    return [f"{name}: {item.message}" for name, item in severe if item.code != besides]


def check_texts(before: Texts, after: Texts, expected: str) -> None:
    """The files that ``expected`` names are as it says, all others are as they were, to the byte."""
    wanted = parse(expected).files
    for name, text in after.items():
        assert text == wanted.get(name, before.get(name)), f"{name}:\n{text}"
    assert wanted.keys() <= after.keys()


def chosen(here: World, title: str) -> tuple[str, Action]:
    """The quick fix of a title, for the whole file or the place of the cursor."""
    found: list[tuple[str, Action]] = []
    for name in here.fixture.configs:
        path = path_of(name)
        span = Span(0, len(here.fixture.files[name]))
        if here.fixture.cursor is not None:
            if here.fixture.cursor[0] != name:
                continue
            span = Span(here.fixture.cursor[1], here.fixture.cursor[1])
        found += [(name, action) for action in quick_fixes(here.snapshot, path, span)]
    titles = [action.title for _, action in found]
    assert title in titles, titles
    return found[titles.index(title)]


def check_fix(text: str, title: str, expected: str, *, preferred: bool | None = None, left: int = 0) -> None:
    """The quick fix ``title`` gives the files of ``expected``, and its problem is gone.

    ``left`` counts errors and warnings that may remain.
    """
    here = world(text)
    name, action = chosen(here, title)
    after = texts_after(here.fixture.files, action.change)
    check_texts(here.fixture.files, after, expected)
    there = world_of(after, here)
    mended = action.problem
    assert mended is not None
    codes = [item.code for one, item in problems(here) if one == name]
    assert [item.code for one, item in problems(there) if one == name].count(mended.code) < codes.count(mended.code)
    assert len(errors(there)) == left, errors(there)
    if preferred is not None:
        assert action.preferred is preferred


def titles(text: str) -> list[str]:
    """Titles of all quick fixes of the fixture's files, but those that suppress."""
    here = world(text)
    found = []
    for name in here.fixture.configs:
        span = Span(0, len(here.fixture.files[name]))
        found += [action.title for action in quick_fixes(here.snapshot, path_of(name), span)]
    return [title for title in found if not title.startswith("Ignore ")]


def check_fix_all(text: str, expected: str, *, left: int = 0) -> None:
    """What fixing all of run.toml leaves."""
    here = world(text)
    after = texts_after(here.fixture.files, fix_all(here.snapshot, path_of("run.toml")))
    check_texts(here.fixture.files, after, expected)
    assert len(errors(world_of(after, here))) == left


def sources(files: Texts) -> PythonSources:
    modules = {}
    for name in files:
        if name.endswith(".py"):
            modules[path_of(name)] = name[:-3].replace("/", ".").removesuffix(".__init__")
    return PythonSources(modules, lambda path: files.get(os.path.relpath(path, ROOT)))


def renamed(text: str, new: str) -> tuple[World, dict[str, str]]:
    here = world(text)
    path, offset = here.cursor
    if path.endswith(".py"):
        python = sources(here.fixture.files)
        change = rename_in_all(here.snapshot, ROOT, path, offset, new, python)
        if change is None:
            raise RenameError("not ours")
        return here, texts_after(here.fixture.files, change)
    subject = prepare_rename(here.snapshot, path, offset)
    assert here.text(path)[subject.span.start : subject.span.end] == subject.name
    assert subject.span.start <= offset <= subject.span.end
    return here, texts_after(here.fixture.files, rename(here.snapshot, path, offset, new, sources(here.fixture.files)))


def check_rename(text: str, new: str, expected: str) -> None:
    """Renaming at the cursor gives the files of ``expected``; what was without errors still is."""
    here, after = renamed(text, new)
    check_texts(here.fixture.files, after, expected)
    assert len(errors(world_of(after, here))) <= len(errors(here))


def check_no_rename(text: str, new: str, why: str) -> None:
    """Renaming at the cursor is refused, with ``why`` in the message."""
    with pytest.raises(RenameError, match=re.escape(why)):
        renamed(text, new)


def check_moved(text: str, old: str, new: str, expected: str) -> None:
    """Moving a file or folder edits the files of ``expected``, and every config loads as before."""
    here = world(text)
    change = moved_files(here.snapshot, [(path_of(old), path_of(new))])
    after = texts_after(here.fixture.files, change)
    check_texts(here.fixture.files, after, expected)
    there = {moved(name, old, new): content for name, content in after.items()}
    assert len(errors(world_of(there, here))) == len(errors(here))


def moved(name: str, old: str, new: str) -> str:
    return new + name[len(old) :] if name == old or name.startswith(f"{old}/") else name


def offered(text: str) -> tuple[World, list[Action]]:
    """The refactors at the cursor, or of what ``«»`` marks."""
    start, end = text.find("«"), text.find("»")
    if start >= 0:
        text = text[:start] + "<|>" + text[start + 1 : end] + "\ue000" + text[end + 1 :]
    here = world(text)
    path, offset = here.cursor
    span = Span(offset, offset)
    content = here.text(path)
    stop = content.find("\ue000")
    if stop >= 0:
        here.fixture.files[os.path.relpath(path, ROOT)] = content[:stop] + content[stop + 1 :]
        here.host.replace(path, content[:stop] + content[stop + 1 :])
        span = Span(offset, stop)
    return here, list(refactors(here.snapshot, path, span))


def check_refactor(text: str, title: str, expected: str, *, same_tables: bool = True) -> None:
    """The refactor ``title`` at the cursor gives the files of ``expected``; every config loads to the same tables."""
    here, actions = offered(text)
    assert title in [one.title for one in actions], [one.title for one in actions]
    action = next(one for one in actions if one.title == title)
    after = texts_after(here.fixture.files, action.change)
    check_texts(here.fixture.files, after, expected)
    there = world_of(after, here)
    # In quotes a prefix that means nothing is text, and no warning.
    assert errors(there, "bad-prefix") == errors(here, "bad-prefix")
    for name in here.fixture.configs if same_tables else ():
        assert loaded(there.snapshot, name) == loaded(here.snapshot, name)


def loaded(snapshot: Snapshot, name: str) -> object:
    return plain(snapshot.closure(path_of(name)).root)


def check_refactors(text: str, *expected: str) -> None:
    """The titles of all refactors at the cursor."""
    assert [one.title for one in offered(text)[1]] == list(expected)


def check_format(text: str, expected: str | None) -> None:
    """Formatting run.toml; None where it is refused."""
    here = world(text)
    file = here.snapshot.file(path_of("run.toml"))
    assert file is not None
    edits = format_file(file)
    if expected is None:
        assert edits is None
        return
    assert edits is not None
    assert applied(file.text, edits) == parse(expected).files["run.toml"]
