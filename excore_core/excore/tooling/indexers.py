"""The static index of a project, as the server and the commands make it: same settings, same cache, same answers."""

from __future__ import annotations

from excore.index.indexer import Indexer
from excore.lang.project.model import Project
from excore.tooling.environments import search_paths


def make_indexer(project: Project, interpreter: str = "") -> Indexer:
    """An indexer that is set up as the project file says. Nothing is read yet, and no interpreter is ever run.

    ``interpreter`` says whose installed packages the project sees; without one it is found as by ``search_paths``.
    """
    return Indexer(
        project.root,
        src_dir=project.src_dir,
        registry_types=project.registry_types,
        search_paths=search_paths(project.root, interpreter),
        excludes=project.exclude,
    )
