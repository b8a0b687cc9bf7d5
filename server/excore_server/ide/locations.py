"""Where answers lead: places in configs and in Python, and those of tables, values and classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from excore.lang.catalog import Location
from excore.lang.problems import Origin
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding, Table
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import Cursor, cursor_at
from excore_server.ide.view import Python, View, absolute


@dataclass(frozen=True, slots=True)
class FileSpan:
    """A range of a config file: the name (``span``) within what it names (``whole``); absolute offsets."""

    path: str
    span: Span
    whole: Span


Goal: TypeAlias = "FileSpan | Location"


@dataclass(frozen=True, slots=True)
class Jump:
    """Where to go, and the range that was asked from."""

    goal: Goal
    origin: Span


Find: TypeAlias = Callable[[View, Cursor], Iterator[Goal]]


def jumps(snapshot: Snapshot, path: str, offset: int, find: Find, python: Python | None = None) -> tuple[Jump, ...]:
    """What ``find`` says of the cursor, each goal once."""
    file = snapshot.file(path)
    if file is None:
        return ()
    cursor = cursor_at(snapshot, path, offset)
    goals = dict.fromkeys(find(View(snapshot, file, python), cursor))
    return tuple(Jump(goal, cursor.span) for goal in goals)


def class_goal(view: View, path: Path) -> Iterator[Goal]:
    """The Python class or function that a module table stands for."""
    entry = view.entry(path)
    if entry is None:
        return
    location = entry.location
    if location is None and view.python is not None:
        external = view.python.get(entry.path)
        location = external.location if external is not None else None
    if location is not None:
        yield location


def section_goal(view: View, path: Path) -> Iterator[Goal]:
    """The table of a module, or its class where it has none."""
    section = view.model.sections.get(path)
    if section is None:
        yield from class_goal(view, path)
        return
    yield from origin_goal(view, _own_header(view, section.table) or section.binding.origin)


def binding_goal(view: View, binding: Binding) -> Iterator[Goal]:
    """The key of a binding, or the header of its table."""
    value = binding.value
    yield from origin_goal(view, (_own_header(view, value) if isinstance(value, Table) else None) or binding.origin)


def _own_header(view: View, table: Table) -> Origin | None:
    """The header of a table that several files may write: the one in this file, else that of the last of them."""
    return next((one for one in table.headers if one.file == view.file.path), next(iter(table.headers), None))


def origin_goal(view: View, origin: Origin) -> Iterator[Goal]:
    """An origin as it stands now, with the entry or block around it."""
    span = absolute(view.snapshot, origin)
    file = view.snapshot.file(origin.file)
    if span is None or file is None:
        return
    block = origin.block
    base = span.start - origin.start
    header = block.header
    if header is not None and header.start <= origin.start < header.end:
        yield FileSpan(origin.file, span, Span(base + header.start, base + len(block.text.rstrip())))
        return
    whole = next((entry for entry in block.entries if entry.start <= origin.start <= entry.end), None)
    yield FileSpan(origin.file, span, Span(base + whole.start, base + whole.end) if whole is not None else span)
