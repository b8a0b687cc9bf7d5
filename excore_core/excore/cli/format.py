"""``excore format``: blanks, line ends and arrays as the editor lays them out; nothing else changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.check import NoSuchPath, survey
from excore.cli.output import fail, print_line, shown_path
from excore.cli.writing import why_not_written
from excore.lang.source import Disk, Unreadable
from excore.lang.syntax.document import parse
from excore.lang.syntax.formatting import WIDTH, formatted
from excore.lang.text import printable
from excore.lang.workspace.config_files import find_toml, why_no_config


def format_configs(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Config files, and folders of them.", show_default="this folder")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; say which files would change.")] = False,
    indent: Annotated[int, typer.Option("--indent", min=1, help="Blanks in front of the lines of an array.")] = 4,
    width: Annotated[
        int, typer.Option("--width", min=0, help="Longer arrays get a line for each item; 0: none does.")
    ] = WIDTH,
) -> None:
    """Lay configs out. Keys, values, comments and their order stay. A file that is no TOML is left alone, and one that
    is no config, which is said of those that are named.

    The exit code is 0 if all is well, 1 if `--check` found files to change, or if a file cannot be read or written.
    """
    wrong = False
    for path, text, root in configs_to_change([os.fspath(path) for path in paths or [Path(".")]]):
        if not isinstance(text, str):
            print_line(f"{shown_path(path)}: {text.reason}", err=True)
            wrong = True
            continue
        result = formatted(parse(text), " " * indent, width)
        if result is None:
            print_line(f"{shown_path(path)}: left alone, it is not TOML; `excore check` says why", err=True)
            wrong = True
        elif result != text:
            why = "" if check else why_not_written(Path(path), result, root)
            if why:
                print_line(f"{shown_path(path)}: left alone, {printable(why)}", err=True)
            else:
                print_line(f"{'would change' if check else 'changed'} {shown_path(path)}")
            wrong = wrong or check or bool(why)
    if wrong:
        raise typer.Exit(1)


def configs_to_change(paths: list[str]) -> Iterator[tuple[str, str | Unreadable, str]]:
    """The configs among files and below folders: path, text or why there is none, and the folder of the project.

    A file that is named and is no config is told. Ends the command if a path leads nowhere.
    """
    try:
        snapshot, configs, _ = survey(paths)
    except NoSuchPath as error:
        fail(str(error))
    files = [path for path in map(os.path.abspath, paths) if not os.path.isdir(path)]
    below = (file for path in map(os.path.abspath, paths) if os.path.isdir(path) for file in find_toml(path))
    for path in dict.fromkeys((*files, *sorted(below))):
        text = Disk().read(path)
        project = snapshot.project(path)
        if path in configs or not isinstance(text, str):
            yield path, text, project.root
        elif path in files:
            print_line(f"{shown_path(path)}: left alone, {printable(why_no_config(path, project))}", err=True)
