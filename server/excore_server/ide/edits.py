"""What a feature wants changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Edit(NamedTuple):
    """``text`` in place of ``start`` to ``end``; absolute code point offsets of a file as the snapshot has it."""

    start: int
    end: int
    text: str


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


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` after edits that are in order and do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))
