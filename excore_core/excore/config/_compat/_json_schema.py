"""The schema of a registry of this process, under the name older code imports it from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from excore.config.targets import import_target
from excore.engine.inspecting import LiveEntry
from excore.engine.registry import Registry
from excore.lang.catalog import Catalog, Entry, RegistryInfo
from excore.schema.completion_schema import class_mapping, registry_schema

__all__ = ["parse_registry"]


def parse_registry(reg: Registry) -> tuple[dict[str, Any], Mapping[str, list[str | int]]]:
    """The JSON schema of the modules of ``reg``, and where each is defined. Their python modules are imported.

    Raises ``StrToClassError`` for a module that cannot be imported.
    """
    entries: dict[str, Entry] = {
        name: LiveEntry(name, reg.name, path, import_target(path)) for name, path in reg.items()
    }
    catalog = Catalog({reg.name: RegistryInfo(reg.name)}, {reg.name: entries})
    return registry_schema(entries.values()), class_mapping(catalog, [reg.name])
