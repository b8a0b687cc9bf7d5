"""Completion in ``[headers]``: fields, registries, registered names, each with a skeleton of its required arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from excore.lang.catalog import Entry
from excore.lang.grammar import HOOKS_TABLE
from excore.lang.resolve.entries import named_entries, registry_behind
from excore.lang.resolve.model import Path
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import catalog_index, config_parameters, needs_arguments
from excore_server.ide.completion.closers import Closer, below, whole
from excore_server.ide.completion.items import SCALE, CompletionList, Option, about, choose, is_subsequence
from excore_server.ide.cursor import HeaderPart, section_length
from excore_server.ide.habits import Habits, Kept
from excore_server.ide.snippets import key, quote
from excore_server.ide.view import View

_LACKING, _FIELD, _USED, _HAS, _UNDEFINED, _BASE, _REGISTRY, _OWN, _NAME, _PRESENT = (n * SCALE for n in range(10))


def header(view: View, cursor: HeaderPart) -> CompletionList:
    """Names for one part of a header."""
    opening = cursor.typed[:1] if cursor.typed[:1] in "\"'" else ""
    typed = cursor.typed[len(opening) :]
    names = _Names(view, cursor, typed)
    if not cursor.before:
        options = names.first()
    elif section_length(cursor.before, view.catalog, view.project):
        is_section = section_length(cursor.before, view.catalog, view.project) == len(cursor.before)
        options = map(names.closed, _arguments(view, cursor.before)) if is_section else iter(())
    elif len(cursor.before) == 1:
        options = names.under(cursor.before[0])
    else:
        options = iter(())
    return choose(options, typed, names.span, opening=opening, limit=view.limit)


class _Names:
    """Names for a part of a header; what can be known before looking at any name is. Options are kept with the catalog
    while what they are made from stays: a list asks for hundreds."""

    def __init__(self, view: View, cursor: HeaderPart, typed: str) -> None:
        self.view = view
        self.cursor = cursor
        self.typed = typed.casefold()
        self.habits = Habits(view)
        users, here = view.model.users, view.file.path
        self.undefined = {  # names without a table of their own, and whether this very file uses them
            path[-1]: any(use.origin.file == here for use in users.get(path, ())) for path in view.model.implicit
        }
        block, head = view.block(cursor.block), cursor.header
        line = block.text[head.end :].partition("\n")[0].strip()
        self.alone = cursor.last and not block.entries and not line  # lines may follow
        self.quoted = view.quoted(cursor.block)
        self.closer = Closer("]]" if head.array else "]", head.closed)
        self.span = cursor.rest if cursor.last else cursor.span
        place = ("header", cursor.last, self.alone, self.quoted, self.closer, view.snippets)
        self.index = catalog_index(view.catalog)
        self.kept: dict[Any, Kept] = self.index.kept(place, view.project)

    def fitting(self, group: str | None, entries: Callable[[], Iterable[Entry]]) -> Iterator[Entry]:
        """Those of the ``entries`` below a group whose name may become what is typed; asked before anything is made."""
        rows: dict[str | None, list[tuple[str, Entry]]] = self.index.kept("entries", self.view.project)
        if group not in rows:
            rows[group] = [(entry.name.casefold(), entry) for entry in entries()]
        for folded, entry in rows[group]:
            if not self.typed or is_subsequence(self.typed, folded):
                yield entry

    def first(self) -> Iterator[Option]:
        view = self.view
        dot, span = "." if self.cursor.last else "", self.cursor.span
        present = view.own_bindings(())
        fields = dict.fromkeys(view.project.primary_fields)
        for name in fields:
            registry = view.project.registry_of(name)
            detail = "field" if registry == name else f"field of registry {registry}"
            # Of what is about as frequent the field that was declared first: overrides of one table are many.
            rank = (_HAS if name in view.model.groups else _FIELD) - sum(self.habits.tables(name).values()).bit_length()
            about_it = ("field", name)
            yield Option(name, rank, "field", name + dot, "", detail, False, about_it, bool(dot), span)
        for name in view.project.registry_names(view.catalog):
            if name not in fields and not name.startswith("__"):
                about_it = ("field", name)
                match = name + dot  # typed in full it may still become the name of a field
                yield Option(match, _REGISTRY, "registry", match, name, "registry", False, about_it, bool(dot), span)
        if any(entry.hook == "config" for entry in view.catalog):
            note = "hooks on the build"
            yield Option(HOOKS_TABLE, _REGISTRY, "keyword", HOOKS_TABLE + dot, "", note, again=bool(dot), span=span)
        for name, group in view.model.groups.items():
            if group.role == "scratchpad" and name not in fields:
                yield Option(name, _OWN, "section", name + dot, "", "variants of modules", again=bool(dot), span=span)
        names = set()
        for path in self.expected() if self.cursor.last else ():
            entry = view.entry(path)
            begins = f"{path[0]}.".casefold().startswith(self.typed)
            if entry is not None and (begins or is_subsequence(self.typed, entry.name.casefold())):
                names.add(path[1])
                label = ".".join(path)
                rank = (_HAS if self.typed else _BASE) - self.habits.uses(path[1], path[0])
                option = self.made(entry, path[0], False, "", f"{key(path[0])}.")
                yield option._replace(match=label if begins else path[1], rank=rank, label=label, shown=None)
        names -= self.undefined.keys()
        for entry in self.fitting(None, lambda: named_entries(view.catalog, view.project)):
            option = self.option(entry, "", entry.name in present, entry.registry)
            yield option._replace(rank=_PRESENT) if entry.name in names else option

    def expected(self) -> Iterator[Path]:
        """Tables of fields and registries that bases have and this file does not, and of fields that the config lacks
        what other configs have most often."""
        for name, group in self.view.model.groups.items() if self.view.file.bases else ():
            own = self.view.own_bindings((name,))
            yield from ((name, member) for member in group.members if member not in own)
        for name in self.view.project.primary_fields:
            tables = self.habits.tables(name) if name not in self.view.model.groups else {}
            if tables:
                yield name, max(tables, key=lambda one: (tables[one], one))

    def under(self, group: str) -> Iterator[Option]:
        present = self.view.own_bindings((group,))
        current = self.cursor.name if self.cursor.last else ""
        for entry in self.fitting(group, lambda: self.entries(group)):
            yield self.option(entry, group, entry.name in present and entry.name != current, "")

    def entries(self, group: str) -> Iterator[Entry]:
        """What may have a table below a group."""
        view = self.view
        registry = registry_behind(group, view.catalog, view.project)
        if registry is not None:
            entries: Iterable[Entry] = view.catalog.entries.get(registry, {}).values()
        else:
            named = named_entries(view.catalog, view.project)
            entries = (entry for entry in named if group != HOOKS_TABLE or entry.hook == "config")
        return (entry for entry in entries if entry.kind != "module")

    def option(self, entry: Entry, group: str, present: bool, note: str) -> Option:
        name = entry.name
        is_own = name in self.undefined or name == self.cursor.name or _section(group, name) in self.view.model.sections
        if not present and is_own:
            return self.made(entry, group, present, note)
        place = group, name, present or self.habits.has(name), present
        return self.habits.kept(self.kept, place, name, lambda: self.made(entry, group, present, note))

    def made(self, entry: Entry, group: str, present: bool, note: str, before: str = "") -> Option:
        rank = _NAME
        if present:
            rank, note = _PRESENT, "has a table in this file"
        elif (above := self.view.model.groups.get(group)) is not None and entry.name in above.members:
            rank = _LACKING  # it stands in a base
        elif entry.name in self.undefined:
            rank, note = _USED if self.undefined[entry.name] else _UNDEFINED, "used, without a table yet"
            if needs_arguments(entry):
                rank = _LACKING
        rank -= self.habits.uses(entry.name, group)
        kind = "hook" if entry.hook else entry.kind
        option = Option(
            entry.name, rank, kind, before + key(entry.name), detail=note or entry.summary, key=about(entry)
        )
        return self.closed(option, "" if present else self.required(entry, group))._replace(shown=[])

    def required(self, entry: Entry, group: str) -> str:
        """A line for each argument that must be given, or is as a rule."""
        section = _section(group, entry.name)
        names, usual = self.habits.usual(section, entry)
        given = self.view.model.sections.get(section)
        names = names.difference(given.arguments) if given is not None else names
        return "\n".join(self.view.writer(self.quoted).required(entry, names, usual))

    def closed(self, option: Option, lines: str = "") -> Option:
        """The option with the end of the header, and with the ``lines`` below it where there are none yet."""
        if not self.cursor.last:
            return option
        if not self.alone or not self.view.snippets:
            return whole(option, self.closer, self.view.snippets)
        return option.inserting(below(option.text, self.closer, lines), True)


def _section(group: str, name: str) -> Path:
    return (group, name) if group else (name,)


def _arguments(view: View, path: Path) -> Iterator[Option]:
    """Arguments that take a table: dictionaries, and tables of modules under a quoted key."""
    entry = view.entry(path)
    char = view.grammar.prefix("new").char
    for param in config_parameters(entry) if entry is not None else ():
        about_param = ("param", *about(entry)[1:], param.name)
        if view.writer(False).candidates(param).container == "table":
            name = char + param.name
            yield Option(param.name, 0, "parameter", quote(name), name, param.annotation or "", key=about_param)
        elif argument_types(param.annotation).table:
            yield Option(param.name, 0, "parameter", key(param.name), detail=param.annotation or "", key=about_param)
