"""The static index of a project, as the server and the commands make it: same settings, same cache, same answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from glob import glob

from ..index.indexer import Indexer
from ..lang.project import Project


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


def search_paths(root: str, interpreter: str = "", environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Folders of installed packages: of the interpreter given, else of the project's own virtual environment, else of
    the active one, else of the Python that runs this."""
    for prefix in _prefixes(root, interpreter, environment):
        found = sorted(glob(os.path.join(glob_safe(prefix), "lib", "python3.*", "site-packages")))
        windows = os.path.join(prefix, "Lib", "site-packages")
        if not found and os.path.isdir(windows):
            found = [windows]
        if found:
            return tuple(found[-1:])
    return ()


def _prefixes(root: str, interpreter: str, environment: Mapping[str, str]) -> Iterator[str]:
    if interpreter:
        given = os.path.normpath(os.path.join(root, os.path.expanduser(interpreter)))
        yield os.path.dirname(os.path.dirname(given)) if os.path.isfile(given) else given
    for name in (".venv", "venv"):
        if os.path.exists(os.path.join(root, name, "pyvenv.cfg")):
            yield os.path.join(root, name)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environment.get(variable):
            yield environment[variable]
    yield sys.prefix


def glob_safe(path: str) -> str:
    """A path in which no character means anything to ``glob``."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)
