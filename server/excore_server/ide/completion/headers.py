"""Completion in ``[headers]``: fields, registries, registered names, each with a skeleton of its required arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from excore.lang.catalog import Entry
from excore.lang.grammar import HOOKS_TABLE
from excore.lang.resolve.entries import named_entries, registry_behind
from excore.lang.resolve.model import Path
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import CatalogIndex, catalog_index, config_parameters, needs_arguments
from excore_server.ide.completion.closers import Closer, below, whole
from excore_server.ide.completion.items import SCALE, CompletionList, Option, about, choose, is_subsequence
from excore_server.ide.cursor import HeaderPart, section_length
from excore_server.ide.habits import Habits
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
    return choose(options, typed, cursor.span, opening=opening, limit=view.limit)


class _Names:
    """Names for a part of a header; what can be known before looking at any name is."""

    def __init__(self, view: View, cursor: HeaderPart, typed: str) -> None:
        self.view = view
        self.cursor = cursor
        self.typed = typed.casefold()
        self.index = catalog_index(view.catalog)
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

    def fits(self, entry: Entry) -> bool:
        """Whether what is typed may become the entry's name; asked before anything is made for it."""
        return not self.typed or is_subsequence(self.typed, entry.name.casefold())

    def first(self) -> Iterator[Option]:
        view = self.view
        dot = "." if self.cursor.last else ""
        present = view.own_bindings(())
        fields = dict.fromkeys(view.project.primary_fields)
        for name in fields:
            registry = view.project.registry_of(name)
            detail = "field" if registry == name else f"field of registry {registry}"
            # Of what is about as frequent the field that was declared first: overrides of one table are many.
            rank = (_HAS if name in view.model.groups else _FIELD) - sum(self.habits.tables(name).values()).bit_length()
            yield Option(name, rank, "field", name + dot, detail=detail, key=("field", name), again=bool(dot))
        for name in view.project.registry_names(view.catalog):
            if name not in fields and not name.startswith("__"):
                about_it = ("field", name)
                match = name + dot  # typed in full it may still become the name of a field
                yield Option(match, _REGISTRY, "registry", match, name, "registry", key=about_it, again=bool(dot))
        if any(entry.hook == "config" for entry in view.catalog):
            note = "hooks on the build"
            yield Option(HOOKS_TABLE, _REGISTRY, "keyword", HOOKS_TABLE + dot, detail=note, again=bool(dot))
        for name, group in view.model.groups.items():
            if group.role == "scratchpad" and name not in fields:
                yield Option(name, _OWN, "section", name + dot, detail="variants of modules", again=bool(dot))
        names = set()
        for path in self.expected() if self.cursor.last else ():
            entry = view.entry(path)
            begins = f"{path[0]}.".casefold().startswith(self.typed)
            if entry is not None and (begins or self.fits(entry)):
                names.add(path[1])
                label = ".".join(path)
                rank = (_HAS if self.typed else _BASE) - self.habits.uses(path[1], path[0])
                option = self.option(entry, path[0], False, "", f"{key(path[0])}.")
                yield option._replace(match=label if begins else path[1], rank=rank, label=label)
        names -= self.undefined.keys()
        for entry in named_entries(view.catalog, view.project):
            if self.fits(entry):
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
        view = self.view
        registry = registry_behind(group, view.catalog, view.project)
        if registry is not None:
            entries = view.catalog.entries.get(registry, {})
        else:
            only_hooks = group == HOOKS_TABLE
            named = named_entries(view.catalog, view.project)
            entries = {entry.name: entry for entry in named if not only_hooks or entry.hook == "config"}
        present = view.own_bindings((group,))
        current = self.cursor.name if self.cursor.last else ""
        for name, entry in entries.items():
            if entry.kind != "module" and self.fits(entry):
                yield self.option(entry, group, name in present and name != current, "")

    def option(self, entry: Entry, group: str, present: bool, note: str, before: str = "") -> Option:
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
        name, summary = _as_header(self.index, entry)
        kind = "hook" if entry.hook else entry.kind
        option = Option(entry.name, rank, kind, before + name, detail=note or summary, key=about(entry))
        return self.closed(option, str if present else partial(self.required, entry, group))

    def required(self, entry: Entry, group: str) -> str:
        """A line for each argument that must be given, or is as a rule; kept with the catalog, for a list asks for
        hundreds."""
        section = (group, entry.name) if group else (entry.name,)
        names, usual = self.habits.usual(section, entry)
        given = self.view.model.sections.get(section)
        names = names.difference(given.arguments) if given is not None else names
        question = (entry.registry, entry.name, self.quoted, self.view.snippets, names, frozenset(usual.items()))
        cached = self.index.skeletons.get(question)
        if cached is None or cached[0] is not self.view.project:
            lines = self.view.writer(self.quoted).required(entry, names, usual)
            cached = self.index.skeletons[question] = (self.view.project, "\n".join(lines))
        return cached[1]

    def closed(self, option: Option, lines: Callable[[], str] = str) -> Option:
        """The option with the end of the header, and with the ``lines`` below it where there are none yet."""
        if not self.cursor.last:
            return option
        span = self.cursor.rest
        if not self.alone or not self.view.snippets:
            return whole(option._replace(span=span), self.closer, self.view.snippets)
        name = option.text
        return option._replace(insert=lambda: below(name, self.closer, lines()), snippet=True, span=span)


def _as_header(index: CatalogIndex, entry: Entry) -> tuple[str, str]:
    """An entry as key and in few words; remembered, for a list asks for hundreds."""
    question = entry.registry, entry.name
    header = index.headers.get(question)
    if header is None:
        header = index.headers[question] = key(entry.name), entry.summary
    return header


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
