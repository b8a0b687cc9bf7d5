"""What is registered when a config is loaded, and which project it belongs to.

Registries of this process come first. The cache that ``excore auto-register`` writes completes them, and where that is
not enough the sources of the project are read. Only the modules of names that a config uses are imported (REG-15).
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from excore.config.targets import import_target
from excore.engine import registry_cache
from excore.engine.live import LiveCatalog, imported, live_catalog
from excore.engine.registry import Registry
from excore.engine.workspace import workspace
from excore.errors import ConfigError, ConfigFileNotFoundError, CoreConfigSupportError, StrToClassError
from excore.lang.catalog import Entry, LazyMapping, Unregistered
from excore.lang.problems import Problem
from excore.lang.project.model import Project
from excore.lang.project.reading import find_project, is_vast, unmade_registries
from excore.lang.project.sources import is_project

if TYPE_CHECKING:
    from excore.config.importer import Importer
    from excore.index import Indexer

__all__ = ["RegisteredModules", "current_project"]


def current_project(config: str) -> Project:
    """The workspace of the current folder with what was set on it; if there is none, the project of the config.

    ``config`` is an absolute path, or "" for a config that is in no file. Where no file says what the project is, it is
    the current folder or that of the running script, the outer one of those that the config is below if they are meant.
    """
    project = workspace.project
    if project.file is not None or project.registries or project.primary_fields or project.primary_to_registry:
        return project
    project_of_config = find_project(config) if config else project
    if project_of_config.file is not None:
        return project_of_config
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folders = [os.getcwd(), *([os.path.dirname(os.path.abspath(script))] if script else [])]
    around = [one for one in folders if not config or config.startswith(os.path.join(one, ""))]
    around = [one for one in around if is_project(one, project_of_config.root)]
    return Project(min(around, key=len)) if around else project_of_config


class RegisteredModules:
    """The names known to one load, with the objects it imported."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._objects: dict[str, Any] = {}
        self._failed: dict[str, ConfigError] = {}
        self._unread: dict[str, str] = {}  # files that should have been imported for what they register, and why not
        self._refused: list[str] = []  # why the registry cache is not used
        self._entries: dict[str, Entry] = {}  # entries of the static index that were asked for, by import path

    def load(self, path: str) -> Any:
        """The object at an import path, imported once. Raises ``StrToClassError``."""
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
        entry = self._entries.get(path)
        target = None if entry is None else self._importer.load(entry)
        if target is None:
            target = imported(path)
        return self._of_cache(path) if target is None else target

    def _of_cache(self, path: str) -> Any:
        """What ``excore auto-register`` wrote down: its file is known by where a project has its sources, and counts as
        it is if it is imported already under another name."""
        from excore.config.importer import module_of_file

        root, sources = self.project.root, os.path.join(self.project.root, self.project.src_dir)
        head, _, name = path.rpartition(".")
        parts = head.split(".")
        for folder in (os.path.dirname(sources) if self.project.src_dir else root, sources, root):
            for file in (os.path.join(folder, *parts) + ".py", os.path.join(folder, *parts, "__init__.py")):
                if head and os.path.isfile(file):
                    module = module_of_file(file)
                    target = getattr(module, name, None)
                    return import_target(path, os.path.join(folder, parts[0])) if target is None else target
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
    def _importer(self) -> Importer:
        from excore.config.importer import Importer

        return Importer(self._index)

    def catalog(self, *, read_sources: bool = False) -> LiveCatalog:
        """The catalog; with ``read_sources`` completed by what the sources of the project register."""
        paths: dict[str, dict[str, str]] = {name: dict(modules) for name, modules in Registry._registry_pool.items()}
        for name, modules in self._cached.items():
            registered = paths.get(name, {})
            paths[name] = {**registered, **modules, **registered}
        registries: dict[str, Mapping[str, str]] = dict(paths)
        unregistered: Mapping[str, Unregistered] = {}
        if read_sources:
            catalog = self._index.catalog
            for name, entries in catalog.entries.items():
                registries[name] = self._completed(paths.get(name, {}), entries)
            known = catalog.unregistered  # of what may register them a load knows whether it does
            unregistered = LazyMapping(known, lambda name: replace(known[name], doubt=""))
        fields = map(self.project.registry_of, self.project.primary_fields)
        order = (*(spec.name for spec in self.project.registries), *fields)
        return replace(live_catalog(registries, order, self.load), unregistered=unregistered)

    def _completed(self, paths: Mapping[str, str], entries: Mapping[str, Entry]) -> Mapping[str, str]:
        """Import paths of one registry: those that are known, then those of the static index, read when asked for."""

        def path(name: str) -> str:
            if name in paths:
                return paths[name]
            entry = entries[name]
            self._entries.setdefault(entry.path, entry)
            return entry.path

        return LazyMapping(dict.fromkeys((*paths, *entries)), path)

    def misspelt(self, project: Project) -> list[Problem]:
        """Registries of the project file that are misspelt, as far as the sources were read."""
        if "_index" not in vars(self) or all(map(Registry.get_registry, project.places)):
            return []
        return [one for one in unmade_registries(project, self._index.catalog) if one.severity == "error"]

    def register_unread(self) -> bool:
        """Import the files whose registrations cannot be read; whether any registered something. What fails is told by
        ``reasons_unknown``."""
        grown = False
        files = (path for info in self._index.catalog.registries.values() for path in info.filled_by)
        for path in dict.fromkeys(files) if not Registry._prevent_register else ():
            before = {(registry.name, name) for registry in Registry._registry_pool.values() for name in registry}
            try:
                self._importer.run(path)
            except StrToClassError as error:
                self._unread[path] = str(error)
                _forget_unimported(before)
            grown |= sum(map(len, Registry._registry_pool.values())) > len(before)
        return grown

    def reasons_unknown(self, names: Collection[str]) -> list[str]:
        """What may be why ``names`` are unknown: files of the project that are no Python, registrations that cannot be
        read."""
        from excore.config.importer import module_of_file
        from excore.index.syntax_errors import unparsed

        infos = [info for info in self._index.catalog.registries.values() if info.open and info.reason]
        opened = [info.reason for info in infos if not all(map(module_of_file, info.filled_by))]
        reasons = [f"a registration cannot be read: {reason}" for reason in list(dict.fromkeys(opened))[:3]]
        reasons.extend(list(self._unread.values())[:3])
        return [*unparsed(self.project, names), *reasons, *self._refused]

    @property
    def has_registry_file(self) -> bool:
        """Whether ``excore auto-register`` wrote down what is registered."""
        return bool(self._cached)

    @cached_property
    def _cached(self) -> Mapping[str, Mapping[str, str]]:
        if self.project.root != workspace.base_dir:
            return {}
        try:
            cached = registry_cache.read(workspace.registry_cache_file)
        except ConfigFileNotFoundError:
            return {}
        except CoreConfigSupportError as error:  # a cache is never needed: what it lacks is read from the sources
            self._refused = [str(error)]
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


def _forget_unimported(before: set[tuple[str, str]]) -> None:
    """Take back what a module registered that then could not be imported."""
    for registry in Registry._registry_pool.values():
        for name, path in list(registry.items()):
            if (registry.name, name) not in before and path.rpartition(".")[0] not in sys.modules:
                registry._forget(name)
