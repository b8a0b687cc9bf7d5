"""``excore quote``: configs as plain TOML 1.0, for tools that know nothing of prefixes. Only keys change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.format import configs_to_change
from excore.cli.output import fail, print_line, shown_path
from excore.cli.writing import why_not_written
from excore.lang.project.foreign import COPY_SUFFIX
from excore.lang.project.reading import find_project
from excore.lang.source import Disk, Unreadable
from excore.lang.syntax.document import parse
from excore.lang.syntax.formatting import quoted
from excore.lang.text import printable


def quote(
    config: Annotated[str, typer.Argument(metavar="PATH", help="A config file, or a folder of them.")],
    override: Annotated[
        bool, typer.Option("--override", help=f"Change the files themselves; else NAME{COPY_SUFFIX} is written beside.")
    ] = False,
) -> None:
    """Put quotes around keys that are no TOML without them. Comments, order and values stay. In a folder, and with
    `--override`, files that are no configs are left alone.

    Other commands and the server leave the copies aside unless one is named: they say the same as what they are of.
    """
    if not os.path.exists(config):
        fail(f"{config}: no such file or folder")
    failed = False
    for path, text, root in _configs(config, override):
        if not isinstance(text, str):
            print_line(f"{shown_path(path)}: {text.reason}", err=True)
            failed = True
            continue
        tree = parse(text)
        broken = next(tree.problems, None)
        if broken is not None:
            block, item = broken
            line, column = tree.position(tree.starts[tree.index_of[block]] + item.start, "utf-32")
            print_line(f"{shown_path(path)}:{line + 1}:{column + 1}: {item.message}", err=True)
            failed = True
            continue
        changed = quoted(tree)
        target = path if override else os.path.splitext(path)[0] + COPY_SUFFIX
        if target != path or changed != text:
            why = why_not_written(Path(target), changed, root)
            if why:
                print_line(f"{shown_path(path)}: left alone, {printable(why)}", err=True)
                failed = True
            else:
                print_line(f"{'changed' if override else 'wrote'} {shown_path(target)}")
    if failed:
        raise typer.Exit(1)


def _configs(path: str, override: bool) -> Iterator[tuple[str, str | Unreadable, str]]:
    if os.path.isdir(path) or override:
        return configs_to_change([path])
    path = os.path.abspath(path)
    return iter([(path, Disk().read(path), find_project(path).root)])
