"""One config, resolved without running anything: where commands that explain a config start."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Annotated

import typer

from excore.cli.command_line import typer_complete
from excore.cli.output import fail, shown_path
from excore.lang.resolve.model import Model
from excore.lang.source import Source
from excore.lang.workspace.host import Snapshot
from excore.tooling.overriding import snapshot_of

Overridden = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]...",
        help="Changes, as Model.FCN.layers=3, Model=SegNet, +new=1, ~key, base=FILE.",
        autocompletion=typer_complete,
        show_default=False,
    ),
]
"""The parameter of a command that takes overrides."""


def resolved(config: str, *, whole: bool = False) -> Model:
    """What a config file means. Ends the command if there is no such file, or with ``whole`` if it has errors.

    Arguments do not count: they may be changed between load and build.
    """
    snapshot, path = opened(config)
    count = errors(snapshot, path, ("missing-parameter", "unknown-parameter")) if whole else ""
    if count:
        fail(f"{shown_path(config)} has {count}; see `excore check {shown_path(config)}`")
    return snapshot.own_model(path)


def errors(snapshot: Snapshot, path: str, but: Collection[str] = ()) -> str:
    """How many errors a config has, or ""; those with codes in ``but`` left out."""
    number = sum(item.severity == "error" and item.code not in but for item in snapshot.root_problems(path))
    return f"{number} error{'s' if number > 1 else ''}" if number else ""


def opened(config: str, source: Source | None = None, overrides: Iterable[str] = ()) -> tuple[Snapshot, str]:
    """A snapshot that knows the Python of a config's project, and the absolute path of the config with ``overrides``.

    ``source`` reads the configs; the Python is what is on disk. Ends the command if there is no such file.
    """
    if source is None and not os.path.isfile(config):
        fail(f"{config}: no such file")
    return snapshot_of(config, overrides, source)
