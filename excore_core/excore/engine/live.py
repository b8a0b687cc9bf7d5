"""Live registries as a catalog: what the resolver sees when a config is loaded.

Entries are made when they are asked for, so that loading a config imports only the modules of the names it uses.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from excore.engine.inspecting import LiveEntry
from excore.errors import ConfigError
from excore.lang.catalog import Catalog, Entry, LazyMapping, RegistryInfo
from excore.lang.reach import Reached
from excore.lang.registry_file import unread_entry

Import = Callable[[str], Any]


@dataclass(frozen=True)
class LiveCatalog(Catalog):
    """A catalog whose entries are imported on demand."""

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

    def entries(registry: str) -> Mapping[str, Entry]:
        paths = registries.get(registry, {})
        return LazyMapping(paths, lambda name: live_entry(name, registry, paths[name], load))

    names = tuple(dict.fromkeys((*order, *registries)))
    return LiveCatalog(
        registries={name: RegistryInfo(name) for name in names},
        entries={name: entries(name) for name in names},
        follow=_follow,
    )


def home_of(target: object) -> str:
    """The module an object belongs to: itself, or the one that defines it or its class; "" if that is not known."""
    name = getattr(target, "__name__" if isinstance(target, ModuleType) else "__module__", None)
    return name if isinstance(name, str) else ""


def reached(holder: object, name: str, value: object) -> Reached | None:
    """What a path leads to if ``value`` is the attribute ``name`` of ``holder``; None if that is data or an own
    object."""
    if isinstance(value, ModuleType):
        return Reached(home_of(value), True)
    if not isinstance(holder, ModuleType) or not (isinstance(value, type) or inspect.isroutine(value)):
        return None
    public = vars(holder).get("__all__")
    return Reached(home_of(value), False, home_of(holder), isinstance(public, list | tuple) and name in public)


def _follow(module: str, names: Sequence[str]) -> Iterator[Reached]:
    """What names lead to one after the other; nothing is imported, and no code of a module runs."""
    holder: object = sys.modules.get(module)
    for name in names:
        value = vars(holder).get(name) if isinstance(holder, ModuleType) else None
        member = reached(holder, name, value)
        if member is None:
            return
        yield member
        holder = value


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
