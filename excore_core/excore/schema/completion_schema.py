"""The schema and the class mapping that TOML editors and ``excore.nvim`` read (SCH)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from excore.lang.catalog import Catalog, Entry
from excore.lang.project.model import ISOLATED, Project, schema_fields
from excore.schema.parameter_types import Json, parameter

TITLE = "ExCore"


def registry_fields(project: Project) -> dict[str, Any]:
    """``schema_fields``; what a project file says itself under ``json_schema_fields`` comes first."""
    derived = schema_fields(project.registries)
    written = project.settings.get("json_schema_fields")
    return {**derived, **written} if isinstance(written, Mapping) else derived


def json_schema(catalog: Catalog, project: Project, fields: Mapping[str, Any] | None = None) -> Json:
    """One property for each field of each registry, and for each module of the isolated ones (SCH-2).

    ``fields`` replaces ``registry_fields(project)``. Registries named ``__x`` are private and left out.
    """
    fields = registry_fields(project) if fields is None else fields
    isolated = _texts(fields.get(ISOLATED, ()))
    properties: Json = {}
    for name in project.registry_names(catalog):
        if name.startswith("__"):
            continue
        modules = registry_schema(catalog.entries.get(name, {}).values())
        for field in _texts(fields.get(name, ())) or [name]:
            properties[field] = modules
        if name in isolated:
            properties.update(modules["properties"])
    return {
        "title": TITLE,
        "description": "Used for ExCore config file completion",
        "type": "object",
        "properties": properties,
    }


def registry_schema(entries: Iterable[Entry]) -> Json:
    """The modules of one registry; python modules are left out."""
    modules = {entry.name: module_schema(entry) for entry in entries if entry.kind != "module"}
    return {"type": "object", "properties": modules}


def module_schema(entry: Entry) -> Json:
    """Docstring, parameters and the names of the required ones (SCH-3, SCH-5)."""
    schema: Json = {"type": "object"}
    if entry.doc:
        schema["description"] = entry.doc
    schema["properties"] = {param.name: parameter(param) for param in entry.signature.params}
    required = [param.name for param in entry.signature.params if param.required]
    if required:
        schema["required"] = required
    return schema


def class_mapping(catalog: Catalog, registries: Iterable[str]) -> dict[str, list[str | int]]:
    """Module name -> file and line (from 1) of its class or function; the first registry that has it wins (SCH-6)."""
    places: dict[str, list[str | int]] = {}
    for registry in registries:
        for entry in catalog.entries.get(registry, {}).values() if not registry.startswith("__") else ():
            if entry.kind != "module" and entry.location is not None:
                places.setdefault(entry.name, [entry.location.path, entry.location.line + 1])
    return places


def is_schema(data: object) -> bool:
    """Whether the contents of a JSON file are such a schema."""
    return isinstance(data, dict) and data.get("title") == TITLE and "properties" in data


def is_class_mapping(data: object) -> bool:
    """Whether the contents of a JSON file are such a mapping."""
    return isinstance(data, dict) and all(
        isinstance(place, list) and len(place) == 2 and isinstance(place[0], str) and isinstance(place[1], int)
        for place in data.values()
    )


def taplo_settings(schema: str) -> Json:
    """What ``.taplo.toml`` must say for the schema file to be used (SCH-1)."""
    return {"schema": {"path": schema, "enabled": True}, "formatting": {"align_entries": False}}


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []
