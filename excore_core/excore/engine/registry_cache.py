"""The file that makes registries lazy: names, import paths and extra information, as JSON.

    {"format": "excore-registry", "version": 1,
     "registries": {"Model": {"extra_field": ["is_backbone"],
                              "modules": {"ResNet": {"path": "pkg.nets.ResNet", "info": [true]}}}}}

Keys this version does not know are kept out of the way of a reader, so that writers may add some.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from excore.engine.cache import refuse_foreign, write_json
from excore.errors import ConfigFileNotFoundError, CoreConfigSupportError

FORMAT = "excore-registry"
VERSION = 1
LOCK_TIMEOUT = 10.0


class Module(NamedTuple):
    """Where a registered module is imported from, and its extra information in field order."""

    path: str
    info: list[Any]


class RegistryData(NamedTuple):
    """The contents of one registry."""

    extra_field: list[str]
    modules: dict[str, Module]


def read(path: Path) -> dict[str, RegistryData]:
    """All registries in the file. Raises FileNotFoundError, and `CoreConfigSupportError` if it is no registry cache."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        message = f"There is no registry cache {path}; write it with `excore auto-register`."
        raise ConfigFileNotFoundError(message, filename=str(path)) from error
    try:
        return _decode(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CoreConfigSupportError(
            f"{path} is not a registry cache of this version; write it anew with `excore auto-register`"
        ) from error


def is_cache(data: Any) -> bool:
    """Whether the contents of a JSON file say that it is a registry cache."""
    return isinstance(data, dict) and data.get("format") == FORMAT


def write(path: Path, registries: Mapping[str, RegistryData], locks: Path, *, update: bool = False) -> None:
    """Replace the file, under a lock in the folder `locks`; with `update` keep the modules that are only in the file.

    Raises `NotOurs`, an OSError, for a file that is no registry cache.
    """
    from filelock import FileLock

    with FileLock(locks / f"{path.name}.lock", timeout=LOCK_TIMEOUT):
        refuse_foreign(path, is_cache)
        merged = dict(registries)
        if update and path.exists():
            merged = _merge(read(path), registries)
        write_json(path, _encode(merged))


def _merge(old: dict[str, RegistryData], new: Mapping[str, RegistryData]) -> dict[str, RegistryData]:
    merged = dict(old)
    for name, data in new.items():
        before = merged.get(name)
        if before is None:
            merged[name] = data
            continue
        kept = before.modules
        if before.extra_field != data.extra_field:
            blank = [None] * len(data.extra_field)
            kept = {key: Module(module.path, list(blank)) for key, module in kept.items()}
        merged[name] = RegistryData(data.extra_field, {**kept, **data.modules})
    return merged


def _encode(registries: Mapping[str, RegistryData]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "registries": {
            name: {
                "extra_field": data.extra_field,
                "modules": {key: {"path": m.path, "info": m.info} for key, m in data.modules.items()},
            }
            for name, data in registries.items()
        },
    }


def _decode(data: Any) -> dict[str, RegistryData]:
    if data["format"] != FORMAT or data["version"] != VERSION:
        raise ValueError("another format or version")
    registries: dict[str, RegistryData] = {}
    for name, raw in data["registries"].items():
        fields = [str(item) for item in raw["extra_field"]]
        modules: dict[str, Module] = {}
        for key, module in raw["modules"].items():
            if not isinstance(module["path"], str) or len(module["info"]) not in (0, len(fields)):
                raise ValueError(f"bad entry {key}")
            modules[key] = Module(module["path"], list(module["info"]))
        registries[name] = RegistryData(fields, modules)
    return registries
