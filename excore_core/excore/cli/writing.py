"""Files that commands write: whole or not at all, and never through a link that leads out of the project."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from excore.cli.output import fail, print_text
from excore.engine.workspace import workspace
from excore.lang.project.reading import find_project
from excore.lang.text import printable
from excore.storage.atomic_write import NotOurs, write_text
from excore.storage.cache import refuse_foreign


def why_not_written(path: Path, text: str, root: str) -> str:
    """Write a file of the project at ``root``; "" if it is written, else why it is not."""
    try:
        write_text(path, text, within=root)
    except NotOurs as error:
        return str(error)
    except (OSError, ValueError) as error:
        return f"{path} cannot be written: {getattr(error, 'strerror', None) or error}"
    return ""


def write(path: Path, text: str, root: str) -> None:
    """Write a file of the project at ``root``. Ends the command if that cannot be done."""
    why = why_not_written(path, text, root)
    if why:
        fail(printable(why))


def write_output(path: Path, text: str) -> None:
    """Write a file that the command line names: in the project no link leads out of it, elsewhere links are followed.

    Ends the command if that cannot be done.
    """
    write(path, text, _root_around(path))


def write_made(path: Path, text: str, is_ours: Callable[[Any], bool]) -> None:
    """Write a file that the project file may name; one that is there must be ours by its JSON, or in the cache folder.

    Ends the command if that cannot be done.
    """
    try:
        refuse_foreign(path, is_ours)
    except NotOurs as error:
        fail(printable(str(error)))
    write_output(path, text)


def claim_cache() -> None:
    """Make the cache folder of the workspace. Ends the command if it cannot be made or is not ours."""
    try:
        workspace.claim_cache()
    except NotOurs as error:
        fail(printable(str(error)))
    except (OSError, ValueError) as error:
        fail(f"the cache folder {workspace.cache_dir} cannot be made: {getattr(error, 'strerror', None) or error}")


def _root_around(path: Path) -> str:
    """The current project's folder if the path is written as one in it, else ""."""
    root = find_project(os.getcwd()).root
    return root if os.path.abspath(path).startswith(os.path.join(root, "")) else ""


def print_or_write(text: str, output: str, language: str = "") -> None:
    """Write to a file, or as ``print_text`` where none is named. Ends the command if the file cannot be written."""
    if not output:
        print_text(text, language)
        return
    write_output(Path(output), text)
