"""``excore primary-fields`` and ``excore registries``."""

from __future__ import annotations

import os

from excore.cli.output import print_line
from excore.engine.text_table import render
from excore.engine.workspace import notation
from excore.lang.project.model import RegistrySpec
from excore.lang.project.reading import find_project
from excore.lang.text import printable
from excore.tooling.indexers import make_indexer


def primary_fields() -> None:
    """Show the fields whose modules are built."""
    project = find_project(os.getcwd())
    if not project.declared:
        project = project.completed(make_indexer(project).build())
    print_line(render(["FIELDS"], [[printable(name)] for name in project.primary_fields]))


def registries() -> None:
    """Show the registries, those of the project file as they are written there, then others found in the source."""
    project = find_project(os.getcwd())
    declared = {spec.name: spec for spec in project.registries}
    names = project.registry_names(make_indexer(project).build())
    specs = [declared.get(name, RegistrySpec(name, False, ())) for name in names if not name.startswith("__")]
    print_line(render(["Registry"], [[printable(notation(spec))] for spec in specs]))
