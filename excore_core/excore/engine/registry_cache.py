"""The registries of this process, written to the file of their project and read from it, one process at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from excore.errors import ConfigFileNotFoundError, CoreConfigSupportError
from excore.lang.catalog import Entry
from excore.lang.registry_file import (
    FORMAT,
    Module,
    RegistryData,
    RegistryFile,
    RegistryFileError,
    read_registry_file,
    registry_text,
)
from excore.lang.source import OWN_LIMIT, open_regular
from excore.storage.atomic_write import write_text
from excore.storage.cache import refuse_foreign

if TYPE_CHECKING:
    from excore.engine.registry import Registry

LOCK_TIMEOUT = 10.0


def read(path: str) -> Mapping[str, RegistryData]:
    """All registries in the file. Raises FileNotFoundError, and ``CoreConfigSupportError`` if it must not be used."""
    try:
        return RegistryFile(_names(path)).registries
    except FileNotFoundError as error:
        message = f"There is no registry cache {path}; write it with `excore auto-register`."
        raise ConfigFileNotFoundError(message, filename=path) from error
    except OSError as error:
        raise CoreConfigSupportError(f"{path}: the registry cache cannot be read: {error.strerror}") from error
    except RegistryFileError as error:
        raise CoreConfigSupportError(f"{path}: {error}") from error


def _names(path: str) -> str:
    """The text of a file up to the part that no load needs, which is most of it."""
    with open_regular(path) as file:
        line = file.readline(OWN_LIMIT)
        text = line if line.endswith(b",\n") else line + file.read(OWN_LIMIT)
        return text.decode("utf-8", "replace")


def is_cache(data: Any) -> bool:
    """Whether the contents of a JSON file say that it is a registry cache, of whatever version."""
    return isinstance(data, dict) and data.get("format") == FORMAT


def write(registries: Iterable[Registry], path: str, root: str, locks: str, *, update: bool = False) -> None:
    """Replace the file of the project at ``root``, under a lock in the folder ``locks``; with ``update`` keep the
    modules that are only there. Raises ``NotOurs``, an OSError, for a file that is no registry cache."""
    from filelock import FileLock

    registries = list(registries)
    contents = {registry.name: registry._data() for registry in registries}
    entries = {registry.name: _entries(registry) for registry in registries}
    with FileLock(Path(locks, f"{Path(path).name}.lock"), timeout=LOCK_TIMEOUT):
        refuse_foreign(Path(path), is_cache)
        if update:
            contents, entries = _merged(path, root, contents, entries)
        write_text(Path(path), registry_text(contents, entries, root))


def _entries(registry: Registry) -> dict[str, Entry]:
    """What the interpreter tells of the modules that are imported."""
    from excore.engine.inspecting import LiveEntry, extra_texts
    from excore.engine.live import imported

    entries: dict[str, Entry] = {}
    for name, path in registry.items():
        target = imported(path)
        if target is not None:
            extra = dict(zip(registry.extra_field, registry.extra_info.get(name, ()), strict=False))
            entries[name] = LiveEntry(name, registry.name, path, target, extra_texts(extra))
    return entries


def _merged(
    path: str, root: str, contents: dict[str, RegistryData], entries: dict[str, dict[str, Entry]]
) -> tuple[dict[str, RegistryData], dict[str, dict[str, Entry]]]:
    """New contents added to those of the file; one that must not be used counts as none."""
    try:
        file = read_registry_file(path)
    except RegistryFileError:
        file = None
    if file is None:
        return contents, entries
    described = _described(file, root)
    registries = dict(file.registries)
    for name, new in contents.items():
        old = registries.get(name, new)
        modules = old.modules
        if old.extra_field != new.extra_field:
            blank = [None] * len(new.extra_field)
            modules = {key: Module(module.path, list(blank)) for key, module in modules.items()}
        registries[name] = RegistryData(new.extra_field, {**modules, **new.modules})
    return registries, {name: {**described.get(name, {}), **entries.get(name, {})} for name in registries}


def _described(file: RegistryFile, root: str) -> Mapping[str, Mapping[str, Entry]]:
    try:
        return file.catalog(root).entries
    except RegistryFileError:
        return {}
