"""Where a project begins of which no file says so: at the folder whose Python sources import excore."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from excore.lang.project.foreign import holds_no_source
from excore.lang.project.reading import MARKERS, is_vast
from excore.lang.source import open_regular

_DEEPEST, _MOST_FOLDERS, _MOST_FILES, _MOST_BYTES = 3, 400, 200, 16384
_ABOVE = 2
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+excore[\s.]|import[ \t]+excore(?:[\s.,;]|$))", re.MULTILINE)


def beginning_of(folder: str) -> str:
    """The folder of the project to which a folder belongs that has no project file above it: itself, if there is Python
    below it or a sign that a project begins there; else the nearest, a few levels above, whose sources import excore.

    What the editors' clients do in ``project.ts`` and ``project.lua``. Only the first files, not deep, are looked at.
    """
    if _is_marked(folder) or next(_python_files(folder), None) is not None:
        return folder
    above = folder
    for _ in range(_ABOVE):
        above = os.path.dirname(above)
        if is_vast(above) or above == os.environ.get("TMPDIR", "/tmp"):
            break
        if any(map(_imports_excore, islice(_python_files(above), _MOST_FILES))):
            return above
        if _is_marked(above):
            break
    return folder


def _is_marked(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, name)) for name in MARKERS)


def _python_files(folder: str) -> Iterator[str]:
    level, seen = [folder], 0
    for _ in range(_DEEPEST):
        below: list[str] = []
        for one in level[: _MOST_FOLDERS - seen]:
            seen += 1
            try:
                entries = sorted(os.scandir(one), key=lambda entry: entry.name)
            except OSError:
                continue
            yield from (entry.path for entry in entries if entry.name.endswith(".py") and os.path.isfile(entry))
            folders = (entry for entry in entries if entry.is_dir(follow_symlinks=False))
            below += (entry.path for entry in folders if not holds_no_source(entry.name))
        level = below


def _imports_excore(path: str) -> bool:
    try:
        with open_regular(path) as file:
            return _IMPORT.search(file.read(_MOST_BYTES)) is not None
    except OSError:
        return False
