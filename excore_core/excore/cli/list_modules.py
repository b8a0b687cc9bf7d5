"""``excore list``: what is registered, by registry."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from excore.cli.output import fail, print_line, shown_path
from excore.cli.resolved import resolved
from excore.lang.catalog import Catalog, Entry, Location, Param
from excore.lang.nearest import nearest
from excore.lang.project.reading import find_project
from excore.lang.resolve.model import Model
from excore.lang.text import printable
from excore.tooling.registry_dump import project_catalog

_MARKS = {"var-positional": "*", "var-keyword": "**"}


def list_modules(
    registries: Annotated[
        list[str] | None, typer.Argument(metavar="REGISTRY...", help="Registries or fields.", show_default="all")
    ] = None,
    used_by: Annotated[
        str, typer.Option("--used-by", metavar="CONFIG", help="Only what this config uses.", show_default=False)
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what is registered, with the parameters of each module and the place of its definition.

    Nothing is imported.
    """
    project = find_project(os.getcwd())
    model = resolved(used_by) if used_by else None
    catalog = model.catalog if model is not None else project_catalog(project)
    if model is not None:
        project = model.project
    names = [name for name in project.registry_names(catalog) if not name.startswith("__")]
    selection = [project.registry_of(name) for name in registries or ()] or names
    for name in selection:
        if name not in names:
            near = nearest(name, names)
            fail(f"there is no registry {name}" + (f"; did you mean {near[0]}?" if near else ""))
    used = _used(model) if model is not None else None
    listing = {name: [*_entries(catalog, name, used)] for name in dict.fromkeys(selection)}
    if used is not None:
        listing = {name: entries for name, entries in listing.items() if entries}
    print_line(json.dumps(_plain(listing), indent=2) if as_json else "\n".join(_lines(listing, catalog)))


def summary(entry: Entry) -> str:
    """``FCN(backbone, head=None)``; a python module is just its name."""
    if entry.kind == "module":
        return entry.name
    params = [_param(param) for param in entry.signature.params]
    if not entry.signature.complete and not any(param.kind == "var-keyword" for param in entry.signature.params):
        params.append("…")
    return f"{entry.name}({', '.join(params)})"


def _param(param: Param) -> str:
    name = _MARKS.get(param.kind, "") + param.name
    return name if param.default is None else f"{name}={param.default}"


def _used(model: Model) -> set[tuple[str, str]]:
    """Registry and name of every module that a config has a table of or refers to."""
    paths = [path for path in (*model.sections, *model.implicit) if path in model.reached or path in model.implicit]
    entries = [model.entry(path) for path in paths]
    return {(entry.registry, entry.name) for entry in entries if entry is not None}


def _entries(catalog: Catalog, registry: str, used: set[tuple[str, str]] | None) -> Iterator[Entry]:
    for entry in catalog.entries.get(registry, {}).values():
        if used is None or (registry, entry.name) in used:
            yield entry


def _lines(listing: Mapping[str, list[Entry]], catalog: Catalog) -> Iterator[str]:
    for name, entries in listing.items():
        info = catalog.registries.get(name)
        place = f"  {_place(info.location)}" if info is not None and info.location is not None else ""
        more = "  (and more that its source does not tell)" if info is not None and info.open else ""
        yield f"{printable(name)}{place}{more}"
        rows = [(printable(summary(entry)), printable(_told(entry))) for entry in entries]
        width = min(max((len(text) for text, _ in rows), default=0), 72)
        for text, where in rows:
            yield f"  {text.ljust(width)}  {where}".rstrip()


def _told(entry: Entry) -> str:
    reason = f"  (may take more: {entry.signature.reason})" if entry.signature.reason else ""
    return _place(entry.location) + reason


def _place(location: Location | None) -> str:
    return f"{shown_path(location.path)}:{location.line + 1}" if location is not None else ""


def _plain(listing: Mapping[str, list[Entry]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {
                "name": entry.name,
                "kind": entry.kind,
                "path": entry.path,
                "signature": summary(entry),
                "summary": entry.summary,
                "file": entry.location.path if entry.location is not None else None,
                "line": entry.location.line + 1 if entry.location is not None else None,
                "certain": entry.certain,
                "complete": entry.signature.complete,
                "reason": entry.signature.reason,
            }
            for entry in entries
        ]
        for name, entries in listing.items()
    }
