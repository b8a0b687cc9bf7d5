"""The file that holds the registries of a project, as ``excore auto-register`` and ``Registry.dump`` write it.

    {"format": "excore-registry", "version": 2, "root": "project-0123456789abcdef",
     "registries": {"Model": {"extra_field": ["is_backbone"],
                              "modules": {"ResNet": {"path": "pkg.nets.ResNet", "info": [true]}}}},
    "entries": {"Model": [{"name": "ResNet", ...}]}}

Names and import paths are all that a load needs. What the interpreter saw of the modules is much more, so it begins on
a line of its own and is read when it is asked for. Keys this version does not know are passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from excore.lang.catalog import Catalog, Entry, RegistryInfo, Signature, Source
from excore.lang.entry_json import entry_from_json, entry_to_json
from excore.lang.source import OWN_LIMIT, Disk

FORMAT = "excore-registry"
VERSION = 2
_MISTAKES = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_DAMAGED = "the registry dump is damaged: run `excore auto-register`"
_ENTRIES = '\n"entries": '  # cannot stand in a JSON text otherwise


class RegistryFileError(Exception):
    """A file that must not be used; the message says why and what to run."""


class Module(NamedTuple):
    """Where a registered module is imported from, and its extra information in field order."""

    path: str
    info: list[Any]


class RegistryData(NamedTuple):
    """The contents of one registry."""

    extra_field: list[str]
    modules: dict[str, Module]


class RegistryFile:
    """The contents of a file. Made of its text, or of its first line where ``catalog`` is not asked for; raises
    ``RegistryFileError`` for what is no such file."""

    def __init__(self, text: str) -> None:
        names, separator, self._entries = text.partition(_ENTRIES)
        try:
            cut = separator or text.endswith(",\n")
            self._data = json.loads(f"{names.rstrip().rstrip(',')}}}" if cut else text)
            form = (self._data["format"], self._data["version"])
            if form != (FORMAT, VERSION):
                message = f"has format {form[0]} {form[1]}, not {FORMAT} {VERSION}"
                raise RegistryFileError(f"the registry dump {message}: run `excore auto-register`")
            self.registries = dict(map(_registry, self._data["registries"].items()))
        except _MISTAKES as error:
            raise RegistryFileError(_DAMAGED) from error

    def catalog(self, root: str | os.PathLike[str]) -> Catalog:
        """Every module as an entry. Raises ``RegistryFileError`` if the file is damaged or of another project than the
        one at ``root``: places in it are relative to that."""
        if self._data.get("root") != root_key(root):
            raise RegistryFileError("the registry dump is of another checkout: run `excore auto-register` here")
        infos: dict[str, RegistryInfo] = {}
        entries: dict[str, dict[str, Entry]] = {}
        try:
            described = json.loads(self._entries[:-2]) if self._entries else self._data.get("entries", {})
            for name, data in self.registries.items():
                infos[name] = RegistryInfo(name, extra_fields=tuple(data.extra_field))
                entries[name] = {key: unread_entry(key, name, one.path, "dump") for key, one in data.modules.items()}
                for item in described.get(name, ()):
                    entry = replace(entry_from_json({**item, "source": "dump"}, root), registry=name)
                    if entry.name in data.modules:
                        entries[name][entry.name] = entry
        except _MISTAKES as error:
            raise RegistryFileError(_DAMAGED) from error
        return Catalog(infos, entries)


def read_registry_file(path: str) -> RegistryFile | None:
    """The file at ``path``, None if there is none. Raises ``RegistryFileError``."""
    text = Disk(OWN_LIMIT).read(path)
    if isinstance(text, str):
        return RegistryFile(text)
    if text.missing:
        return None
    raise RegistryFileError(f"the registry dump cannot be read: {text.reason}")


def registry_text(
    registries: Mapping[str, RegistryData], entries: Mapping[str, Mapping[str, Entry]], root: str | os.PathLike[str]
) -> str:
    """The text of a file. A module that ``entries`` say nothing of is read back as one that takes anything."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "root": root_key(root),
        "registries": {
            name: {
                "extra_field": data.extra_field,
                "modules": {key: {"path": one.path, "info": one.info} for key, one in data.modules.items()},
            }
            for name, data in registries.items()
        },
    }
    described = {name: [entry_to_json(entry, root) for entry in table.values()] for name, table in entries.items()}
    return f"{_json(head)[:-1]},{_ENTRIES}{_json(described)}}}\n"


def root_key(root: str | os.PathLike[str]) -> str:
    """Which checkout a file belongs to, without writing its path down."""
    path = os.path.realpath(root)
    return f"{os.path.basename(path)}-{hashlib.blake2b(os.fsencode(path), digest_size=8).hexdigest()}"


def unread_entry(name: str, registry: str, path: str, source: Source) -> Entry:
    """An entry of something that nothing is known of, so that it takes and has anything."""
    nothing = Signature((), complete=False)
    return Entry(name, registry, "class", path, nothing, bases_complete=False, members_complete=False, source=source)


def _registry(item: tuple[str, Any]) -> tuple[str, RegistryData]:
    name, data = item
    fields = [str(field) for field in data["extra_field"]]
    modules: dict[str, Module] = {}
    for key, module in data["modules"].items():
        if not isinstance(module["path"], str) or len(module["info"]) not in (0, len(fields)):
            raise TypeError(f"{key} is no module")
        modules[key] = Module(module["path"], list(module["info"]))
    return name, RegistryData(fields, modules)


def _json(data: object) -> str:
    return json.dumps(data, default=repr, ensure_ascii=False)
