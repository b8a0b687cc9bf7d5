"""Entries of a catalog as JSON values and back: for files, whoever writes them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from excore.lang.catalog import Entry, Location, Member, Param, Signature


def entry_to_json(entry: Entry, root: str | os.PathLike[str] = "") -> dict[str, Any]:
    """``entry`` as JSON values; what has its default is left out, paths below ``root`` are relative to it."""
    data = _plain(entry, Entry, os.fspath(root))
    data["signature"] = {
        **_plain(entry.signature, Signature, ""),
        "params": [_plain(param, Param, os.fspath(root)) for param in entry.signature.params],
    }
    data["members"] = [_plain(member, Member, os.fspath(root)) for member in entry.members]
    return data


def entry_from_json(data: Mapping[str, Any], root: str | os.PathLike[str] = "") -> Entry:
    """The entry that ``entry_to_json`` wrote. Raises ``TypeError``, ``LookupError`` or ``ValueError`` for others."""
    folder = os.fspath(root)
    values = _values(data, Entry, folder)
    signature = data.get("signature", {})
    params = tuple(_param(item, folder) for item in signature.get("params", ()))
    values["signature"] = Signature(
        params, bool(signature.get("complete", True)), signature.get("returns"), str(signature.get("reason", ""))
    )
    values["members"] = tuple(Member(**_values(item, Member, folder)) for item in data.get("members", ()))
    for name in ("extra", "docstrings"):
        values[name] = tuple((str(key), str(text)) for key, text in data.get(name, ()))
    values["bases"] = tuple(map(str, data.get("bases", ())))
    for name in ("name", "registry", "kind", "path"):
        if not isinstance(values[name], str):
            raise TypeError(f"{name} is no text")
    return Entry(**values)


def _param(item: Mapping[str, Any], folder: str) -> Param:
    values = _values(item, Param, folder)
    values["choices"] = tuple(item.get("choices", ()))
    return Param(**values)


def _plain(value: Any, type_: type, root: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields(type_):
        item = getattr(value, field.name)
        if item == field.default or field.name in ("signature", "members", "params"):
            continue
        if isinstance(item, Location):
            item = [_relative(item.path, root), item.line, item.column, item.end_column]
        elif field.name == "choices":
            item = [choice if isinstance(choice, (str, int, float)) else repr(choice) for choice in item]
        data[field.name] = item
    return data


def _values(data: Mapping[str, Any], type_: type, root: str) -> dict[str, Any]:
    values = {field.name: data[field.name] for field in fields(type_) if field.name in data}
    for name in ("location", "registered_at"):
        if values.get(name) is not None:
            path, line, column, end = values[name]
            values[name] = Location(os.path.normpath(os.path.join(root, path)), int(line), int(column), int(end))
    return values


def _relative(path: str, root: str) -> str:
    inside = os.path.abspath(root) + os.sep if root else ""
    return path[len(inside) :].replace(os.sep, "/") if inside and path.startswith(inside) else path
