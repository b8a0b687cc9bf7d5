"""Signature help: the constructor of the section's class, or what a reference calls, with the active parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from excore.index import documented
from excore.index.docstrings import param_docs
from excore.lang.catalog import Member, Param
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import member_of, object_before
from excore_server.ide.cursor import BasePlace, HeaderPart, Key, Nothing, ReferencePlace, cursor_at, slot_of
from excore_server.ide.markdown import description, parameter
from excore_server.ide.prose import escaped
from excore_server.ide.view import Python, View


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """``label`` with the ranges of its parameters in it, their documentation, and the index of the active one."""

    label: str
    parameters: tuple[tuple[int, int], ...]
    docs: tuple[str, ...]
    documentation: str
    active: int | None


Shown = tuple[str, str, str]
"""A parameter: its name, how it reads, what is said about it."""


def signature_help(snapshot: Snapshot, path: str, offset: int, *, python: Python | None = None) -> SignatureHelp | None:
    """The signature that applies at ``offset``; None outside of module tables."""
    file = snapshot.file(path)
    if file is None:
        return None
    view = View(snapshot, file, python)
    cursor = cursor_at(snapshot, path, offset)
    if isinstance(cursor, Nothing | BasePlace) or (isinstance(cursor, HeaderPart) and not cursor.slot.is_section):
        return None
    slot = cursor.slot
    if isinstance(cursor, Key) and not slot.section:
        slot = slot_of(snapshot, path, cursor.table)
    if isinstance(cursor, ReferencePlace) and cursor.part.kind == "arguments":
        name, bracket, given = cursor.text[len(cursor.part.before) + 1 : cursor.part.span.end].partition("(")
        if bracket and name.isidentifier():
            return _of_call(view, cursor, name, given)
    entry = view.entry(slot.section)
    if entry is None or entry.kind == "module":
        return None
    entry = documented(entry)
    return _help(entry.name, _shown(entry.signature.params), entry.doc, slot.argument)


def _of_call(view: View, cursor: ReferencePlace, name: str, given: str) -> SignatureHelp | None:
    """What is called at the cursor with the arguments ``given`` so far: a method of an object, as in
    ``"$Model.freeze(...)"``, or what a python module has, as in ``"torch.nn.ReLU(...)"``."""
    owner = object_before(view, cursor.part.before, cursor.prefix)
    if owner is None:
        return None
    before = pieces(given)
    keyword, equals, _ = before[-1].partition("=")
    argument = keyword.strip() if equals else len(before) - 1
    member = member_of(owner.entry, name)
    if member is not None and member.params is not None:
        return _help(name, list(_of_member(member)), inspect.cleandoc(member.doc), argument)
    entry = view.external(f"{owner.entry.path}.{name}")
    if entry is None or entry.kind == "module":
        return None
    entry = documented(entry)
    is_object = owner.entry.kind != "module" and any(one.name in ("self", "cls") for one in entry.signature.params[:1])
    return _help(name, _shown(entry.signature.params[is_object:]), entry.doc, argument)


def _help(name: str, params: list[Shown], doc: str, argument: str | int) -> SignatureHelp:
    """``argument`` is the name of the active parameter, or its number."""
    label = f"{name}("
    ranges: list[tuple[int, int]] = []
    active = None
    for number, (own, text, _) in enumerate(params):
        label += ", " if number else ""
        ranges.append((len(label), len(label) + len(text)))
        label += text
        catches = text.startswith("*") if isinstance(argument, int) and number <= argument else text.startswith("**")
        if argument == own or (active is None and (argument == number or catches)):
            active = number
    docs = tuple(escaped(" ".join(text.split())) for _, _, text in params)
    return SignatureHelp(f"{label})", tuple(ranges), docs, description(doc), active)


def _shown(params: tuple[Param, ...]) -> list[Shown]:
    return [(one.name, parameter(one), one.doc) for one in params]


def _of_member(member: Member) -> Iterator[Shown]:
    docs = param_docs(member.doc)
    for text in pieces(member.params or ""):
        name = re.match(r"\**(\w+)", text.strip())
        if name is not None:
            yield name[1], text.strip(), docs.get(name[1], "")


def pieces(text: str) -> list[str]:
    """The text of arguments between the commas that part them; an open bracket or quote goes to the end."""
    found, depth, quote = [""], 0, ""
    for char in text:
        if quote:
            quote = quote if char != quote else ""
        elif char in "\"'":
            quote = char
        else:
            depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth and not quote:
            found.append("")
        else:
            found[-1] += char
    return found
