"""Where a project begins of which no file says so: at the folder whose Python sources import excore."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from excore.lang.project.foreign import holds_no_source
from excore.lang.project.reading import is_marked, is_vast
from excore.lang.source import open_regular

SEARCH = {"deepest": 3, "folders": 400, "files": 200, "bytes": 16384, "above": 2}
"""How far Python files are looked for, and how much of each is read; the editors' clients have a copy."""
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+excore[\s.]|import[ \t]+excore(?:[\s.,;]|$))", re.MULTILINE)


def is_project(opened: str, nearest: str) -> bool:
    """Whether a folder that is open, or the current one, is the project of a file below it that no project file has.

    ``nearest`` is what ``find_project`` says. That is the project where it has a sign of its own and stands in a folder
    without one, which merely holds projects.
    """
    return not is_vast(opened) and (is_marked(opened) or len(nearest) <= len(opened) or not is_marked(nearest))


def beginning_of(folder: str) -> str:
    """The folder of the project to which a folder belongs that has no project file above it: itself, if there is Python
    below it or a sign that a project begins there; else the nearest, a few levels above, whose sources import excore.

    What the editors' clients do in ``project.ts`` and ``project.lua``. Only the first files, not deep, are looked at.
    """
    if is_marked(folder) or next(_python_files(folder), None) is not None:
        return folder
    above = folder
    for _ in range(SEARCH["above"]):
        above = os.path.dirname(above)
        if is_vast(above) or above == os.environ.get("TMPDIR", "/tmp"):
            break
        if any(map(_imports_excore, islice(_python_files(above, alone=True), SEARCH["files"]))):
            return above
        if is_marked(above):
            break
    return folder


def _python_files(folder: str, alone: bool = False) -> Iterator[str]:
    """``alone`` leaves out projects below."""
    level, seen = [folder], 0
    for _ in range(SEARCH["deepest"]):
        below: list[str] = []
        for one in level[: SEARCH["folders"] - seen]:
            seen += 1
            try:
                entries = sorted(os.scandir(one), key=lambda entry: entry.name)
            except OSError:
                continue
            yield from (
                entry.path for entry in entries if entry.name.endswith(".py") and entry.is_file(follow_symlinks=False)
            )
            folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            folders = [entry for entry in folders if not holds_no_source(entry.name)]
            below += (entry.path for entry in folders if not (alone and is_marked(entry.path)))
        level = below


def _imports_excore(path: str) -> bool:
    try:
        with open_regular(path) as file:
            return _IMPORT.search(file.read(SEARCH["bytes"])) is not None
    except OSError:
        return False
