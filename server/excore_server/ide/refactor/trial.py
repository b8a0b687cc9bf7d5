"""The workspace as it would be after a change: so that nothing is offered unchecked."""

from __future__ import annotations

from excore.lang.analysis import Analysis, analyse
from excore.lang.file import File
from excore.lang.memo import Memo
from excore.lang.resolve.inherit import Closure
from excore.lang.resolve.model import Model
from excore.lang.source import Unreadable
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
        self._memos: dict[str, Memo] = {}

    def file(self, path: str) -> File | None:
        """A file after the change."""
        if path not in self._files:
            self._files[path] = self._made(path)
        return self._files[path]

    def _made(self, path: str) -> File | None:
        created = self.change.created.get(path)
        if created is not None:
            return File(path, created, self.snapshot.grammar(path).prefix_chars)
        file = self.snapshot.file(path)
        if file is None:
            return None
        edits = self.change.edits.get(path, ())
        if len(edits) > _MANY:
            return File(path, applied(file.text, edits), self.snapshot.grammar(path).prefix_chars)
        for edit in reversed(edits):
            file = file.edit(*edit)
        return file

    def _read(self, path: str) -> File | Unreadable:
        if path not in self.change.edits and path not in self.change.created:
            return self.snapshot.read(path)
        return self.file(path) or Unreadable("no such file", missing=True)

    def analysis(self, root: str) -> Analysis:
        """The config whose root is this file, understood."""
        snapshot = self.snapshot
        catalog, project, grammar = snapshot.catalog(root), snapshot.project(root), snapshot.grammar(root)
        return analyse(root, self._read, catalog, project, grammar, snapshot.environment, self._memo(root))

    def _memo(self, root: str) -> Memo:
        """A copy of the snapshot's, so that a trial shares what it does not change and leaves no trace."""
        if root not in self._memos:
            self._memos[root] = self.snapshot.analysis(root).memo.copy()
        return self._memos[root]

    def closure(self, root: str) -> Closure:
        """The files and merged table of the config whose root is this file."""
        return self.analysis(root).closure

    def model(self, root: str) -> Model:
        """The meaning of the config whose root is this file."""
        return self.analysis(root).model

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
