"""``__base__`` as a type hierarchy: the supertypes of a config are its bases, its subtypes the configs on top of it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from excore.lang.grammar import BASE_KEY
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import base_target
from excore_server.ide.cursor import BasePlace, cursor_at
from excore_server.ide.locations import FileSpan
from excore_server.ide.view import View


@dataclass(frozen=True, slots=True)
class TypeItem:
    """A config file; ``detail`` is where it is in its project. Its name is in the ``__base__`` key, if it has one."""

    name: str
    detail: str
    goal: FileSpan


def prepare_types(snapshot: Snapshot, path: str, offset: int) -> tuple[TypeItem, ...]:
    """The config that a path in ``__base__`` under the cursor names; anywhere else the config itself."""
    file = snapshot.file(path)
    if file is None:
        return ()
    cursor = cursor_at(snapshot, path, offset)
    target = base_target(View(snapshot, file), cursor) if isinstance(cursor, BasePlace) else path
    return _items(snapshot, (target,))


def supertypes(snapshot: Snapshot, path: str) -> tuple[TypeItem, ...]:
    """The bases that a config names, in order."""
    return _items(snapshot, snapshot.bases(path))


def subtypes(snapshot: Snapshot, path: str) -> tuple[TypeItem, ...]:
    """The configs that name this one as a base."""
    return _items(snapshot, snapshot.includers(path))


def _items(snapshot: Snapshot, paths: tuple[str, ...]) -> tuple[TypeItem, ...]:
    return tuple(item for path in dict.fromkeys(paths) for item in _item(snapshot, path))


def _item(snapshot: Snapshot, path: str) -> tuple[TypeItem, ...]:
    file = snapshot.file(path)
    if file is None:
        return ()
    binding = file.tables.root.bindings.get(BASE_KEY)
    span = file.absolute(binding.origin) if binding is not None else Span(0, 0)
    detail = os.path.relpath(path, snapshot.project(path).root).replace(os.sep, "/")
    return (TypeItem(os.path.basename(path), detail, FileSpan(path, span, Span(0, len(file.text)))),)
