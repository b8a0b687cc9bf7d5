"""What a feature wants changed, and the workspace as it would be then: so that nothing is offered unchecked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from excore.lang.analysis import Analysis, analyse
from excore.lang.file import File, read_file
from excore.lang.memo import Memo
from excore.lang.resolve.inherit import Closure
from excore.lang.resolve.model import Model
from excore.lang.source import Unreadable
from excore.lang.workspace.host import Snapshot

_MANY = 16
"""More edits than these cost more one by one than to read the file anew."""


class Edit(NamedTuple):
    """``text`` in place of ``start`` to ``end``; absolute code point offsets of a file as the snapshot has it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Edits by absolute path, in order and without overlap, and new files with their texts."""

    edits: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)
    created: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.edits or self.created)


def change(edits: Mapping[str, Iterable[Edit]], created: Mapping[str, str] | None = None) -> Change:
    """A change of these edits. Of edits that overlap the first stays; edits at one place become one."""
    ordered = {path: tuple(_ordered(found)) for path, found in edits.items()}
    return Change({path: found for path, found in ordered.items() if found}, created or {})


def _ordered(edits: Iterable[Edit]) -> list[Edit]:
    found: list[Edit] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: edit[:2]):
        last = found[-1] if found else None
        if last is None or edit.start > last.end or (edit.start == last.end and last.start != last.end):
            found.append(edit)
        elif last.start == last.end == edit.start:
            found[-1] = Edit(last.start, edit.end, last.text + edit.text)
    return found


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` after edits that are in order and do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


class Trial:
    """The configs of a snapshot as they would be after a change. Costs nothing for what is not asked."""

    def __init__(self, snapshot: Snapshot, change: Change) -> None:
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
        return self._memos.setdefault(root, self.snapshot.analysis(root).memo.copy())

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
