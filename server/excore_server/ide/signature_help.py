"""Signature help: the constructor of the section's class, with the parameter under the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from excore.index import documented
from excore.lang.workspace.host import Snapshot
from excore_server.ide.cursor import BasePlace, HeaderPart, Key, Nothing, cursor_at, slot_of
from excore_server.ide.markdown import description, parameter
from excore_server.ide.prose import escaped
from excore_server.ide.view import View


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """``label`` with the ranges of its parameters in it, their documentation, and the index of the active one."""

    label: str
    parameters: tuple[tuple[int, int], ...]
    docs: tuple[str, ...]
    documentation: str
    active: int | None


def signature_help(snapshot: Snapshot, path: str, offset: int) -> SignatureHelp | None:
    """The signature that applies at ``offset``; None outside of module tables."""
    file = snapshot.file(path)
    if file is None:
        return None
    view = View(snapshot, file)
    cursor = cursor_at(snapshot, path, offset)
    if isinstance(cursor, Nothing | BasePlace) or (isinstance(cursor, HeaderPart) and not cursor.slot.is_section):
        return None
    slot = cursor.slot
    if isinstance(cursor, Key) and not slot.section:
        slot = slot_of(snapshot, path, cursor.table)
    entry = view.entry(slot.section)
    if entry is None or entry.kind == "module":
        return None
    entry = documented(entry)
    label = f"{entry.name}("
    ranges: list[tuple[int, int]] = []
    active = None
    for number, param in enumerate(entry.signature.params):
        text = parameter(param)
        label += ", " if number else ""
        ranges.append((len(label), len(label) + len(text)))
        label += text
        if param.name == slot.argument:
            active = number
    docs = tuple(escaped(" ".join(param.doc.split())) for param in entry.signature.params)
    return SignatureHelp(f"{label})", tuple(ranges), docs, description(entry.doc), active)
