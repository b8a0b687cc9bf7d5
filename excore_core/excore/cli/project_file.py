"""Changing a project file: ``.excore.toml``, or ``[tool.excore]`` of ``pyproject.toml``; all else in it stays.

What is written holds no absolute paths and nothing from the environment (WS-4).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from excore.cli.output import fail
from excore.cli.writing import write
from excore.lang.project.model import Project, RegistrySpec
from excore.lang.project.reading import PYPROJECT
from excore.lang.source import Disk, Unreadable
from excore.schema.completion_schema import ISOLATED
from excore.storage.cache_paths import FILES

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_WIDE = 100


def derived(specs: Iterable[RegistrySpec]) -> dict[str, Any]:
    """What follows from ``registries``: fields, the registry of each field that is not one itself, schema fields."""
    starred = [spec for spec in specs if spec.starred]
    schema: dict[str, Any] = {spec.name: list(spec.fields) for spec in starred if spec.fields}
    schema[ISOLATED] = [spec.name for spec in starred if not spec.fields]
    return {
        "primary_fields": list(dict.fromkeys(name for spec in starred for name in spec.primary_fields)),
        "primary_to_registry": {name: spec.name for spec in starred for name in spec.fields},
        "json_schema_fields": schema,
    }


def write_settings(path: Path, settings: Mapping[str, Any]) -> bool:
    """Set keys of a project file, which is made if there is none; whether it changed. Comments and order stay."""

    def change(document: TOMLDocument) -> None:
        table = _table(document, "tool", "excore") if path.name == PYPROJECT else document
        for name in _redundant(table, path.parent):
            del table[name]
        _set(table, {name: _item(value) for name, value in settings.items()})

    return _change(path, change)


def merge_settings(path: Path, settings: Mapping[str, Mapping[str, Any]]) -> bool:
    """Set keys of tables of any TOML file, which is made if there is none; whether it changed."""

    def change(document: TOMLDocument) -> None:
        for name, values in settings.items():
            _set(_table(document, name), values)

    return _change(path, change)


def _change(path: Path, change: Callable[[TOMLDocument], None]) -> bool:
    import tomlkit

    before = _read(path)
    document = _parse(path, before)
    change(document)
    text = tomlkit.dumps(document)
    if text == before:
        return False
    write(path, text, str(path.parent))
    return True


def _table(table: MutableMapping[str, Any], *path: str) -> MutableMapping[str, Any]:
    import tomlkit

    for name in path:
        table = cast("MutableMapping[str, Any]", table.setdefault(name, tomlkit.table()))
    return table


def _set(table: MutableMapping[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in table or _plain(table[name]) != _plain(value):
            table[name] = value


def project_path(project: Project) -> Path:
    """The project file. Ends the command if there is none."""
    if project.file is None:
        fail("there is no project file; run `excore init` first")
    return Path(project.file)


def _read(path: Path) -> str:
    text = Disk().read(str(path))
    if not isinstance(text, Unreadable):
        return text
    if not text.missing:
        fail(f"{path.name} cannot be read: {text.reason}")
    return ""


def _parse(path: Path, text: str) -> TOMLDocument:
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        return tomlkit.parse(text)
    except ParseError as error:
        fail(f"{path.name} is not TOML: {error}")


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(len(repr(value)) > _WIDE)
    return value


def _redundant(table: Mapping[str, Any], folder: Path) -> list[str]:
    """Absolute paths that say what would be so without them; older versions wrote them into every file."""
    texts = {name: value for name, value in table.items() if isinstance(value, str) and os.path.isabs(value)}
    keys = [name for name in ("base_dir",) if name in texts]
    caches = os.path.join(os.path.expanduser("~"), ".cache", "excore")
    if "cache_base_dir" in texts and os.path.normpath(texts["cache_base_dir"]) == caches:
        keys.append("cache_base_dir")
    cache = texts.get("cache_dir")
    if cache is not None and os.path.dirname(os.path.normpath(cache)) == caches:
        keys.append("cache_dir")
        for name, usual in FILES.items():
            files = (usual, "registry_cache.pkl") if name == "registry_cache_file" else (usual,)
            if name in texts and texts[name] in [os.path.join(cache, file) for file in files]:
                keys.append(name)
    return keys
