"""Every feature of ``ide``, asked at once: answers must come, and be in order; what they say is for other tests."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import pairwise

from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot
from excore.views.composed import composed
from excore.views.graph import graph
from excore.views.python_code import python_code
from excore_server.ide.call_hierarchy import incoming_calls, outgoing_calls, prepare_calls
from excore_server.ide.code_action.code_action import Action, can_fix_all, fix_all, quick_fixes
from excore_server.ide.code_lens import code_lenses, python_lenses
from excore_server.ide.completion.complete import complete
from excore_server.ide.completion.documentation import documentation
from excore_server.ide.cursor import cursor_at as thing_at
from excore_server.ide.declaration import declaration
from excore_server.ide.definition import definition
from excore_server.ide.document_highlight import document_highlights as highlights
from excore_server.ide.document_link import document_links as links
from excore_server.ide.document_symbol import Symbol, document_symbols
from excore_server.ide.edits import Edit
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.ide.folding_range import folding_ranges as folding
from excore_server.ide.formatting import format_file
from excore_server.ide.hover import hover
from excore_server.ide.implementation import implementation
from excore_server.ide.inlay_hint import HintKind, inlay_hints
from excore_server.ide.locations import FileSpan, Goal
from excore_server.ide.occurrences import Occurrence
from excore_server.ide.refactor.refactor import refactors
from excore_server.ide.references import class_references, references
from excore_server.ide.rename.python_names import PythonSources, RenameError
from excore_server.ide.rename.rename import prepare_rename, prepare_rename_in_python, rename, rename_in_all
from excore_server.ide.rename.will_rename_files import moved_files
from excore_server.ide.selection_range import selection_range as selection
from excore_server.ide.semantic_tokens import Token, semantic_tokens
from excore_server.ide.signature_help import signature_help
from excore_server.ide.type_definition import type_definition
from excore_server.ide.type_hierarchy import prepare_types, subtypes, supertypes
from excore_server.ide.workspace_symbol import workspace_symbols

HINTS: tuple[HintKind, ...] = ("variable", "binding", "shared", "default")


def ask_at(snapshot: Snapshot, path: str, offset: int, known: set[object] | None = None) -> None:
    """Every feature that is asked about a place. ``known`` are answers about the text that need not be followed."""
    known = set() if known is None else known
    file = _file(snapshot, path)
    length = len(file.text)
    thing = thing_at(snapshot, path, offset)
    assert thing.span.start <= max(offset, 0)
    for item in complete(snapshot, path, offset).items:
        assert 0 <= item.span.start <= offset <= item.span.end <= length
        if item.key not in known:
            known.add(item.key)
            documentation(snapshot, path, item.key)
            assert "\n" not in file.text[item.span.start : item.span.end]
    about = hover(snapshot, path, offset)
    assert about is None or (about.markdown.strip() and about.span.end <= length)
    for find in (definition, declaration, type_definition, implementation):
        for jump in find(snapshot, path, offset):
            assert jump.origin.start <= offset <= jump.origin.end
            _check_goals(snapshot, [jump.goal])
    _check_places(snapshot, references(snapshot, path, offset))
    _check_places(snapshot, references(snapshot, path, offset, declaration=False))
    assert all(each.path == path for each in highlights(snapshot, path, offset))
    help = signature_help(snapshot, path, offset)
    assert help is None or all(0 <= start <= end <= len(help.label) for start, end in help.parameters)
    with suppress(RenameError):
        subject = prepare_rename(snapshot, path, offset)
        assert thing.span.start <= subject.span.start <= subject.span.end <= thing.span.end
    with suppress(RenameError):
        check_change(snapshot, rename(snapshot, path, offset, "Other_2"))
    for call in prepare_calls(snapshot, path, offset):
        if call not in known:
            known.add(call)
            incoming_calls(snapshot, call.root, call.section)
            outgoing_calls(snapshot, call.root, call.section, path)
    for one in prepare_types(snapshot, path, offset):
        if one not in known:
            known.add(one)
            supertypes(snapshot, one.goal.path)
            subtypes(snapshot, one.goal.path)
    around = selection(snapshot, path, offset)
    for inner, outer in pairwise(around):
        assert outer.start <= inner.start <= inner.end <= outer.end
    _check_actions(snapshot, quick_fixes(snapshot, path, Span(offset, offset)))
    if (
        thing.span,
        type(thing),
    ) not in known:  # rewrites are tried out, which takes time, and depend on the thing alone
        known.add((thing.span, type(thing)))
        _check_actions(snapshot, refactors(snapshot, path, Span(offset, offset)))


def ask_about_range(snapshot: Snapshot, path: str, span: Span) -> None:
    """Every feature that is asked about a range."""
    _check_actions(snapshot, quick_fixes(snapshot, path, span))
    _check_actions(snapshot, refactors(snapshot, path, span))
    _check_tokens(semantic_tokens(snapshot, path, span))
    inlay_hints(snapshot, path, span, HINTS)
    file = _file(snapshot, path)
    _check_edits(file.text, format_file(file, span) or ())


def ask_about_file(snapshot: Snapshot, path: str) -> None:
    """Every feature that is asked about a whole file."""
    file = _file(snapshot, path)
    for problem in snapshot.diagnostics(path):
        span = file.absolute(problem.origin)
        assert 0 <= span.start <= span.end <= len(file.text)
    _check_tokens(semantic_tokens(snapshot, path))
    _check_symbols(document_symbols(snapshot, path), Span(0, len(file.text)))
    assert all(0 <= hint.offset <= len(file.text) for hint in inlay_hints(snapshot, path, None, HINTS))
    for fold in folding(snapshot, path):
        assert 0 <= fold.first < fold.last <= file.tree.lines_before[-1]
    assert all(0 <= link.span.start <= link.span.end <= len(file.text) for link in links(snapshot, path))
    for lens in code_lenses(snapshot, path):
        assert 0 <= lens.span.start <= lens.span.end <= len(file.text)
        _check_goals(snapshot, lens.goals)
    fixed = fix_all(snapshot, path)
    assert bool(fixed) <= can_fix_all(snapshot, path)
    check_change(snapshot, fixed)
    _check_edits(file.text, format_file(file) or ())


def ask_about_workspace(snapshot: Snapshot, path: str) -> None:
    """What is asked about all configs, or of the config as it is loaded."""
    for query in ("", "r", "Backbone.res"):
        _check_goals(snapshot, (found.goal for found in workspace_symbols(snapshot, query)))
    check_change(snapshot, moved_files(snapshot, [(path, path.removesuffix(".toml") + "_2.toml")]))
    model = snapshot.own_model(path)
    composed(snapshot, path)
    graph(model)
    ast.parse(python_code(model).text)


def ask_about_python(snapshot: Snapshot, root: str, texts: Mapping[str, str]) -> None:
    """Every feature that is asked about the Python files of a project, at every line or word."""
    modules = {path: os.path.relpath(path, root).removesuffix(".py").replace(os.sep, ".") for path in texts}
    sources = PythonSources(modules, texts.get)
    renamed: set[object] = set()
    for path, text in texts.items():
        lines = text.count("\n") + 1
        for lens in python_lenses(snapshot, root, path):
            assert 0 <= lens.location.line < lines
            _check_goals(snapshot, lens.goals)
        for line in range(lines + 1):
            _check_places(snapshot, class_references(snapshot, root, path, line))
        for word in re.finditer(r"\w+|$", text):
            subject = prepare_rename_in_python(snapshot, root, path, word.start(), sources)
            assert subject is None or text[subject.span.start : subject.span.end] == subject.name
            if subject is not None and subject.name not in renamed:
                renamed.add(subject.name)
                found = rename_in_all(snapshot, root, path, word.start(), "Other_2", sources)
                assert found is not None
                check_change(snapshot, found)
                for name in texts.keys() & found.edits.keys():
                    _check_edits(texts[name], found.edits[name])
    assert renamed


def check_change(snapshot: Snapshot, change: Change) -> None:
    """Edits are in order, apart, and inside of the text of a file that exists."""
    for path, edits in change.edits.items():
        if path.endswith(".toml"):
            _check_edits(_file(snapshot, path).text, edits)


def _check_edits(text: str, edits: Iterable[Edit]) -> None:
    at = 0
    for start, end, _ in edits:
        assert at <= start <= end <= len(text)
        at = end


def _check_actions(snapshot: Snapshot, actions: Iterable[Action]) -> None:
    for action in actions:
        assert action.title
        assert action.change
        check_change(snapshot, action.change)


def _check_tokens(tokens: Iterable[Token]) -> None:
    for before, after in pairwise(tokens):
        assert before.span.end <= after.span.start


def _check_symbols(symbols: Iterable[Symbol], around: Span) -> None:
    for one in symbols:
        assert around.start <= one.whole.start <= one.span.start <= one.span.end <= one.whole.end <= around.end
        _check_symbols(one.children, one.whole)


def _check_places(snapshot: Snapshot, places: Iterable[Occurrence]) -> None:
    for one in places:
        assert 0 <= one.span.start <= one.span.end <= len(_file(snapshot, one.path).text)


def _check_goals(snapshot: Snapshot, goals: Iterable[Goal]) -> None:
    for goal in goals:
        if isinstance(goal, FileSpan):
            length = len(_file(snapshot, goal.path).text)
            assert goal.whole.start <= goal.span.start <= goal.span.end <= goal.whole.end <= length
        else:
            assert goal.line >= 0


def _file(snapshot: Snapshot, path: str) -> File:
    file = snapshot.file(path)
    assert file is not None
    return file


_WITHIN = re.compile(r"(?<=\w\w)(?=\w)")


def places(text: str, first: int, within: bool) -> Iterator[int]:
    """The offsets of a text from ``first`` on; of those in a word the first alone, unless ``within``."""
    skipped = set() if within else {found.start() for found in _WITHIN.finditer(text)}
    return (offset for offset in range(first, len(text) + 1) if offset not in skipped)


def grid(text: str, most: int = 5) -> Iterator[Span]:
    """Ranges between beginnings of lines, and within each line; of long texts between some of them."""
    starts = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]
    for start, end in pairwise([*starts, len(text) + 1]):
        yield Span(start, end - 1)
    chosen = [*starts[:: max(1, len(starts) // most)], len(text)]
    for number, start in enumerate(chosen):
        for end in chosen[number + 1 :]:
            yield Span(start, end)
