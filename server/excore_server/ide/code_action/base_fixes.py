"""Fixes of ``__base__``: a further base, or one that exists."""

from __future__ import annotations

import os
from collections.abc import Iterator

from excore.lang.grammar import FieldRef
from excore.lang.nearest import nearest
from excore.lang.problems import Problem
from excore.lang.syntax.tree import Missing
from excore.lang.tables.table import Table
from excore_server.ide.code_action.definition_fixes import field_asked
from excore_server.ide.code_action.quick_fix import Fix, fact, fix
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import base_text, rewritten, scalar_at, write_base
from excore_server.ide.view import View

_MOST = 3


def add_base(view: View, problem: Problem) -> Iterator[Fix]:
    """A further base, a config of the project that has what is missing here."""
    path = view.file.path
    name = fact(problem, "name")
    asked = field_asked(view, problem) if problem.code != "unknown-variable" else None
    if (problem.code == "unknown-variable") != bool(name):
        return
    if asked is None and not name:
        return
    mine = set(view.snapshot.closure(path).files)
    others = []
    for other in view.snapshot.candidates(view.project.root):
        if other in mine or not _has(view, other, name, asked):
            continue
        if path not in view.snapshot.closure(other).files:
            others.append(other)
    folder = os.path.dirname(path)
    others.sort(key=lambda other: (len(view.snapshot.closure(other).root.bindings), base_text(other, folder)))
    for number, other in enumerate(others[:_MOST]):
        text = base_text(other, folder)
        edit = write_base(view.file, text)
        if edit is not None:
            yield fix(view, f"Inherit from `{text}`", edit, preferred=not number)


def _has(view: View, path: str, name: str, asked: FieldRef | None) -> bool:
    file = view.snapshot.file(path)
    bindings = file.tables.root.bindings if file is not None else {}
    if asked is None:
        value = bindings.get(name)
        return value is not None and not isinstance(value.value, Missing)
    group = bindings.get(asked.field)
    if group is None or not isinstance(group.value, Table):
        return False
    members = [key for key, binding in group.value.bindings.items() if isinstance(binding.value, Table)]
    if asked.every:
        return bool(members)
    return len(members) == 1 if asked.name is None else asked.name in members


def near_path(view: View, problem: Problem) -> Iterator[Fix]:
    """A config that exists, in place of a base that does not."""
    origin = problem.origin
    scalar = scalar_at(origin.block, origin.start)
    if scalar is None:
        return
    path = view.file.path
    folder = os.path.dirname(path)
    text_there = str(scalar.value)
    others = {base_text(other, folder): other for other in view.snapshot.candidates(view.project.root) if other != path}
    same = [text for text in others if os.path.basename(text) == os.path.basename(text_there)]
    span = view.file.absolute(origin)
    number = 0
    for text in dict.fromkeys((*same, *nearest(text_there, others), *_near_names(text_there, others))):
        if number < _MOST and path not in view.snapshot.closure(others[text]).files:
            edit = Edit(span.start, span.end, rewritten(scalar.raw, text))
            yield fix(view, f"Change to `{text}`", edit, preferred=not number, certain=len(others) == 1)
            number += 1


def _near_names(text: str, others: dict[str, str]) -> list[str]:
    names = {os.path.basename(text): text for text in others}
    return [names[name] for name in nearest(os.path.basename(text), names)]
