"""The build as a call hierarchy: a section "calls" what it is given, and is called by what it is given to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from excore.lang.problems import Origin
from excore.lang.resolve.model import Model, Path, Use
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import reference_paths
from excore_server.ide.cursor import BasePlace, Blank, Cursor, Nothing, ReferencePlace, cursor_at
from excore_server.ide.locations import Goal, origin_goal
from excore_server.ide.view import View, absolute


@dataclass(frozen=True, slots=True)
class CallItem:
    """A section of the config ``root``, or a module that it uses without a table."""

    name: str
    detail: str
    goal: Goal
    root: str
    section: Path


@dataclass(frozen=True, slots=True)
class CallLink:
    """``item`` at the other end, and where it is named; ``spans`` are in the file of whoever names it."""

    item: CallItem
    spans: tuple[Span, ...]


def prepare_calls(snapshot: Snapshot, path: str, offset: int) -> tuple[CallItem, ...]:
    """The section under the cursor: the one a reference names, else the one the cursor is in."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    sections = _sections(view, cursor_at(snapshot, path, offset))
    return tuple(item for section in sections for item in _items(snapshot, view.model, section)[:1])


def incoming_calls(snapshot: Snapshot, root: str, section: Path) -> tuple[CallLink, ...]:
    """The sections that are given what ``section`` makes, or its class; one for each file that says so."""
    model = snapshot.own_model(root)
    by_user: dict[tuple[Path, str], list[Use]] = {}
    for use in model.users.get(section, ()):
        by_user.setdefault((use.user, use.origin.file), []).append(use)
    calls = []
    for (user, file), uses in by_user.items():
        items = _items(snapshot, model, user)
        if items:
            item = next((item for item in items if item.goal.path == file), items[0])
            calls.append(CallLink(item, _spans(snapshot, (use.origin for use in uses), item.goal.path)))
    return tuple(calls)


def outgoing_calls(snapshot: Snapshot, root: str, section: Path, file: str = "") -> tuple[CallLink, ...]:
    """What ``section`` is given, each once; ``file`` is where the section was looked at."""
    model = snapshot.own_model(root)
    by_target: dict[Path, list[Use]] = {}
    for use in model.sections[section].uses if section in model.sections else ():
        by_target.setdefault(use.target, []).append(use)
    return tuple(
        CallLink(item, _spans(snapshot, (use.origin for use in uses), file))
        for target, uses in by_target.items()
        for item in _items(snapshot, model, target)[:1]
    )


def _sections(view: View, cursor: Cursor) -> tuple[Path, ...]:
    if isinstance(cursor, Nothing | Blank | BasePlace):
        return ()
    bound = reference_paths(view, cursor) if isinstance(cursor, ReferencePlace) else ()
    return bound or ((cursor.slot.section,) if cursor.slot.section else ())


def _items(snapshot: Snapshot, model: Model, section: Path) -> list[CallItem]:
    """A section as an item: one for each header it has, the one that counts most first."""
    entry = model.entry(section)
    name = ".".join(section)
    table = model.sections.get(section)
    detail = f"{entry.path if entry is not None else ''}  {os.path.basename(model.file)}".strip()
    if table is None:
        if entry is None or entry.location is None:
            return []
        return [CallItem(name, detail, entry.location, model.file, section)]
    goals: dict[Goal, None] = {}
    for origin in (*table.table.headers, table.binding.origin):
        file = snapshot.file(origin.file)
        if file is not None:
            goals.update(dict.fromkeys(origin_goal(View(snapshot, file), origin)))
    return [CallItem(name, detail, goal, model.file, section) for goal in goals]


def _spans(snapshot: Snapshot, origins: Iterable[Origin], file: str) -> tuple[Span, ...]:
    spans = (absolute(snapshot, origin) for origin in origins if origin.file == file)
    return tuple(span for span in spans if span is not None)
