"""Live registries as a catalog: what the resolver sees when a config is loaded.

Entries are made when they are asked for, so that loading a config imports only the modules of the names it uses.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from excore.engine.inspecting import LiveEntry
from excore.errors import ConfigError
from excore.lang.catalog import Catalog, Entry, RegistryInfo
from excore.lang.registry_file import unread_entry

Import = Callable[[str], Any]


class _Entries(Mapping[str, Entry]):
    """The entries of one registry; made on first access, kept as long as the import path stays the same."""

    def __init__(self, registry: str, paths: Mapping[str, str], load: Import) -> None:
        self._registry = registry
        self._paths = paths
        self._load = load
        self._made: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        entry = self._made.get(name)
        if entry is None:
            entry = self._made[name] = live_entry(name, self._registry, self._paths[name], self._load)
        return entry

    def get(self, name: str, default: Any = None) -> Any:
        """As `dict.get`; no exception is made for an unknown name."""
        return self[name] if name in self._paths else default

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class _ByName(Mapping[str, tuple[Entry, ...]]):
    """Entries of all public registries by name, without making those nobody asks for."""

    def __init__(self, entries: Mapping[str, Mapping[str, Entry]]) -> None:
        self._entries = entries
        self._owners: dict[str, list[str]] = {}
        for registry, names in entries.items():
            if not registry.startswith("__"):
                for name in names:
                    self._owners.setdefault(name, []).append(registry)

    def __getitem__(self, name: str) -> tuple[Entry, ...]:
        return tuple(self._entries[registry][name] for registry in self._owners[name])

    def __contains__(self, name: object) -> bool:
        return name in self._owners

    def __iter__(self) -> Iterator[str]:
        return iter(self._owners)

    def __len__(self) -> int:
        return len(self._owners)


@dataclass(frozen=True)
class LiveCatalog(Catalog):
    """A catalog whose entries are imported on demand."""

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        """Every entry by its name, first declared registry first; an entry is made when it is asked for."""
        return _ByName(self.entries)

    def find(self, name: str) -> Entry | None:
        """The entry of the first declared registry that has ``name``; only that one is made."""
        for registry, entries in self.entries.items():
            if name in entries and not registry.startswith("__"):
                return entries[name]
        return None


def live_catalog(registries: Mapping[str, Mapping[str, str]], order: tuple[str, ...], load: Import) -> LiveCatalog:
    """The catalog of registries given as name -> (module name -> import path).

    ``order`` are the declared registry names, which come first; ``load`` imports what a path names and raises a
    ``ConfigError`` if it cannot. A declared registry that does not exist is an empty one.
    """
    names = tuple(dict.fromkeys((*order, *registries)))
    return LiveCatalog(
        registries={name: RegistryInfo(name) for name in names},
        entries={name: _Entries(name, registries.get(name, {}), load) for name in names},
    )


def live_entry(name: str, registry: str, path: str, load: Import) -> Entry:
    """What an import path stands for; of what cannot be imported nothing is known, and whoever builds it will fail."""
    try:
        target = load(path)
    except ConfigError:
        return unread_entry(name, registry, path, "live")
    return LiveEntry(name, registry, path, target)


def imported(path: str) -> Any:
    """The object at an import path, None if its module is not imported yet or has no such object."""
    module, _, name = path.rpartition(".")
    target = getattr(sys.modules.get(module), name, None)
    return sys.modules.get(path) if target is None else target
