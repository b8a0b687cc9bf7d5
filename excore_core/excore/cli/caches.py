"""``excore cache-dir``, ``cache-list``, ``clear-cache`` and ``clear-all-cache``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.asking import fail
from excore.engine.text_table import render
from excore.engine.workspace import workspace
from excore.lang.project.caches import FILES, OWNER_FILE

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_OURS = (OWNER_FILE, "registry_cache.pkl", *FILES.values())
_INDEX = "index"


def cache_dir() -> None:
    """Print the cache folder of this workspace."""
    typer.echo(workspace.cache_dir)


def cache_list() -> None:
    """Show the cache folders of all workspaces."""
    typer.echo(_listed(_names(workspace.cache_base_dir)))


def clear_cache(yes: Yes = False) -> None:
    """Remove the cache folder of this workspace."""
    folder = workspace.cache_dir
    if not os.path.isdir(folder):
        typer.echo(f"there is no cache {folder}")
        return
    if _is_inside(workspace.base_dir, folder):
        fail(f"{folder} holds the project itself and is not removed")
    if yes or typer.confirm(f"Remove the cache of {workspace.name}, {folder}?", err=True):
        shutil.rmtree(folder)
        typer.echo(f"{folder} is removed")


def clear_all_cache(yes: Yes = False) -> None:
    """Remove the cache folders of all workspaces."""
    base = workspace.cache_base_dir
    names = _names(base)
    if not names:
        typer.echo(f"there is no cache in {base}")
        return
    typer.echo(_listed(names))
    if yes or typer.confirm(f"Remove all of them from {base}?", err=True):
        for name in names:
            shutil.rmtree(os.path.join(base, name))
        if not os.listdir(base):
            os.rmdir(base)
        typer.echo(f"{len(names)} removed from {base}")


def _listed(names: list[str]) -> str:
    return render(
        ["Cache Names"], [[f"{name} (sources of all projects)" if name == _INDEX else name] for name in names]
    )


def _names(base: str) -> list[str]:
    """Folders of caches, sorted; whatever else is there is nobody's business."""
    try:
        folders = [entry for entry in os.scandir(base) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(entry.name for entry in folders if entry.name == _INDEX or _is_cache(Path(entry.path)))


def _is_cache(folder: Path) -> bool:
    return not any(folder.iterdir()) or any((folder / name).exists() for name in _OURS)


def _is_inside(path: str, folder: str) -> bool:
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))
