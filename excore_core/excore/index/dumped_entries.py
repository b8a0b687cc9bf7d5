"""What an interpreter saw registered completes what reading the source tells, and never overrules it: where a registry
can be read completely, what only the dump knows is stale."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from threading import RLock

from excore.lang.catalog import Catalog, Entry, LazyMapping


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
        names = dict.fromkeys(source)
        if info is None or info.open:
            unknown = (entry for key, entry in dumped.items() if key not in source)
            names |= dict.fromkeys(entry.name for entry in unknown if not _is_gone(entry, catalog, folder))
        entries[name] = LazyMapping(names, partial(_merged_entry, source, dumped), RLock())
    return replace(catalog, registries=registries, entries=entries)


def _merged_entry(source: Mapping[str, Entry], dumped: Mapping[str, Entry], name: str) -> Entry:
    """The entry ``name`` of a registry as the source has it, completed by the dump; that of the dump where the source
    has none, or knows nothing but its path."""
    entry, other = source.get(name), dumped.get(name)
    if other is None:
        return source[name]
    if entry is None or (entry.source == "external" and entry.location is None):
        return other
    if entry.path != other.path:
        return entry
    if not entry.certain:
        entry = replace(entry, certain=True)
    if entry.signature.complete:
        return entry
    own = entry.signature.params
    names = {param.name for param in own}
    more = (param for param in other.signature.params if param.name not in names)
    rest = (param for param in own if param.kind == "var-keyword")
    params = (*(param for param in own if param.kind != "var-keyword"), *more, *rest)
    return replace(entry, signature=replace(entry.signature, params=params))


def _is_gone(entry: Entry, catalog: Catalog, folder: str) -> bool:
    """Whether the entry's class was in the project's source and is there no longer."""
    if entry.location is None or not entry.location.path.startswith(folder) or entry.kind == "module":
        return False
    if entry.name in catalog.unregistered:
        return False
    return not any(table[entry.name].path == entry.path for table in catalog.entries.values() if entry.name in table)
