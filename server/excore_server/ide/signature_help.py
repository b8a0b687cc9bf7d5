"""Signature help: the constructor of the section's class, with the parameter under the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from excore.index import documented
from excore.lang.catalog import Entry
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import object_before
from excore_server.ide.cursor import BasePlace, HeaderPart, Key, Nothing, ReferencePlace, cursor_at, slot_of
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
    called = _called(view, cursor) if isinstance(cursor, ReferencePlace) else None
    entry, argument = called or (view.entry(slot.section), slot.argument)
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
        if argument in (param.name, number):
            active = number
    docs = tuple(escaped(" ".join(param.doc.split())) for param in entry.signature.params)
    return SignatureHelp(f"{label})", tuple(ranges), docs, description(entry.doc), active)


def _called(view: View, cursor: ReferencePlace) -> tuple[Entry, str | int] | None:
    """What is called behind a python module, as ``torch.nn.ReLU(...)``, and the name or number of the argument that the
    cursor is in; None where reading does not know it."""
    part = cursor.part
    owner = object_before(view, part.before, cursor.prefix) if part.kind == "arguments" else None
    if owner is None or owner.entry.kind != "module":
        return None
    name, _, given = cursor.text[len(part.before) + 1 : part.span.end].partition("(")
    entry = view.external(f"{owner.entry.path}.{name}")
    last = given.rpartition(",")[2]
    keyword, equals, _ = last.partition("=")
    return (entry, keyword.strip() if equals else given.count(",")) if entry is not None else None
