"""Fixes that write what a reference asks for: a table, a variable."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.grammar import FieldRef
from excore.lang.problems import Problem
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore_server.ide.code_action.quick_fix import Fix, fact, fix
from excore_server.ide.cursor import ReferencePlace, cursor_at
from excore_server.ide.edits_toml import (
    add_section,
    add_top_level,
    header_text,
    key_or_bare,
    scalar_at,
)
from excore_server.ide.name_sites import bases
from excore_server.ide.view import View

_MOST = 3


def field_asked(view: View, problem: Problem) -> FieldRef | None:
    """The ``$Field`` or ``$Field::Name`` that a problem in a reference is about."""
    origin = problem.origin
    scalar = scalar_at(origin.block, origin.start)
    if scalar is None or scalar.kind != "string":
        return None
    for base in bases(view.grammar.read(str(scalar.value))):
        if isinstance(base, FieldRef) and scalar.offset(base.span.start) <= origin.start <= scalar.offset(
            base.span.end
        ):
            return base
    return None


def create_section(view: View, problem: Problem) -> Iterator[Fix]:
    """The table that a reference asks for, with its required arguments."""
    asked = field_asked(view, problem)
    if asked is None:
        return
    quoted = view.quoted(view.file.tree.index_of[problem.origin.block])
    registry = registry_behind(asked.field, view.catalog, view.project)
    for name in _names_for(view, problem, asked, registry):
        path: Path = (asked.field, name)
        entry = view.entry(path)
        if entry is None:
            continue
        head = header_text(path, quoted, view.grammar)
        edit = add_section(view.file, head, view.writer(quoted).required(entry))
        yield fix(view, f"Create `{head}`", edit, preferred=asked.name is not None)


def _names_for(view: View, problem: Problem, asked: FieldRef, registry: str | None) -> tuple[str, ...]:
    if asked.name is not None and not asked.every:
        return (asked.name,)
    if registry is None:
        return ()
    cursor = cursor_at(view.snapshot, view.file.path, view.file.absolute(problem.origin).start)
    names = tuple(view.catalog.entries.get(registry, {}))
    if isinstance(cursor, ReferencePlace):
        entries = view.candidates(cursor.slot).entries
        names = tuple(entry.name for entry in entries if entry.registry == registry) or names
    return names[:_MOST]


def create_variable(view: View, problem: Problem) -> Iterator[Fix]:
    """A top-level value of the name that is asked for."""
    name = fact(problem, "name")
    origin = problem.origin
    scalar = scalar_at(origin.block, origin.start)
    if not name or scalar is None:
        return
    text = str(scalar.value)
    inner = view.grammar.variable_text(text)
    if text != name and (inner is None or inner.name != name):
        return  # something is read out of it: nobody knows what it would have to hold
    cursor = cursor_at(view.snapshot, view.file.path, view.file.absolute(origin).start)
    param = view.param(cursor.slot) if isinstance(cursor, ReferencePlace) else None
    value = view.writer(False).value(param) if param is not None else '""'
    yield fix(
        view,
        f"Create the variable `{name}`",
        add_top_level(view.file, [f"{key_or_bare(name, view.grammar)} = {value}"]),
    )
