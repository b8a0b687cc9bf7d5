"""Completion in ``[headers]``: fields, registries, registered names, each with a skeleton of its required arguments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from excore.lang.catalog import Catalog, Entry
from excore.lang.grammar import HOOKS_TABLE
from excore.lang.resolve.entries import named_entries, registry_behind
from excore.lang.resolve.model import Path
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import CatalogIndex, Head, candidates, catalog_index
from excore_server.ide.completion.items import CompletionList, Lazy, Option, choose, is_subsequence
from excore_server.ide.cursor import HeaderPart, section_length
from excore_server.ide.snippets import ArgumentWriter, escape, key
from excore_server.ide.view import View

_UNDEFINED, _FIELD, _REGISTRY, _OWN, _NAME, _PRESENT = range(6)


def header(view: View, place: HeaderPart) -> CompletionList:
    """Names for one part of a header."""
    opening = place.typed[:1] if place.typed[:1] in "\"'" else ""
    typed = place.typed[len(opening) :]
    names = _Names(view, place, typed)
    if not place.before:
        options = names.first()
    elif section_length(place.before, view.catalog, view.project):
        options = _arguments(view, place.before)
    elif len(place.before) == 1:
        options = names.under(place.before[0])
    else:
        options = iter(())
    return choose(options, typed, place.span, opening=opening, limit=view.limit)


class _Names:
    """Names for a part of a header; what can be known before looking at any name is."""

    def __init__(self, view: View, place: HeaderPart, typed: str) -> None:
        self.view = view
        self.place = place
        self.typed = typed.casefold()
        self.facts = catalog_index(view.catalog)
        self.undefined = frozenset(view.undefined)
        block, head = view.block(place.block), place.header
        line = block.text[head.end :].partition("\n")[0].strip()
        self.alone = place.last and not block.entries and not line  # a skeleton may follow
        self.quoted = view.quoted(place.block)
        self.closing = "]]" if head.array else "]"

    def fits(self, entry: Entry) -> bool:
        """Whether what is typed may become the entry's name; asked before anything is made for it."""
        return not self.typed or is_subsequence(self.typed, _head(self.facts, entry).folded)

    def first(self) -> Iterator[Option]:
        view = self.view
        dot = "." if self.place.last else ""
        present = view.own_bindings(())
        fields = dict.fromkeys(view.project.primary_fields)
        for name in fields:
            registry = view.project.registry_of(name)
            detail = "field" if registry == name else f"field of registry {registry}"
            yield Option(name, _FIELD, "field", name + dot, detail=detail, key=("field", name), again=bool(dot))
        for name in view.project.registry_names(view.catalog):
            if name not in fields and not name.startswith("__"):
                about = ("field", name)
                yield Option(name, _REGISTRY, "registry", name + dot, detail="registry", key=about, again=bool(dot))
        if any(entry.hook == "config" for entry in view.catalog):
            note = "hooks on the build"
            yield Option(HOOKS_TABLE, _REGISTRY, "keyword", HOOKS_TABLE + dot, detail=note, again=bool(dot))
        for name, group in view.model.groups.items():
            if group.role == "scratchpad" and name not in fields:
                yield Option(name, _OWN, "section", name + dot, detail="variants of modules", again=bool(dot))
        for entry in named_entries(view.catalog, view.project):
            if self.fits(entry):
                yield self.option(entry, entry.name in present, entry.registry)

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
        current = self.place.name if self.place.last else ""
        for name, entry in entries.items():
            if entry.kind != "module" and self.fits(entry):
                yield self.option(entry, name in present and name != current, "")

    def option(self, entry: Entry, present: bool, note: str) -> Option:
        rank = _NAME
        if present:
            rank, note = _PRESENT, "has a table in this file"
        elif entry.name in self.undefined:
            rank, note = _UNDEFINED, "used, without a table yet"
        head = _head(self.facts, entry)
        insert: Lazy = head.key
        span, snippet = None, False
        if self.alone and head.required:
            insert, span, snippet = partial(self.skeleton, entry, head), self.place.rest, self.view.snippets
        kind = "hook" if entry.hook else entry.kind
        about = ("class", entry.registry, entry.name)
        return Option(entry.name, rank, kind, insert, "", note or head.summary, snippet, about, False, span)

    def skeleton(self, entry: Entry, head: Head) -> str:
        """The name, the end of the header and a line for each required argument."""
        lines = _required(self.view, entry, self.quoted)
        return f"{escape(head.key) if self.view.snippets else head.key}{self.closing}\n{lines}"


def _head(kept: CatalogIndex, entry: Entry) -> Head:
    known = kept.heads.get((entry.registry, entry.name))
    if known is None:
        required = any(param.required for param in entry.signature.params)
        known = Head(entry.name.casefold(), key(entry.name), required, entry.summary)
        kept.heads[entry.registry, entry.name] = known
    return known


def warm(catalog: Catalog) -> None:
    """Prepare for the first completion in a catalog; from any thread."""
    kept = catalog_index(catalog)
    kept.warm()
    for entry in catalog:
        _head(kept, entry)


def _required(view: View, entry: Entry, quoted: bool) -> str:
    """A line for each required argument; kept with the catalog, for a list asks for hundreds."""
    kept = catalog_index(view.catalog).skeletons
    question = (entry.registry, entry.name, quoted, view.snippets)
    known = kept.get(question)
    if known is None or known[0] is not view.project:
        writer = ArgumentWriter(view.catalog, view.project, view.grammar, quoted, view.snippets)
        known = kept[question] = (view.project, "\n".join(writer.required(entry)))
    return known[1]


def _arguments(view: View, path: Path) -> Iterator[Option]:
    """Arguments that take a table: dictionaries, and tables of modules under a quoted key."""
    entry = view.entry(path[: section_length(path, view.catalog, view.project)])
    if entry is None or section_length(path, view.catalog, view.project) != len(path):
        return
    char = view.grammar.prefix("new").char
    for param in view.params(entry):
        found = candidates(param, param.name, view.catalog, view.project)
        want = argument_types(param.annotation)
        documented = ("param", entry.registry, entry.name, param.name)
        if found.container == "table":
            name = char + param.name
            text = f'"{name}"'
            yield Option(param.name, 0, "parameter", text, name, param.annotation or "", key=documented)
        elif want.table:
            yield Option(param.name, 0, "parameter", key(param.name), detail=param.annotation or "", key=documented)
