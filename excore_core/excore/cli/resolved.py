"""One config, resolved without running anything: where commands that explain a config start."""

from __future__ import annotations

import os

from ..lang.model import Model
from ..lang.source import Source
from ..lang.workspace import Host, Snapshot
from .asking import fail
from .dumps import project_catalog


def resolved(config: str) -> Model:
    """What a config file means. Ends the command if there is no such file."""
    snapshot, path = opened(config)
    return snapshot.own_model(path)


def opened(config: str, source: Source | None = None) -> tuple[Snapshot, str]:
    """A snapshot that knows the Python of a config's project, and the absolute path of the config.

    ``source`` reads the configs; the Python is what is on disk. Ends the command if there is no such file.
    """
    path = os.path.abspath(config)
    if source is None and not os.path.isfile(path):
        fail(f"{config}: no such file")
    host = Host(environment=os.environ) if source is None else Host(source, os.environ)
    host.add_folder(os.getcwd())
    project = host.project_of(path)
    host.set_catalog(project.root, project_catalog(project))
    return host.snapshot(), path
