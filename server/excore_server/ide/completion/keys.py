"""Completion of keys: the parameters of a section's class, and what may stand at the top level."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from excore.lang.catalog import Param
from excore.lang.grammar import BASE_KEY, NO_CALL_KEY, Prefix
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.syntax.tree import KeyPart
from excore_server.ide.candidates import config_parameters
from excore_server.ide.completion.closers import verbatim
from excore_server.ide.completion.items import SCALE, CompletionList, Option, about, choose
from excore_server.ide.cursor import Blank, Key, slot_of
from excore_server.ide.habits import Habits
from excore_server.ide.snippets import key as write_key
from excore_server.ide.snippets import prefixed
from excore_server.ide.view import View, source_of

_REQUIRED, _OPTIONAL, _ABOVE, _LAST = (number * SCALE for number in range(4))


def key(view: View, cursor: Key) -> CompletionList:
    """What the key under the cursor may become."""
    opening = cursor.typed[:1] if cursor.quoted else ""
    typed = cursor.typed[len(opening) :]
    slot = slot_of(view.snapshot, view.file.path, cursor.table)
    with_value = cursor.entry.equals < 0 and cursor.part is cursor.entry.parts[-1]
    options: Iterator[Option] = iter(())
    if slot.is_section:
        prefix = view.grammar.split_key(typed).prefix
        if prefix is not None:
            opening, typed = opening + prefix.char, typed[len(prefix.char) :]
        quoted = cursor.quoted or view.quoted(cursor.block)
        options = _parameters(view, slot.section, quoted, prefix, cursor.part, with_value)
    elif not cursor.table:
        options = _top(view, with_value)
    elif len(cursor.table) == 1:
        options = _classes(view, cursor.table[0])
    return choose(options, typed, cursor.span, opening=opening, limit=view.limit)


def blank(view: View, cursor: Blank) -> CompletionList:
    """What may begin on an empty line, or in an empty place of an inline table."""
    options: Iterator[Option] = iter(())
    if cursor.slot.is_section:
        options = _parameters(view, cursor.slot.section, view.quoted(cursor.block))
    elif not cursor.slot.path:
        options = chain(_top(view, True), _fields(view))
    return choose(options, "", cursor.span, limit=view.limit)


def _parameters(
    view: View,
    section: Path,
    quoted: bool,
    prefix: Prefix | None = None,
    part: KeyPart | None = None,
    with_value: bool = True,
) -> Iterator[Option]:
    """The parameters that this file does not give yet, but in the key ``part``; under ``prefix`` if there is one."""
    entry = view.entry(section)
    if entry is None or entry.kind == "module":
        return
    own = view.own_bindings(section)
    present = {view.grammar.split_key(name).name for name, binding in own.items() if binding.part is not part}
    merged = view.model.sections.get(section)
    habits = Habits(view)
    for param in config_parameters(entry):
        if param.name in present:
            continue
        above = merged.arguments.get(param.name) if merged is not None else None
        rank = _REQUIRED if param.needed else _OPTIONAL
        if above is not None and above.binding.file != view.file.path:
            rank = _ABOVE
        writer = view.writer(quoted)
        habit = habits.best(section, entry, param.name, prefix.char if prefix is not None else None)
        rank -= habits.given(entry.name, param.name) if prefix is None or habit is not None else 0
        own_prefix = prefix or (
            writer.prefix(param) if habit is None else view.grammar.split_key(habit.prefix + "x").prefix
        )
        label = (own_prefix.char if own_prefix is not None else "") + param.name
        insert = partial(writer.argument, param, own_prefix, habit)
        if not with_value or not view.snippets:
            insert = partial(_name_alone, param, own_prefix, quoted, " = " if with_value else "")
        about_it = ("param", entry.registry, entry.name, param.name)
        snippet = with_value and view.snippets
        yield Option(param.name, rank, "parameter", insert, label, summary(param), snippet, about_it)
    if NO_CALL_KEY not in own:
        text = f"{NO_CALL_KEY} = true" if with_value else NO_CALL_KEY
        note, about_word = "pass the table on unbuilt", ("word", NO_CALL_KEY)
        yield verbatim(Option(NO_CALL_KEY, _LAST, "keyword", text, detail=note, key=about_word), view.snippets)


def _name_alone(param: Param, prefix: Prefix | None, quoted: bool, end: str) -> str:
    """The key alone: a value that nobody can jump to and replace would be an invented one."""
    return prefixed(param.name, prefix, quoted) + end


def summary(param: Param) -> str:
    """A parameter's type and default in few words."""
    kind = param.annotation or ""
    if param.needed:
        return f"{kind}, required" if kind else "required"
    return f"{kind} = {param.default}" if kind else f"= {param.default}"


def _top(view: View, with_value: bool) -> Iterator[Option]:
    own = view.own_bindings(())
    if BASE_KEY not in own:
        snippet = with_value and view.snippets
        value = (' = ["$1"]' if snippet else " = ") if with_value else ""
        note, about_it = "files to inherit from", ("word", BASE_KEY)
        yield Option(BASE_KEY, 0, "keyword", BASE_KEY + value, detail=note, snippet=snippet, key=about_it)
    for name, binding in view.model.isolated.items():
        if binding.file != view.file.path:
            text = write_key(name)
            value = source_of(binding)
            insert = f"{text} = {value}" if with_value and value and not value.endswith(("…", "}")) else text
            option = Option(name, 1, "variable", insert, detail=value, key=("variable", name))
            yield verbatim(option, view.snippets)


def _fields(view: View) -> Iterator[Option]:
    for name in view.project.primary_fields:
        yield Option(f"[{name}", 2, "field", f"[{name}.", f"[{name}]", "field", key=("field", name), again=True)


def _classes(view: View, group: str) -> Iterator[Option]:
    registry = registry_behind(group, view.catalog, view.project)
    for name, entry in view.catalog.entries.get(registry or "", {}).items():
        yield Option(name, 0, "class", write_key(name), detail=entry.registry, key=about(entry))
