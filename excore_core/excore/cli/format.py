"""``excore format``: blanks, line ends and arrays as the editor lays them out; nothing else changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.asking import fail
from excore.cli.auto_register import shown
from excore.engine.cache import write_text
from excore.lang.source import Disk
from excore.lang.syntax.document import parse
from excore.lang.syntax.formatting import formatted
from excore.lang.workspace.config_files import find_toml, is_plain_name


def format_configs(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Config files, and folders of them.", show_default="this folder")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; say which files would change.")] = False,
    indent: Annotated[int, typer.Option("--indent", min=1, help="Blanks in front of the lines of an array.")] = 4,
) -> None:
    """Lay configs out. Keys, values, comments and their order stay; a file that is no TOML is left alone.

    The exit code is 0 if all is well, 1 if `--check` found files to change or a file cannot be read.
    """
    wrong = False
    for path in _files([os.fspath(path) for path in paths or [Path(".")]]):
        text = Disk().read(path)
        if not isinstance(text, str):
            typer.echo(f"{shown(path)}: {text.reason}", err=True)
            wrong = True
            continue
        made = formatted(parse(text), " " * indent)
        if made is None:
            typer.echo(f"{shown(path)}: left alone, it is not TOML; `excore check` says why", err=True)
            wrong = True
        elif made != text:
            typer.echo(f"{'would change' if check else 'changed'} {shown(path)}")
            wrong = wrong or check
            if not check:
                write_text(Path(path), made)
    if wrong:
        raise typer.Exit(1)


def _files(paths: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for path in map(os.path.abspath, paths):
        if os.path.isdir(path):
            found.update(dict.fromkeys(name for name in sorted(find_toml(path)) if not is_plain_name(name)))
        elif os.path.exists(path):
            found[path] = None
        else:
            fail(f"{shown(path)}: no such file or folder")
    return list(found)
