"""Where the packages are that a project uses, found by looking at the disk: no interpreter is ever started."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from glob import escape, glob
from pathlib import Path

from excore.lang.source import read_bytes

_SITES = (
    ("lib", "python3*", "site-packages"),
    ("lib64", "python3*", "site-packages"),
    ("lib", "python3.*", "dist-packages"),
    ("lib", "python3", "dist-packages"),  # Debian's, for all versions
    ("Lib", "site-packages"),
)
_VERSION = re.compile(r"python3\.?(\d*)")


def search_paths(root: str, interpreter: str = "", environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Folders of installed packages: of the interpreter given, else of the virtual environment in the nearest folder
    from ``root`` upwards, else of the active one, else of the Python that runs this. Folders of the project itself are
    none of them.

    ``interpreter`` is the path of a Python or of its environment, absolute or from ``root``.
    """
    for prefix in _prefixes(root, interpreter, environment):
        folders = site_folders(prefix)
        if folders:
            own = os.path.join(os.path.abspath(root), "")
            inside = os.path.join(os.path.abspath(prefix), "")
            return tuple(
                folder
                for folder in folders
                if folder.startswith(inside) or not os.path.join(folder, "").startswith(own)
            )
    return ()


def _prefixes(root: str, interpreter: str, environment: Mapping[str, str]) -> Iterator[str]:
    if interpreter:
        chosen = os.path.normpath(os.path.join(root, os.path.expanduser(interpreter)))
        if os.path.isdir(chosen):
            yield chosen
        else:
            folder = os.path.dirname(chosen)  # conda keeps python.exe at the top of an environment
            top = any(os.path.isdir(os.path.join(folder, name)) for name in ("conda-meta", "Lib"))
            yield folder if top else os.path.dirname(folder)
    own = Path(root).absolute()
    for place in (own, *own.parents):
        for name in (".venv", "venv"):
            if (place / name / "pyvenv.cfg").exists():
                yield str(place / name)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environment.get(variable):
            yield environment[variable]
    yield sys.prefix


def site_folders(prefix: str) -> tuple[str, ...]:
    """Folders of installed packages below the prefix of a Python, the newest version's where there are several.

    Follows ``include-system-site-packages`` of virtual environments and the folders named in ``.pth`` files.
    """
    settings = _settings(os.path.join(prefix, "pyvenv.cfg"))
    prefixes = [prefix]
    if settings.get("include-system-site-packages", "").casefold() == "true" and "home" in settings:
        prefixes.append(os.path.dirname(settings["home"]))
    folders: dict[str, str] = {}  # by real path: lib64 often is a link to lib
    for each in prefixes:
        for pattern in _SITES:
            for folder in sorted(glob(os.path.join(escape(each), *pattern)), key=_version)[-1:]:
                folders.setdefault(os.path.realpath(folder), folder)
                for linked in _linked(folder):
                    folders.setdefault(os.path.realpath(linked), linked)
    return tuple(folders.values())


def _version(folder: str) -> int:
    match = _VERSION.fullmatch(os.path.basename(os.path.dirname(folder)))
    return int(match[1] or 0) if match is not None else 0


def _settings(path: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in _lines(path)]
    return {name.strip().casefold(): value.strip() for name, _, value in pairs}


def _lines(path: str) -> list[str]:
    try:
        return read_bytes(path, 65536).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _linked(folder: str) -> Iterator[str]:
    """Folders that the ``.pth`` files of a folder add; their ``import`` lines are passed over."""
    for path in sorted(glob(os.path.join(escape(folder), "*.pth"))):
        for line in _lines(path):
            if line.strip() and not line.startswith(("#", "import ", "import\t")):
                target = os.path.join(folder, line.strip())
                if os.path.isdir(target):
                    yield os.path.abspath(target)
