"""What a feature wants changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from excore.lang.text import Edit, applied

__all__ = ["Edit", "WorkspaceEdit", "applied", "workspace_edit"]


@dataclass(frozen=True, slots=True)
class WorkspaceEdit:
    """Edits by absolute path, in order and without overlap, and new files with their texts."""

    edits: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)
    created: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.edits or self.created)


def workspace_edit(edits: Mapping[str, Iterable[Edit]], created: Mapping[str, str] | None = None) -> WorkspaceEdit:
    """A change of these edits. Of edits that overlap the first stays; edits at one place become one."""
    ordered = {path: tuple(_ordered(of_file)) for path, of_file in edits.items()}
    return WorkspaceEdit({path: of_file for path, of_file in ordered.items() if of_file}, created or {})


def _ordered(edits: Iterable[Edit]) -> list[Edit]:
    ordered: list[Edit] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: edit[:2]):
        last = ordered[-1] if ordered else None
        if last is None or edit.start > last.end or (edit.start == last.end and last.start != last.end):
            ordered.append(edit)
        elif last.start == last.end == edit.start:
            ordered[-1] = Edit(last.start, edit.end, last.text + edit.text)
    return ordered
