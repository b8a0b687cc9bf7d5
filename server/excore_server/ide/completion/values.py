"""Completion of plain values and of ``__base__`` paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain

from excore.lang.catalog import Param
from excore.lang.check.annotations import Type, mismatch, read_annotation
from excore.lang.grammar import NO_CALL_KEY
from excore.lang.syntax.tree import Scalar
from excore.lang.text import Span
from excore.lang.workspace.practice import Written
from excore_server.ide.completion.closers import Closer, string_closer, whole
from excore_server.ide.completion.items import SCALE, CompletionList, Option, choose
from excore_server.ide.cursor import BasePlace, ValuePlace
from excore_server.ide.habits import Habits
from excore_server.ide.snippets import literal, quote, read_value, to_toml
from excore_server.ide.view import View

_DEFAULT, _CHOICE, _ABOVE = range(3)
UNTYPED = " "
"""The match of what goes away with the first character typed: values never begin with it."""


def value(view: View, cursor: ValuePlace) -> CompletionList:
    """Choices and booleans that begin with what is typed, and where nothing is, the default of the parameter.

    Choices go away once they are typed in full: the next key is the text's, not the list's.
    """
    slot = cursor.slot
    param = view.param(slot) if not slot.deeper else None
    if slot.section and len(slot.path) == len(slot.section) + 1 and slot.argument == NO_CALL_KEY:
        options: Iterator[Option] = chain(_option(True, "true", cursor, 0, ""), _option(False, "false", cursor, 1, ""))
    elif param is not None:
        options = _values(param, cursor, _written(view, cursor, param), _above(view, cursor))
    else:
        options = iter(())
    begun = (option for option in options if option.match.casefold().startswith(cursor.typed.casefold()))
    closer = string_closer(cursor.value) if cursor.quoted else Closer("", True)
    closed = (whole(option, closer, view.snippets) for option in begun)
    return choose(closed, cursor.typed, _with(closer, cursor), limit=view.limit)


def _with(closer: Closer, cursor: ValuePlace | BasePlace) -> Span:
    """The content of a string and the quotes that end it."""
    start, end = cursor.span
    return Span(start, end + len(closer.text) * closer.present)


def _written(view: View, cursor: ValuePlace, param: Param) -> list[Written]:
    """What configs of the project have there, most likely first, then what fits of other classes."""
    slot, entry = cursor.slot, view.entry(cursor.slot.section)
    if entry is None or cursor.listed or slot.prefix is not None:
        return []
    habits = Habits(view)
    found = list(habits.under(slot.section, entry, slot.argument))
    kind = read_annotation(param.annotation or "Any")
    for one in habits.alike(entry, slot.argument):
        value = read_value(one.text)
        if value is not None and mismatch(kind, value, param.choices) is None:
            found.append(one)
    return [one for one in found if one.text and not one.prefix]


def _above(view: View, cursor: ValuePlace) -> str:
    """The text of the scalar that bases say already."""
    argument = view.argument(cursor.slot)
    for binding in (argument.binding, *argument.binding.shadows) if argument is not None else ():
        if binding.file != view.file.path:
            return binding.value.raw if isinstance(binding.value, Scalar) else ""
    return ""


def _values(param: Param, cursor: ValuePlace, written: list[Written], above: str) -> Iterator[Option]:
    """``above`` comes last: nobody writes what is so already; of two booleans the default does."""
    kind = read_annotation(param.annotation) if param.annotation is not None else None
    default = literal(param.default)
    choices: list[object] = list(param.choices)
    if cursor.listed:
        kind = _item(kind)
        default = ...
        choices = []
    kinds = _flat(kind)
    for one in kinds:
        choices.extend(one.values)
        if "boolean" in one.kinds:
            choices.extend((True, False))
    texts = {text: choice for choice in choices if (text := to_toml(choice)) is not None}
    seen: set[str] = set()
    for place, habit in enumerate(written):
        is_text = habit.text[0] in "\"'"
        text = quote(habit.names[0]) if is_text else habit.text
        choice = texts.get(text, habit.names[0] if is_text else None)
        if text not in seen:
            seen.add(text)
            note = "default" if text == to_toml(default) else ""
            yield from _option(choice, text, cursor, _ABOVE if text == above else place - SCALE, note)
    for text, choice in texts.items():
        if text not in seen:
            seen.add(text)
            note = "default" if text == to_toml(default) else ""
            first = choice is not default if isinstance(choice, bool) and isinstance(default, bool) else note
            yield from _option(choice, text, cursor, _ABOVE if text == above else _DEFAULT if first else _CHOICE, note)
    text = to_toml(default)
    if text is not None and text not in seen:
        for option in _option(default, text, cursor, _DEFAULT, "default"):
            yield option._replace(match=UNTYPED, label=option.label or option.match)


def _option(choice: object, text: str, cursor: ValuePlace, rank: int, note: str) -> Iterator[Option]:
    if cursor.quoted:
        if isinstance(choice, str) and quote(choice) == f'"{choice}"':
            yield Option(choice, rank, "choice", choice, detail=note)
        return
    match = text[:-1] if isinstance(choice, str | bool) else UNTYPED
    yield Option(match, rank, "choice", text, text, note)


def _item(kind: Type | None) -> Type | None:
    return next((one.items[0] for one in _flat(kind) if one.shape == "array" and one.items), None)


def _flat(kind: Type | None) -> tuple[Type, ...]:
    if kind is None:
        return ()
    return kind.items if kind.shape == "union" else (kind,)


def bases_by_use(view: View) -> dict[str, int]:
    """What can be a base of the file, each with its rank: first what gives fields that are not there yet, of that
    what the neighbours of the file include, then what others do, then what is near."""
    snapshot, path = view.snapshot, view.file.path
    folder = os.path.dirname(path)
    fields, reached = frozenset(view.project.primary_fields), snapshot.closure(path).files
    there = fields & view.model.groups.keys()

    def gives(name: str) -> frozenset[str]:
        file = snapshot.file(name)
        return fields & file.tables.root.bindings.keys() if file is not None else frozenset()

    def place(name: str) -> tuple[object, ...]:
        users = [user for user in snapshot.includers(name) if user != path]
        doubled = any(gives(one) & there for one in (name, *snapshot.bases(name)))
        near = os.path.relpath(name, folder)
        distance = near.count(os.pardir) * 2 + near.count(os.sep)
        neighbours = sum(os.path.dirname(user) == folder for user in users)
        return name in reached or path in snapshot.bases(name), doubled, -neighbours, -len(users), distance

    names = (name for name in snapshot.configs(view.project.root) if name != path)
    return {name: number for number, name in enumerate(sorted(names, key=place))}


def base(view: View, cursor: BasePlace) -> CompletionList:
    """Config files of the project, relative to this one."""
    folder, closer = os.path.dirname(view.file.path), string_closer(cursor.value)
    options = []
    places = bases_by_use(view)
    for path, place in places.items():
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        if name not in cursor.others:
            text = name if cursor.quoted else quote(name)
            options.append(whole(Option(text, place, "file", text, name), closer, view.snippets))
    return choose(options, cursor.typed, _with(closer, cursor), limit=view.limit)
