"""The workspace as it would be after a change: so that nothing is offered unchecked."""

from __future__ import annotations

from excore.lang.resolve.inherit import Closure, Merger, inherit
from excore.lang.resolve.model import Model
from excore.lang.resolve.resolver import resolve
from excore.lang.resolve.top_level import is_module_path
from excore.lang.source import Unreadable
from excore.lang.tables.table import FileTables
from excore.lang.workspace.file import File, read_file
from excore.lang.workspace.host import Snapshot
from excore_server.ide.edits import WorkspaceEdit, applied

_MANY = 16
"""More edits than these cost more one by one than to read the file anew."""


class Trial:
    """The configs of a snapshot as they would be after a change. Costs nothing for what is not asked."""

    def __init__(self, snapshot: Snapshot, change: WorkspaceEdit) -> None:
        self.snapshot = snapshot
        self.change = change
        self._files: dict[str, File | None] = {}

    def file(self, path: str) -> File | None:
        """A file after the change."""
        if path not in self._files:
            self._files[path] = self._made(path)
        return self._files[path]

    def _made(self, path: str) -> File | None:
        created = self.change.created.get(path)
        if created is not None:
            return read_file(path, created, self.snapshot.grammar(path).prefix_chars)
        file = self.snapshot.file(path)
        if file is None:
            return None
        edits = self.change.edits.get(path, ())
        if len(edits) > _MANY:
            return read_file(path, applied(file.text, edits), self.snapshot.grammar(path).prefix_chars)
        for edit in reversed(edits):
            file = file.edit(*edit)
        return file

    def tables(self, path: str) -> FileTables | Unreadable:
        """The tables of a file, or why there are none."""
        if path not in self.change.edits and path not in self.change.created:
            return self.snapshot.tables(path)
        file = self.file(path)
        return file.tables if file is not None else Unreadable("no such file", missing=True)

    def closure(self, root: str) -> Closure:
        """The config whose root is this file."""
        catalog, project = self.snapshot.catalog(root), self.snapshot.project(root)
        merger = Merger(self.snapshot.grammar(root), lambda path: is_module_path(path, catalog, project))
        return inherit(root, self.tables, merger)

    def model(self, root: str) -> Model:
        """The meaning of the config whose root is this file; shares with the snapshot's what did not change."""
        snapshot = self.snapshot
        return resolve(
            root,
            self.closure(root).root,
            snapshot.catalog(root),
            snapshot.project(root),
            snapshot.grammar(root),
            snapshot.environment,
            snapshot.own_model(root),
        )

    @property
    def is_sound(self) -> bool:
        """Whether every file the change touches is still (or again) without problems of syntax and tables of its own
        that it did not have before."""
        for path in (*self.change.edits, *self.change.created):
            after, before = self.file(path), self.snapshot.file(path)
            if after is not None and _flaws(after) > (_flaws(before) if before is not None else 0):
                return False
        return True


def _flaws(file: File) -> int:
    return sum(1 for _ in file.tree.problems) + len(file.tables.problems)
