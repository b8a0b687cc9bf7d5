"""Which Python files a project has."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

SKIPPED = frozenset({"venv", "env", "node_modules", "__pycache__", "build", "dist", "site-packages", "__pypackages__"})
MAX_SIZE = 2_000_000
MAX_DEPTH = 40
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class Found(NamedTuple):
    """A Python file in the tree, with what its stat says."""

    path: str
    is_package: bool
    size: int
    mtime_ns: int


def walk(root: str, excludes: Sequence[str] = (), first: str = "") -> Iterator[Found]:
    """Python files below ``root``: ``__init__.py`` before its siblings, files before folders, ``first`` (a folder of
    ``root``) before the others. Hidden folders, virtual environments and build output are left out; a folder that is
    reached a second time through links, or cannot be read, is skipped."""
    yield from _walk(root, "", excludes, first, set(), 0)


def _walk(
    folder: str, relative: str, excludes: Sequence[str], first: str, seen: set[tuple[int, int]], depth: int
) -> Iterator[Found]:
    try:
        stat = os.stat(folder)
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError:
        return
    if (stat.st_dev, stat.st_ino) in seen or depth > MAX_DEPTH:
        return
    seen.add((stat.st_dev, stat.st_ino))
    names = {entry.name for entry in entries}
    if depth and "pyvenv.cfg" in names:
        return
    folders: list[os.DirEntry[str]] = []
    files: list[Found] = []
    for entry in entries:
        below = f"{relative}/{entry.name}" if relative else entry.name
        try:
            if entry.name.endswith(".py"):
                if entry.is_file() and not _excluded(below, excludes):
                    info = entry.stat()
                    is_package = entry.name == "__init__.py"
                    files.append(Found(entry.path, is_package, info.st_size, info.st_mtime_ns))
            elif entry.is_dir() and not _skipped(entry.name) and not _excluded(below, excludes):
                folders.append(entry)
        except OSError:
            continue
    files.sort(key=lambda found: not found.is_package)
    yield from files
    folders.sort(key=lambda entry: not depth and entry.name != first)
    for entry in folders:
        below = f"{relative}/{entry.name}" if relative else entry.name
        yield from _walk(entry.path, below, excludes, first, seen, depth + 1)


def _skipped(name: str) -> bool:
    return name.startswith(".") or name in SKIPPED or name.endswith(".egg-info")


def _excluded(relative: str, excludes: Sequence[str]) -> bool:
    return any(fnmatch(relative, pattern) or relative == pattern.rstrip("/") for pattern in excludes)


def belongs(path: str, root: str) -> bool:
    """Whether a file that may not be there yet is one that ``walk`` would find below ``root``."""
    try:
        parts = Path(path).relative_to(root).parts
    except ValueError:
        return False
    return bool(parts) and parts[-1].endswith(".py") and not any(_skipped(part) for part in parts[:-1])


def aliases(modules: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Names that a module may be imported by when a folder above it is on Python's path, as that of a script is, and
    the modules each may mean. Names that belong to Python are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for module in modules:
        parts = module.split(".")
        for index in range(1, len(parts)):
            if parts[index] not in sys.stdlib_module_names:
                short = ".".join(parts[index:])
                found[short] = (*found.get(short, ()), module)
    return found


def places(modules: Mapping[str, str], root: str) -> dict[str, str]:
    """Modules whose import path is not that of their place below ``root``, by the latter."""
    found: dict[str, str] = {}
    for module, path in modules.items():
        relative = path[len(root) :].strip(os.sep)[:-3].removesuffix("__init__").strip(os.sep)
        place = relative.replace(os.sep, ".")
        if place != module:
            found[place] = module
    return found


def read(path: str) -> bytes | None:
    """Content of a file, ``None`` if it cannot be read or is larger than any source worth reading."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_SIZE + 1)
    except (OSError, ValueError):
        return None
    return data if len(data) <= MAX_SIZE else None


def decode(data: bytes) -> str:
    """Text of a Python file; bytes that are wrong in its encoding are replaced."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for line in data.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            try:
                return data.decode(cookie[1].decode("ascii"), "replace")
            except (LookupError, UnicodeDecodeError):
                break
    return data.decode("utf-8", "replace")


def locate(module: str, search_paths: Sequence[str]) -> tuple[str, bool] | None:
    """The source file of an installed module and whether it is a package."""
    relative = module.replace(".", os.sep)
    for folder in search_paths:
        base = os.path.join(folder, relative)
        package = os.path.join(base, "__init__.py")
        if os.path.isfile(package):
            return package, True
        if os.path.isfile(f"{base}.py"):
            return f"{base}.py", False
    return None


def standard(module: str) -> tuple[str, bool] | None:
    """As ``locate``, of a module of Python's standard library that is written in Python."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    return locate(module, (sysconfig.get_path("stdlib"),))
