"""Configs as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from excore.engine.text_table import render

__all__ = ["config_table", "parsed_table"]


def config_table(config: Mapping[str, Any]) -> str:
    """Top-level values and ``Table.key`` one level down, each with its value; deeper tables are tables in it."""
    rows: list[tuple[str, Any]] = []
    for name, value in config.items():
        if isinstance(value, Mapping) and value:
            rows.extend((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            rows.append((name, value))
    return _grid(rows)


def parsed_table(fields: Mapping[str, Mapping[str, Any]], isolated: Mapping[str, Any]) -> str:
    """``Field.Name`` of every module with its arguments, then the isolated values."""
    rows = [(f"{field}.{name}", node) for field, nodes in fields.items() for name, node in nodes.items()]
    return _grid([*rows, *isolated.items()])


def _grid(rows: Iterable[tuple[str, Any]]) -> str:
    cells = [(key, _shown(value)) for key, value in rows]
    return render((), cells) if cells else ""


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return _grid(value.items()) if value else str(getattr(value, "name", "{}"))
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        return "\n".join(map(_shown, value))
    return str(value)
