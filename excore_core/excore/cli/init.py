"""``excore init`` and ``excore update``: make a project file, and derive in it what follows from its registries."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.output import fail, print_line
from excore.cli.project_file import derived, project_path, write_settings
from excore.cli.prompts import confirm, prompt
from excore.cli.registry_definitions import define
from excore.engine.workspace import notation
from excore.lang.project.model import Project, RegistrySpec, read_spec
from excore.lang.project.reading import PROJECT_FILE, PYPROJECT, find_project, load_project


def init(
    entry: Annotated[
        str, typer.Argument(help="The module of src_dir in which registries are defined, if they are not yet.")
    ] = "__init__",
    force: Annotated[bool, typer.Option("--force", help="Go on though there is a project file already.")] = False,
    name: Annotated[str, typer.Option("--name", help="The project's name.", show_default="asked for")] = "",
    src_dir: Annotated[
        str, typer.Option("--src-dir", help="The folder of the project's modules.", show_default="asked for")
    ] = "",
    registry: Annotated[
        list[str] | None,
        typer.Option("--registry", "-r", help='A registry: "Head", "*Model", "*Data: TrainData, TestData".'),
    ] = None,
) -> None:
    """Make a project file in this folder.

    Registries that the project defines are found by reading its source.
    """
    here = os.getcwd()
    existing = _existing(here)
    if existing is not None and not force:
        print_line(f"{os.path.basename(existing.file or '')} exists already; --force goes on all the same")
        return
    name = name or prompt("Name of the project", (existing.name if existing else "") or os.path.basename(here))
    src_dir = src_dir or prompt("Folder of its modules", _likely_source(here, existing))
    src_dir = os.path.relpath(os.path.join(here, src_dir), here).replace(os.sep, "/")
    if not os.path.isdir(os.path.join(here, src_dir)):
        fail(f"there is no folder {src_dir}")
    path = Path(existing.file) if existing is not None and existing.file else Path(here, PROJECT_FILE)
    specs = [read_spec(text) for text in registry or ()]
    in_source = _defined_registries(here, src_dir)
    if not specs:
        specs = _merged(existing.registries if existing else (), in_source)
    if not specs:
        specs = _asked_registries()
    settings = {"name": name, "src_dir": src_dir, "registries": [notation(spec) for spec in specs], **derived(specs)}
    write_settings(path, settings)
    print_line(f"{path.name} is written")
    if not set(in_source) >= {spec.name for spec in specs}:
        define(load_project(str(path)), entry)
    if specs and not any(spec.starred for spec in specs):
        print_line(f"mark the registries whose modules are built with * in {path.name}, then run `excore update`")


def update() -> None:
    """Derive fields and what belongs to them anew from the registries in the project file."""
    project = find_project(os.getcwd())
    path = project_path(project)
    for problem in project.problems:
        print_line(f"{path.name}: {problem.message}", err=True)
    if any(problem.severity == "error" for problem in project.problems):
        fail(f"{path.name} is not changed")
    changed = write_settings(path, derived(project.registries) if project.registries else {})
    print_line(f"{path.name} is {'updated' if changed else 'up to date'}")


def _existing(folder: str) -> Project | None:
    """The project file of a folder itself."""
    for name in (PROJECT_FILE, PYPROJECT):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            if name == PROJECT_FILE or find_project(folder).file == path:
                return load_project(path)
    return None


def _likely_source(folder: str, project: Project | None) -> str | None:
    """The folder that most likely holds the modules, None if there is none that does."""
    if project is not None and project.src_dir:
        return project.src_dir
    packages = sorted(entry.name for entry in os.scandir(folder) if os.path.isfile(Path(entry.path, "__init__.py")))
    preferred = [name for name in ("src", os.path.basename(folder)) if name in packages]
    likely = preferred or [name for name in packages if name not in ("tests", "test")]
    if not likely and any(os.path.isfile(init) for init in Path(folder, "src").glob("*/__init__.py")):
        return "src"
    return likely[0] if likely else "." if any(Path(folder).glob("*.py")) else None


def _defined_registries(folder: str, src_dir: str) -> list[str]:
    """Registries that are created below the source folder, in order."""
    from excore.index.indexer import Indexer

    catalog = Indexer(folder, src_dir=src_dir).build()
    inside = os.path.join(os.path.normpath(os.path.join(folder, src_dir)), "")
    return [
        name
        for name, info in catalog.registries.items()
        if not name.startswith("__") and info.location is not None and info.location.path.startswith(inside)
    ]


def _merged(specs: tuple[RegistrySpec, ...], names: list[str]) -> list[RegistrySpec]:
    """Declared registries as they are declared, then those found that are not."""
    declared = {spec.name for spec in specs}
    return [*specs, *(RegistrySpec(name, False, ()) for name in names if name not in declared)]


def _asked_registries() -> list[RegistrySpec]:
    if not confirm("There are no registries yet. Do you want to define some?"):
        print_line("registries can be named in the project file later")
        return []
    print_line('One a line, an empty line ends: "Head", "*Model", "*Data: TrainData, TestData"', err=True)
    specs: list[RegistrySpec] = []
    while True:
        line = prompt("Registry", "")
        if not line:
            return specs
        specs.append(read_spec(line))
