"""What an interpreter saw registered completes what reading the source tells, and never overrules it: where a registry
can be read completely, what only the dump knows is stale."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import RLock

from excore.index.link import LateMapping
from excore.lang.catalog import Catalog, Entry


def merge(catalog: Catalog, dump: Catalog, root: str | os.PathLike[str]) -> Catalog:
    """``catalog`` with what only the dump knows.

    Dumped names are added to registries that the source leaves open (which are then complete) and to those it does not
    know. A class that the project's own source no longer has is stale everywhere. An entry that the source knows for
    certain stays; its parameters are completed where the source could not read all of them.
    """
    folder = os.path.abspath(root) + os.sep
    registries = dict(catalog.registries)
    entries: dict[str, Mapping[str, Entry]] = dict(catalog.entries)
    for name, dumped in dump.entries.items():
        info = registries.get(name)
        if info is None:
            registries[name] = dump.registries[name]
        elif info.open:
            registries[name] = replace(info, open=False, reason="")
        source = catalog.entries.get(name, {})
        taken: dict[str, Entry] = {}
        if info is None or info.open:
            taken = {
                key: entry for key, entry in dumped.items() if key not in source and not _gone(entry, catalog, folder)
            }
        entries[name] = _Merged(source, dumped, taken).mapping()
    return replace(catalog, registries=registries, entries=entries)


@dataclass(frozen=True, slots=True)
class _Merged:
    source: Mapping[str, Entry]
    dumped: Mapping[str, Entry]
    taken: Mapping[str, Entry]

    def mapping(self) -> Mapping[str, Entry]:
        return LateMapping((*self.source, *self.taken), self.entry, RLock())

    def entry(self, name: str) -> Entry:
        if name in self.taken:
            return self.taken[name]
        entry, dumped = self.source[name], self.dumped.get(name)
        if dumped is None:
            return entry
        if entry.source == "external" and entry.location is None:
            return dumped
        if entry.path != dumped.path:
            return entry
        if not entry.certain:
            entry = replace(entry, certain=True)
        if entry.signature.complete:
            return entry
        known = {param.name for param in entry.signature.params}
        more = tuple(p for p in dumped.signature.params if p.name not in known)
        own = entry.signature.params
        rest = tuple(param for param in own if param.kind == "var-keyword")
        params = (*(param for param in own if param.kind != "var-keyword"), *more, *rest)
        return replace(entry, signature=replace(entry.signature, params=params))


def _gone(entry: Entry, catalog: Catalog, folder: str) -> bool:
    """Whether the entry's class was in the project's source and is there no longer."""
    if entry.location is None or not entry.location.path.startswith(folder) or entry.kind == "module":
        return False
    if entry.name in catalog.unregistered:
        return False
    return not any(table[entry.name].path == entry.path for table in catalog.entries.values() if entry.name in table)
