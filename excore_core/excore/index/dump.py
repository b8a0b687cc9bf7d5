"""Dumps of live registries as JSON: what reading the source cannot see, written by the user's own interpreter.

A dump never overrules the source: where a registry can be read completely, what only the dump knows is stale.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from threading import RLock
from typing import Any

from excore.index.link import LateMapping
from excore.lang.catalog import Catalog, Entry, Location, Member, Param, RegistryInfo, Signature

FORMAT = 1


class DumpError(ValueError):
    """A dump that must not be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Dump:
    """Registries as an interpreter saw them."""

    registries: Mapping[str, RegistryInfo]
    entries: Mapping[str, Mapping[str, Entry]]


def root_key(root: str | os.PathLike[str]) -> str:
    """Which checkout a dump belongs to, without writing its path down."""
    path = os.path.realpath(root)
    return f"{os.path.basename(path)}-{hashlib.blake2b(os.fsencode(path), digest_size=8).hexdigest()}"


def dump_to_json(catalog: Catalog | Dump, root: str | os.PathLike[str]) -> dict[str, Any]:
    """All registries of ``catalog`` as JSON values."""
    return {
        "format": FORMAT,
        "root": root_key(root),
        "registries": {
            name: {
                "extra_fields": list(info.extra_fields),
                "variables": list(info.variables),
                "entries": [entry_to_json(entry, root) for entry in catalog.entries.get(name, {}).values()],
            }
            for name, info in catalog.registries.items()
        },
    }


def read_dump(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> Dump | None:
    """The dump in ``path``, ``None`` if there is none. Raises ``DumpError`` if it is damaged or of another project."""
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DumpError(f"the registry dump cannot be read: {error.strerror}") from error
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise DumpError(
                f"the registry dump has format {data['format']!r}, not {FORMAT}: run `excore auto-register`"
            )
        if data["root"] != root_key(root):
            raise DumpError("the registry dump is of another checkout: run `excore auto-register` here")
        registries: dict[str, RegistryInfo] = {}
        entries: dict[str, dict[str, Entry]] = {}
        for name, content in data["registries"].items():
            extra_fields, variables = tuple(content["extra_fields"]), tuple(content.get("variables", ()))
            registries[name] = RegistryInfo(name, None, variables, extra_fields)
            made = [entry_from_json({**item, "source": "dump"}, root) for item in content["entries"]]
            entries[name] = {entry.name: replace(entry, registry=name) for entry in made}
    except DumpError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DumpError("the registry dump is damaged: run `excore auto-register`") from error
    return Dump(registries, entries)


def merge(catalog: Catalog, dump: Dump, root: str | os.PathLike[str]) -> Catalog:
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


# -- one entry


def entry_to_json(entry: Entry, root: str | os.PathLike[str] = "") -> dict[str, Any]:
    """``entry`` as JSON values; what has its default is left out, paths below ``root`` are relative to it."""
    data = _plain(entry, Entry, os.fspath(root))
    data["signature"] = {
        **_plain(entry.signature, Signature, ""),
        "params": [_plain(param, Param, os.fspath(root)) for param in entry.signature.params],
    }
    data["members"] = [_plain(member, Member, os.fspath(root)) for member in entry.members]
    return data


def entry_from_json(data: Mapping[str, Any], root: str | os.PathLike[str] = "") -> Entry:
    """The entry that ``entry_to_json`` wrote. Raises ``TypeError``, ``LookupError`` or ``ValueError`` for others."""
    folder = os.fspath(root)
    values = _values(data, Entry, folder)
    signature = data.get("signature", {})
    params = tuple(_param(item, folder) for item in signature.get("params", ()))
    values["signature"] = Signature(params, bool(signature.get("complete", True)), signature.get("returns"))
    values["members"] = tuple(Member(**_values(item, Member, folder)) for item in data.get("members", ()))
    for name in ("extra", "docstrings"):
        values[name] = tuple((str(key), str(text)) for key, text in data.get(name, ()))
    values["bases"] = tuple(map(str, data.get("bases", ())))
    for name in ("name", "registry", "kind", "path"):
        if not isinstance(values[name], str):
            raise TypeError(f"{name} is no text")
    return Entry(**values)


def _param(item: Mapping[str, Any], folder: str) -> Param:
    values = _values(item, Param, folder)
    values["choices"] = tuple(item.get("choices", ()))
    return Param(**values)


def _plain(value: Any, type_: type, root: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields(type_):
        item = getattr(value, field.name)
        if item == field.default or field.name in ("signature", "members", "params"):
            continue
        if isinstance(item, Location):
            item = [_relative(item.path, root), item.line, item.column, item.end_column]
        elif field.name == "choices":
            item = [choice if isinstance(choice, (str, int, float)) else repr(choice) for choice in item]
        data[field.name] = item
    return data


def _values(data: Mapping[str, Any], type_: type, root: str) -> dict[str, Any]:
    values = {field.name: data[field.name] for field in fields(type_) if field.name in data}
    for name in ("location", "registered_at"):
        if values.get(name) is not None:
            path, line, column, end = values[name]
            values[name] = Location(os.path.normpath(os.path.join(root, path)), int(line), int(column), int(end))
    return values


def _relative(path: str, root: str) -> str:
    inside = os.path.abspath(root) + os.sep if root else ""
    return path[len(inside) :].replace(os.sep, "/") if inside and path.startswith(inside) else path
