"""``excore migrate``: configs of other systems as ExCore's, with a proof that they mean the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.output import fail, print_line, shown_path
from excore.cli.project_file import write_settings
from excore.cli.writing import write
from excore.lang.project.model import Project
from excore.lang.project.reading import PROJECT_FILE, find_project, is_vast
from excore.lang.text import printable
from excore.migrate import report
from excore.migrate.migration import PARTS_FILE, Migration
from excore.migrate.yaml_config import NoYaml
from excore.tooling.environments import search_paths


def migrate(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE...", help="Configs (.py, .yaml, .yml, .json, .toml), and folders of them."),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write, new or empty.")],
    python: Annotated[
        str,
        typer.Option("--python", help="The interpreter or environment whose packages the configs use."),
    ] = "",
) -> None:
    """Turn configs of mmengine, Hydra or detectron2 into tables, and prove that they mean the same.

    Sources are read and never run. What cannot be read is listed with its line, here and in `migration.md`, which also
    tells what is left to do. The exit code is 0 if every file is proved equal, 1 if one is not.
    """
    for source in sources:
        if not source.exists():
            fail(f"{source}: no such file or folder")
    folder = os.path.abspath(to)
    if os.path.isdir(folder) and os.listdir(folder) and not _is_ours(folder):
        fail(f"{shown_path(folder)} is not empty: give a new folder")
    os.makedirs(folder, exist_ok=True)
    project = _project(folder)
    migration = Migration(map(os.fspath, sources), folder, project, search_paths(project.root, python))
    try:
        migration.read()
    except NoYaml:
        fail("YAML needs PyYAML: install `pyyaml`, or excore with its extra `migrate`")
    if not migration.sources:
        fail("there is no config among the sources")
    parts = Path(folder, PARTS_FILE)
    for _ in range(2):  # which registries the functions belong to is known when the first round was read
        write(parts, migration.parts, folder)
        migration.index()
    for result in migration.write():
        if result.text:
            os.makedirs(os.path.dirname(result.target), exist_ok=True)
            write(Path(result.target), result.text, folder)
    write_settings(Path(project.file or os.path.join(project.root, PROJECT_FILE)), migration.settings())
    migration.prove()
    results = list(migration.results.values())
    write(Path(folder, report.NAME), report.report(migration), folder)
    for result in results:
        for one in result.unread:
            print_line(f"{shown_path(result.source)}:{one}")
        if result.difference is not None:
            print_line(printable(f"{shown_path(result.source)}: {result.difference}"))
    print_line(report.figures(results))
    print_line(f"wrote {shown_path(folder)}; {report.NAME} there tells what is left to do")
    if not all(result.proved for result in results):
        raise typer.Exit(1)


def _is_ours(folder: str) -> bool:
    try:
        return Path(folder, report.NAME).read_text("utf-8").startswith(report.MARK)
    except (OSError, UnicodeDecodeError):
        return False


def _project(folder: str) -> Project:
    """The project that the new configs belong to: the one around them, else one of their own."""
    project = find_project(folder)
    return Project(folder) if is_vast(project.root) else project
