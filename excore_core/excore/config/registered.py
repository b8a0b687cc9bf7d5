"""What is registered when a config is loaded, and which project it belongs to.

Registries of this process come first. The cache that `excore auto-register` writes completes them, and where names
are still unknown the sources of the project are read. Only the modules of names that a config uses are imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from excore.config.targets import import_target
from excore.engine import registry_cache
from excore.engine.live import LiveCatalog, live_catalog
from excore.engine.registry import Registry
from excore.engine.workspace import workspace
from excore.errors import CoreConfigSupportError
from excore.lang.project import Project, find_project, read_spec

__all__ = ["Registered", "current_project"]


def current_project(config: str) -> Project:
    """The workspace of the current folder with what was set on it; if there is none, the project of the config."""
    project = workspace.project
    fields, mapping = tuple(workspace.primary_fields), workspace.primary_to_registry
    specs = tuple(map(read_spec, workspace.registries))
    if specs != project.registries and fields == project.primary_fields:
        fields = tuple(dict.fromkeys((*(name for spec in specs for name in spec.primary_fields), *fields)))
        mapping = {name: spec.name for spec in specs for name in spec.primary_fields} | mapping
    if (specs, fields, mapping) != (project.registries, project.primary_fields, project.primary_to_registry):
        return replace(project, registries=specs, primary_fields=fields, primary_to_registry=mapping)
    if project.file is None:
        return find_project(config)
    return project


class Registered:
    """The names known to one load, with the objects it imported."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._objects: dict[str, Any] = {}

    def load(self, path: str) -> Any:
        """The object at an import path, imported once. Raises `StrToClassError`."""
        if path not in self._objects:
            found = _imported(path)
            self._objects[path] = import_target(path, self._sources) if found is None else found
        return self._objects[path]

    @property
    def _sources(self) -> str | None:
        return os.path.join(self.project.root, self.project.src_dir) if self.project.src_dir else None

    def catalog(self, *, read_sources: bool = False) -> LiveCatalog:
        """The catalog; with `read_sources` completed by what the sources of the project register."""
        names: dict[str, dict[str, str]] = {name: dict(found) for name, found in Registry._registry_pool.items()}
        _complete(names, self._cached())
        unregistered = {}
        if self.project.src_dir and (read_sources or not any(names.values())):
            from excore.index import Indexer

            index = Indexer(self.project.root, src_dir=self.project.src_dir, registry_types=self.project.registry_types)
            found = index.build()
            _complete(names, {name: {e.name: e.path for e in table.values()} for name, table in found.entries.items()})
            unregistered = dict(found.unregistered)
        fields = map(self.project.registry_of, self.project.primary_fields)
        order = (*(spec.name for spec in self.project.registries), *fields)
        return replace(live_catalog(names, order, self.load), unregistered=unregistered)

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


def _imported(path: str) -> Any:
    """The object at a path whose module is imported already, or None."""
    head, _, name = path.rpartition(".")
    return getattr(sys.modules.get(head), name, None) if head else None


def _complete(names: dict[str, dict[str, str]], more: Mapping[str, Mapping[str, str]]) -> None:
    for registry, modules in more.items():
        known = names.setdefault(registry, {})
        for name, path in modules.items():
            known.setdefault(name, path)
