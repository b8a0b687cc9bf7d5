"""What is registered when a config is loaded, and which project it belongs to.

Registries of this process come first. The cache that `excore auto-register` writes completes them, and where that is
not enough the sources of the project are read. Only the modules of names that a config uses are imported (REG-15).
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from excore.config.targets import import_target
from excore.engine import registry_cache
from excore.engine.live import LiveCatalog, live_catalog
from excore.engine.registry import Registry
from excore.engine.workspace import workspace
from excore.errors import ConfigError, CoreConfigSupportError, StrToClassError
from excore.lang.catalog import Entry, Unregistered
from excore.lang.problems import Problem
from excore.lang.project.reading import Project, find_project, is_vast, read_spec

if TYPE_CHECKING:
    from excore.config.finding import Finder
    from excore.index import Indexer

__all__ = ["Registered", "current_project"]


def current_project(config: str) -> Project:
    """The workspace of the current folder with what was set on it; if there is none, the project of the config.

    `config` is an absolute path, or "" for a config that is in no file. Where no file says what the project is, it is
    the current folder or that of the running script, the outer one of those that the config is below.
    """
    project = workspace.project
    fields, mapping = tuple(workspace.primary_fields), workspace.primary_to_registry
    specs = tuple(map(read_spec, workspace.registries))
    if specs != project.registries and fields == project.primary_fields:
        fields = tuple(dict.fromkeys((*(name for spec in specs for name in spec.primary_fields), *fields)))
        mapping = {name: spec.name for spec in specs for name in spec.primary_fields} | mapping
    if (specs, fields, mapping) != (project.registries, project.primary_fields, project.primary_to_registry):
        return replace(project, registries=specs, primary_fields=fields, primary_to_registry=mapping)
    if project.file is not None:
        return project
    found = find_project(config) if config else project
    if found.file is not None:
        return found
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folders = [os.getcwd(), *([os.path.dirname(os.path.abspath(script))] if script else [])]
    around = [one for one in folders if not is_vast(one) and (not config or config.startswith(os.path.join(one, "")))]
    return Project(min(around, key=len)) if around else found


class _Completed(Mapping[str, str]):
    """Import paths of one registry: those that are known, then those of the static index, read when asked for."""

    def __init__(self, known: Mapping[str, str], table: Mapping[str, Entry], found: dict[str, Entry]) -> None:
        self._known = known
        self._table = table
        self._found = found

    def __getitem__(self, name: str) -> str:
        if name in self._known:
            return self._known[name]
        entry = self._table[name]
        self._found.setdefault(entry.path, entry)
        return entry.path

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self._table

    def __iter__(self) -> Iterator[str]:
        yield from self._known
        yield from (name for name in self._table if name not in self._known)

    def __len__(self) -> int:
        return len(self._known.keys() | self._table.keys())


class Registered:
    """The names known to one load, with the objects it imported."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._objects: dict[str, Any] = {}
        self._failed: dict[str, ConfigError] = {}
        self._unread: dict[str, str] = {}  # files that should have been imported for what they register, and why not
        self._found: dict[str, Entry] = {}  # entries of the static index that were asked for, by import path

    def load(self, path: str) -> Any:
        """The object at an import path, imported once. Raises `StrToClassError`."""
        if path in self._failed:
            raise self._failed[path]
        if path not in self._objects:
            try:
                self._objects[path] = self._loaded(path)
            except ConfigError as error:
                self._failed[path] = error
                raise
        return self._objects[path]

    def _loaded(self, path: str) -> Any:
        entry = self._found.get(path)
        found = None if entry is None else self._finder.load(entry)
        if found is None:
            found = _imported(path)
        return self._of_cache(path) if found is None else found

    def _of_cache(self, path: str) -> Any:
        """What `excore auto-register` wrote down: its file is known by where a project has its sources, and counts as
        it is if it is imported already under another name."""
        from excore.config.finding import loaded

        root, sources = self.project.root, os.path.join(self.project.root, self.project.src_dir)
        head, _, name = path.rpartition(".")
        parts = head.split(".")
        for folder in (os.path.dirname(sources) if self.project.src_dir else root, sources, root):
            for file in (os.path.join(folder, *parts) + ".py", os.path.join(folder, *parts, "__init__.py")):
                if head and os.path.isfile(file):
                    module = loaded(file)
                    found = getattr(module, name, None)
                    return import_target(path, os.path.join(folder, parts[0])) if found is None else found
        return import_target(path, sources if self.project.src_dir else None)

    @property
    def readable(self) -> bool:
        """Whether there are sources that can be read."""
        return bool(self.project.src_dir) or not is_vast(self.project.root)

    @cached_property
    def _index(self) -> Indexer:
        from excore.index import Indexer

        index = Indexer(
            self.project.root,
            src_dir=self.project.src_dir,
            registry_types=self.project.registry_types,
            search_paths=_library_folders(self.project.root),
            excludes=self.project.exclude,
        )
        index.build()
        return index

    @cached_property
    def _finder(self) -> Finder:
        from excore.config.finding import Finder

        return Finder(self._index)

    def catalog(self, *, read_sources: bool = False) -> LiveCatalog:
        """The catalog; with `read_sources` completed by what the sources of the project register."""
        known: dict[str, dict[str, str]] = {name: dict(found) for name, found in Registry._registry_pool.items()}
        _complete(known, self._cached())
        names: dict[str, Mapping[str, str]] = dict(known)
        unregistered: Mapping[str, Unregistered] = {}
        if read_sources:
            found = self._index.catalog
            for name, table in found.entries.items():
                names[name] = _Completed(known.get(name, {}), table, self._found)
            unregistered = found.unregistered
        fields = map(self.project.registry_of, self.project.primary_fields)
        order = (*(spec.name for spec in self.project.registries), *fields)
        return replace(live_catalog(names, order, self.load), unregistered=unregistered)

    def slips(self, project: Project) -> list[Problem]:
        """Registries of the project file that are misspelt, as far as the sources were read."""
        if "_index" not in vars(self) or all(map(Registry.get_registry, project.places)):
            return []
        return [one for one in project.slips(self._index.catalog) if one.severity == "error"]

    def register_unread(self) -> bool:
        """Import the files whose registrations cannot be read; whether any registered something. What fails is told by
        `notes`."""
        grown = False
        files = (path for info in self._index.catalog.registries.values() for path in info.filled_by)
        for path in dict.fromkeys(files) if not Registry._prevent_register else ():
            before = {(registry.name, name) for registry in Registry._registry_pool.values() for name in registry}
            try:
                self._finder.run(path)
            except StrToClassError as error:
                self._unread[path] = str(error)
                _forget_unimported(before)
            grown |= sum(map(len, Registry._registry_pool.values())) > len(before)
        return grown

    def notes(self, names: Collection[str]) -> list[str]:
        """What may be why `names` are unknown: files of the project that are no Python, registrations that cannot be
        read."""
        from excore.config.finding import loaded
        from excore.index.syntax_errors import unparsed

        infos = [info for info in self._index.catalog.registries.values() if info.open and info.reason]
        opened = [info.reason for info in infos if not all(map(loaded, info.filled_by))]
        reasons = [f"a registration cannot be read: {reason}" for reason in list(dict.fromkeys(opened))[:3]]
        reasons.extend(list(self._unread.values())[:3])
        return [*unparsed(self.project, names), *reasons]

    def _cached(self) -> Mapping[str, Mapping[str, str]]:
        if self.project.root != workspace.base_dir:
            return {}
        try:
            cached = registry_cache.read(Path(workspace.registry_cache_file))
        except (OSError, CoreConfigSupportError):  # a cache is never needed: what it lacks is read from the sources
            return {}
        return {
            name: {key: module.path for key, module in registry.modules.items()} for name, registry in cached.items()
        }


def _library_folders(root: str) -> tuple[str, ...]:
    """Folders this process imports packages from, but for its standard library and what holds the project itself."""
    installed = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    standard = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    own = os.path.join(root, "")
    folders = (os.path.join(os.path.abspath(path), "") for path in sys.path if os.path.isdir(path))
    others = (path[:-1] for path in folders if not path.startswith(own) and not own.startswith(path))
    return tuple(path for path in dict.fromkeys((*installed, *others)) if path not in standard)


def _imported(path: str) -> Any:
    """The object at a path whose module is imported already, or None."""
    head, _, name = path.rpartition(".")
    return getattr(sys.modules.get(head), name, None) if head else None


def _forget_unimported(before: set[tuple[str, str]]) -> None:
    """Take back what a module registered that then could not be imported."""
    for registry in Registry._registry_pool.values():
        for name, path in list(registry.items()):
            if (registry.name, name) not in before and path.rpartition(".")[0] not in sys.modules:
                registry._forget(name)


def _complete(names: dict[str, dict[str, str]], more: Mapping[str, Mapping[str, str]]) -> None:
    for registry, modules in more.items():
        known = names.setdefault(registry, {})
        for name, path in modules.items():
            known.setdefault(name, path)
