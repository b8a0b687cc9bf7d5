"""Fixes that write something elsewhere: a table, a variable, a base, a comment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from excore.lang.grammar import FieldRef
from excore.lang.nearest import nearest
from excore.lang.problems import Problem
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.syntax.tokens import tokens
from excore.lang.syntax.tree import Missing
from excore.lang.tables.table import Table
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import add_base as write_base
from excore_server.ide.edits_toml import (
    add_section,
    add_top_level,
    base_text,
    header_text,
    key_or_bare,
    line_end,
    line_start,
    newline,
    rewritten,
    scalar_at,
)
from excore_server.ide.fixes_kit import Fix, fact, fix, required_lines, writer
from excore_server.ide.knowledge import fit
from excore_server.ide.place import ReferencePlace, thing_at
from excore_server.ide.rename_sites import bases
from excore_server.ide.view import View

_MOST = 3
_IGNORE = re.compile(r"excore: ignore\[([^\]]*)")


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
    if asked is None or problem.origin.block not in view.file.tree.index_of:
        return
    quoted = view.quoted(view.file.tree.index_of[problem.origin.block])
    registry = registry_behind(asked.field, view.catalog, view.project)
    for name in _names_for(view, problem, asked, registry):
        path: Path = (asked.field, name)
        entry = view.entry(path)
        if entry is None:
            continue
        head = header_text(path, quoted, view.grammar)
        edit = add_section(view.file, head, required_lines(view, entry, quoted))
        yield fix(view, f"Create `{head}`", edit, preferred=asked.name is not None)


def _names_for(view: View, problem: Problem, asked: FieldRef, registry: str | None) -> tuple[str, ...]:
    if asked.name is not None and not asked.every:
        return (asked.name,)
    if registry is None:
        return ()
    thing = thing_at(view.snapshot, view.file.path, view.file.absolute(problem.origin).start)
    names = tuple(view.catalog.entries.get(registry, {}))
    if isinstance(thing, ReferencePlace):
        found = fit(view.param(thing.slot), thing.slot.argument, view.catalog, view.project)
        names = tuple(entry.name for entry in found.entries if entry.registry == registry) or names
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
    thing = thing_at(view.snapshot, view.file.path, view.file.absolute(origin).start)
    param = view.param(thing.slot) if isinstance(thing, ReferencePlace) else None
    value = writer(view, False).value(param) if param is not None else '""'
    yield fix(
        view,
        f"Create the variable `{name}`",
        add_top_level(view.file, [f"{key_or_bare(name, view.grammar)} = {value}"]),
    )


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
    found = []
    for other in view.snapshot.candidates(view.project.root):
        if other in mine or not _has(view, other, name, asked):
            continue
        if path not in view.snapshot.closure(other).files:
            found.append(other)
    folder = os.path.dirname(path)
    found.sort(key=lambda other: (_size(view, other), base_text(other, folder)))
    for number, other in enumerate(found[:_MOST]):
        text = base_text(other, folder)
        edit = write_base(view.file, text)
        if edit is not None:
            yield fix(view, f"Inherit from `{text}`", edit, preferred=not number)


def _has(view: View, path: str, name: str, asked: FieldRef | None) -> bool:
    file = view.snapshot.file(path)
    bindings = file.tables.root.bindings if file is not None else {}
    if asked is None:
        found = bindings.get(name)
        return found is not None and not isinstance(found.value, Missing)
    group = bindings.get(asked.field)
    if group is None or not isinstance(group.value, Table):
        return False
    members = [key for key, binding in group.value.bindings.items() if isinstance(binding.value, Table)]
    if asked.every:
        return bool(members)
    return len(members) == 1 if asked.name is None else asked.name in members


def _size(view: View, path: str) -> int:
    return len(view.snapshot.closure(path).root.bindings)


def near_path(view: View, problem: Problem) -> Iterator[Fix]:
    """A config that exists, in place of a base that does not."""
    origin = problem.origin
    scalar = scalar_at(origin.block, origin.start)
    if scalar is None or origin.block not in view.file.tree.index_of:
        return
    path = view.file.path
    folder = os.path.dirname(path)
    wanted = str(scalar.value)
    others = {base_text(other, folder): other for other in view.snapshot.candidates(view.project.root) if other != path}
    same = [text for text in others if os.path.basename(text) == os.path.basename(wanted)]
    span = view.file.absolute(origin)
    number = 0
    for text in dict.fromkeys((*same, *nearest(wanted, others), *_near_names(wanted, others))):
        if number < _MOST and path not in view.snapshot.closure(others[text]).files:
            edit = Edit(span.start, span.end, rewritten(scalar.raw, text))
            yield fix(view, f"Change to `{text}`", edit, preferred=not number, certain=len(others) == 1)
            number += 1


def _near_names(wanted: str, others: dict[str, str]) -> list[str]:
    names = {os.path.basename(text): text for text in others}
    return [names[name] for name in nearest(os.path.basename(wanted), names)]


def suppress(view: View, problem: Problem) -> Iterator[Fix]:
    """A comment that silences the problem on its line."""
    file, origin = view.file, problem.origin
    if origin.block not in file.tree.index_of:
        return
    text = file.text
    base = file.tree.start_of(origin.block)
    start = base + origin.start
    end = line_end(text, start)
    comment = ""
    inside = above = False
    first = line_start(text, start)
    for kind, a, b in tokens(origin.block):
        if kind == "comment" and base + b == end:
            comment = text[base + a : end]
        inside = inside or (kind == "string" and base + a < end < base + b)
        above = above or (kind == "string" and base + a < first < base + b)
    title = f"Ignore `{problem.code}` on this line"
    known = _IGNORE.search(comment)
    if known is not None:
        at = end - len(comment) + known.end(1)
        yield fix(view, title, Edit(at, at, f"{', ' if known[1].strip() else ''}{problem.code}"))
    elif not inside:
        kept = len(text[first:end].rstrip(" \t"))
        yield fix(view, title, Edit(first + kept, end, f"  # excore: ignore[{problem.code}]"))
    elif not above:
        indent = text[first:start] if not text[first:start].strip() else ""
        yield fix(view, title, Edit(first, first, f"{indent}# excore: ignore[{problem.code}]{newline(text)}"))
