"""Completion of keys: the parameters of a section's class, and what may stand at the top level."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.catalog import Entry, Param
from excore.lang.grammar import BASE_KEY, NO_CALL_KEY, Prefix
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.syntax.tree import KeyPart
from excore.lang.text import Span
from excore_server.ide.candidates import candidates
from excore_server.ide.completion.items import CompletionList, Option, choose
from excore_server.ide.cursor import Blank, Key, slot_of
from excore_server.ide.snippets import ArgumentWriter, prefixed
from excore_server.ide.snippets import key as write_key
from excore_server.ide.view import View, source_of

_REQUIRED, _OPTIONAL, _ABOVE, _LAST = range(4)


def key(view: View, place: Key) -> CompletionList:
    """What the key under the cursor may become."""
    opening = place.typed[:1] if place.quoted else ""
    typed = place.typed[len(opening) :]
    slot = slot_of(view.snapshot, view.file.path, place.table)
    with_value = place.entry.equals < 0
    last = place.part is place.entry.parts[-1]
    if slot.section and slot.section == slot.path:
        prefix = view.grammar.split_key(typed).prefix
        if prefix is not None:
            opening, typed = opening + prefix.char, typed[len(prefix.char) :]
        entry = view.entry(slot.section)
        quoted = place.quoted
        options = _parameters(view, slot.section, entry, prefix, quoted, place.part, with_value and last, place.block)
    elif not place.table:
        options = _top(view, with_value and last)
    elif len(place.table) == 1:
        options = _classes(view, place.table[0])
    else:
        options = iter(())
    return choose(options, typed, place.span, opening=opening, limit=view.limit)


def blank(view: View, place: Blank) -> CompletionList:
    """What may begin on an empty line, or in an empty place of an inline table."""
    slot = place.slot
    if slot.section and slot.section == slot.path:
        entry = view.entry(slot.section)
        options = _parameters(view, slot.section, entry, None, False, None, True, place.block)
    elif not slot.path:
        options = _start(view, place.span)
    else:
        options = iter(())
    return choose(options, "", place.span, limit=view.limit)


def _parameters(
    view: View,
    section: Path,
    entry: Entry | None,
    prefix: Prefix | None,
    quoted: bool,
    part: KeyPart | None,
    with_value: bool,
    block: int,
) -> Iterator[Option]:
    if entry is None or entry.kind == "module":
        return
    own = view.own_bindings(section)
    taken = {view.grammar.split_key(name).name for name, binding in own.items() if binding.part is not part}
    merged = view.model.sections.get(section)
    above = merged.arguments if merged is not None else {}
    quoted = quoted or view.quoted(block)
    for param in view.params(entry):
        if param.name in taken:
            continue
        set_above = above.get(param.name)
        if set_above is not None and set_above.binding.file == view.file.path:
            set_above = None
        rank = _ABOVE if set_above is not None else _REQUIRED if param.required else _OPTIONAL
        yield _parameter(view, entry, param, prefix, quoted, with_value, rank)
    if NO_CALL_KEY not in own:
        text = f"{NO_CALL_KEY} = true" if with_value else NO_CALL_KEY
        yield Option(NO_CALL_KEY, _LAST, "keyword", text, detail="pass the table on unbuilt", key=("word", NO_CALL_KEY))


def _parameter(
    view: View, entry: Entry, param: Param, prefix: Prefix | None, quoted: bool, with_value: bool, rank: int
) -> Option:
    found = candidates(param, param.name, view.catalog, view.project)
    writer = ArgumentWriter(view.catalog, view.project, view.grammar, quoted, view.snippets)
    prefix = prefix or writer.prefix_for(param, found)
    documented = ("param", entry.registry, entry.name, param.name)

    def insert() -> str:
        return writer.argument(param, prefix, found) if with_value else prefixed(param.name, prefix, quoted)

    label = (prefix.char if prefix is not None else "") + param.name
    snippet = with_value and view.snippets
    return Option(param.name, rank, "parameter", insert, label, summary(param), snippet, documented)


def summary(param: Param) -> str:
    """A parameter's type and default in few words."""
    kind = param.annotation or ""
    if param.required:
        return f"{kind}, required" if kind else "required"
    return f"{kind} = {param.default}" if kind else f"= {param.default}"


def _top(view: View, with_value: bool) -> Iterator[Option]:
    own = view.own_bindings(())
    if BASE_KEY not in own:
        text, snippet = (f'{BASE_KEY} = ["$1"]', view.snippets) if with_value else (BASE_KEY, False)
        text = text if snippet or not with_value else f'{BASE_KEY} = [""]'
        yield Option(
            BASE_KEY, 0, "keyword", text, detail="files to inherit from", snippet=snippet, key=("word", BASE_KEY)
        )
    for name, binding in view.model.isolated.items():
        if binding.file != view.file.path:
            text = write_key(name)
            value = source_of(binding)
            insert = f"{text} = {value}" if with_value and value and not value.endswith(("…", "}")) else text
            yield Option(name, 1, "variable", insert, detail=value, key=("variable", name))


def _start(view: View, span: Span) -> Iterator[Option]:
    yield from _top(view, True)
    for name in view.project.primary_fields:
        yield Option(f"[{name}", 2, "field", f"[{name}.", f"[{name}]", "field", key=("field", name), again=True)


def _classes(view: View, group: str) -> Iterator[Option]:
    registry = registry_behind(group, view.catalog, view.project)
    for name, entry in view.catalog.entries.get(registry or "", {}).items():
        documented = ("class", entry.registry, entry.name)
        yield Option(name, 0, "class", write_key(name), detail=entry.registry, key=documented)
