"""``excore config-extension`` and ``excore schema``: schemas for TOML editors and for other TOML tools."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.output import fail, print_line, shown_path
from excore.cli.project_file import merge_settings
from excore.cli.writing import claim_cache, write_made, write_output
from excore.engine.workspace import workspace
from excore.lang.catalog import Catalog
from excore.lang.collector import many_objects
from excore.lang.project.model import Project
from excore.lang.project.reading import find_project
from excore.schema.completion_schema import class_mapping, is_class_mapping, is_schema, json_schema, taplo_settings
from excore.tooling.indexers import make_indexer
from excore.tooling.registry_dump import with_dump

TAPLO = ".taplo.toml"


def config_extension() -> None:
    """Write the schema and the class mapping that TOML editors use, and the .taplo.toml that names the schema.

    Nothing is imported: the source is read, and what `excore auto-register` wrote down.
    """
    project = find_project(os.getcwd())
    catalog = _catalog(project)
    if project.file is None and not catalog.registries:
        fail("there is neither a project file here nor Python that makes a registry")
    schema_file, mapping_file = workspace.json_schema_file, workspace.class_mapping_file
    claim_cache()
    names = project.registry_names(catalog)
    with many_objects():
        json_schema_, mapping = json_schema(catalog, project), class_mapping(catalog, names)
    write_made(Path(schema_file), json.dumps(json_schema_) + "\n", is_schema)
    write_made(Path(mapping_file), json.dumps(mapping) + "\n", is_class_mapping)
    settings = Path(project.root, TAPLO)
    changed = merge_settings(settings, taplo_settings(_from(project.root, schema_file)))
    print_line(f"schema: {shown_path(schema_file)}\nclass mapping: {shown_path(mapping_file)}")
    print_line(f"{shown_path(str(settings))} {'now names' if changed else 'names'} the schema")


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="standard output")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Configs are complete: required parameters must stand in the file itself.")
    ] = False,
) -> None:
    """Write a JSON schema (draft 2020-12) by which any TOML tool can check configs with quoted keys."""
    from excore.index.docstrings import documented
    from excore.schema.config_schema import config_schema

    project = find_project(os.getcwd())
    catalog = _catalog(project)
    entries = {
        name: {key: documented(entry) for key, entry in table.items()} for name, table in catalog.entries.items()
    }
    described = replace(catalog, entries=entries)
    text = json.dumps(config_schema(described, project, whole=whole), indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_output(output, text)


def _catalog(project: Project) -> Catalog:
    """The catalog; what in it is uncertain is said on standard error."""
    catalog, refused = with_dump(make_indexer(project).build(), project)
    if refused:
        print_line(f"excore: {refused}", err=True)
    for info in catalog.registries.values():
        if info.open and not info.name.startswith("__"):
            why = f" ({info.reason})" if info.reason else ""
            print_line(
                f"excore: registry {info.name} may hold more than its source tells{why}; run `excore auto-register`",
                err=True,
            )
    return catalog


def _from(folder: str, path: str) -> str:
    """A path relative to ``folder`` if it is below: such a file may be shared."""
    relative = os.path.relpath(path, folder)
    return path if relative.startswith(os.pardir) else relative.replace(os.sep, "/")
