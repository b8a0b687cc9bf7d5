"""``excore cache-dir``, ``cache-list``, ``clear-cache`` and ``clear-all-cache``."""

from __future__ import annotations

import os
import re
import stat
from typing import Annotated

import typer

from excore.cli.output import fail, print_line
from excore.engine.text_table import render
from excore.engine.workspace import workspace
from excore.lang.text import printable
from excore.storage.cache import INDEX, is_unmarked_cache, read_mark, remove, user_base

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_INDEX_FILE = re.compile(r"\.?[0-9a-f]{32}(?:\.packages)?\.json(?:\.[0-9a-f]{12})?|tmp\w+\.tmp")


def cache_dir() -> None:
    """Print the cache folder of this workspace."""
    print_line(printable(workspace.cache_dir))


def cache_list() -> None:
    """Show the cache folders of all workspaces."""
    typer.echo(_listed(_names(workspace.cache_base_dir)))
    _tell_of_unmarked(workspace.cache_base_dir)


def clear_cache(yes: Yes = False) -> None:
    """Remove the cache folder of this workspace. A folder that excore did not make is never removed."""
    folder = workspace.cache_dir
    if not os.path.isdir(folder):
        print_line(f"there is no cache {printable(folder)}")
        return
    if read_mark(os.path.realpath(folder)) is None:
        _remove(folder, workspace.base_dir)
    if yes or typer.confirm(printable(f"Remove the cache of {workspace.name}, {folder}?"), err=True):
        _remove(folder, workspace.base_dir)
        print_line(f"{printable(folder)} is removed")


def clear_all_cache(yes: Yes = False) -> None:
    """Remove the cache folders of all workspaces. What else is beside them stays."""
    base = workspace.cache_base_dir
    names = _names(base)
    _tell_of_unmarked(base)
    if not names:
        print_line(f"there is no cache in {printable(base)}")
        return
    typer.echo(_listed(names))
    if yes or typer.confirm(printable(f"Remove all of them from {base}?"), err=True):
        for name in names:
            folder = os.path.join(base, name)
            if name == INDEX:
                _clear_index(folder)
            elif os.path.lexists(folder):
                _remove(folder)
        if _is_users(base) and not os.listdir(base):
            os.rmdir(base)
        print_line(f"{len(names)} removed from {printable(base)}")


def _remove(folder: str, root: str = "") -> None:
    try:
        remove(folder, root)
    except OSError as error:
        fail(printable(str(error)))


def _clear_index(folder: str) -> None:
    """Remove the files that indexing makes."""
    for entry in list(os.scandir(folder)):
        if _INDEX_FILE.fullmatch(entry.name) and stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            os.unlink(entry.path)
    if not os.listdir(folder):
        os.rmdir(folder)


def _listed(names: list[str]) -> str:
    labels = [f"{name} (sources of all projects)" if name == INDEX else printable(name) for name in names]
    return render(["Cache Names"], [[name] for name in labels])


def _names(base: str) -> list[str]:
    """Folders of caches, sorted; what else is there does not count."""
    base = os.path.realpath(base)
    return [
        name
        for name in _folders(base)
        if read_mark(os.path.join(base, name)) is not None or (name == INDEX and _is_users(base))
    ]


def _folders(base: str) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(base) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _tell_of_unmarked(base: str) -> None:
    """Say which folders older versions may have made: nothing but their names tells, so they are not removed."""
    for name in _folders(base):
        if is_unmarked_cache(os.path.join(base, name)):
            folder = printable(os.path.join(base, name))
            advice = "carries no mark of excore; if it is a cache of an older version, remove it yourself"
            print_line(f"excore: {folder} {advice}", err=True)


def _is_users(base: str) -> bool:
    """Whether it is the cache base of the user, which no project file has a say in."""
    return os.path.realpath(base) == os.path.realpath(user_base())
