"""Which Python files a project has."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import sys
import sysconfig
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from excore.lang.project.foreign import holds_no_source
from excore.lang.project.reading import is_vast
from excore.lang.source import MAX_DEPTH, place_below, read_bytes
from excore.storage.atomic_write import is_inside

MAX_SIZE = 2_000_000
_NO_SOURCE = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
"""Encodings that Python knows and that nobody writes sources in."""
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class PythonFile(NamedTuple):
    """A Python file as its stat describes it; ``size`` is -1 where there is none."""

    path: str
    size: int
    mtime_ns: int


def is_package(path: str) -> bool:
    """Whether a file stands for the folder that it is in."""
    return os.path.basename(path) == "__init__.py"


def stat(path: str) -> PythonFile:
    """The file ``path`` as it is on disk now."""
    try:
        info = os.stat(path)
    except OSError:
        return PythonFile(path, -1, 0)
    return PythonFile(path, info.st_size, info.st_mtime_ns)


def walk(root: str, excludes: Sequence[str] = (), first: str = "") -> Iterator[PythonFile]:
    """Python files below ``root``: ``__init__.py`` before its siblings, files before folders, ``first`` (a folder of
    ``root``) before the others. Hidden folders, virtual environments and build output are left out; a folder
    that cannot be read, that is reached a second time or is found without the link to it, is skipped."""
    yield from _walk(root, "", root, excludes, first, set())


def _walk(
    folder: str, prefix: str, root: str, excludes: Sequence[str], first: str, seen: set[tuple[int, int]]
) -> Iterator[PythonFile]:
    depth = prefix.count("/")
    try:
        info = os.stat(folder)
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError:
        return
    if (info.st_dev, info.st_ino) in seen or depth > MAX_DEPTH:
        return
    seen.add((info.st_dev, info.st_ino))
    if depth and any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    folders: list[os.DirEntry[str]] = []
    files: list[PythonFile] = []
    for entry in entries:
        try:
            if entry.name.endswith(".py"):
                if entry.is_file() and not _excluded(prefix + entry.name, excludes):
                    info = entry.stat()
                    files.append(PythonFile(entry.path, info.st_size, info.st_mtime_ns))
            elif entry.is_dir() and not holds_no_source(entry.name) and not _excluded(prefix + entry.name, excludes):
                if not entry.is_symlink() or not (
                    _holds(os.path.realpath(entry.path), folder) or _without_links(entry.path, root, excludes)
                ):
                    folders.append(entry)
        except OSError:
            continue
    yield from sorted(files, key=lambda file: not is_package(file.path))
    for entry in sorted(folders, key=lambda entry: not depth and entry.name != first):
        yield from _walk(entry.path, f"{prefix}{entry.name}/", root, excludes, first, seen)


def place(path: str, root: str, first: str = "") -> tuple[tuple[bool, bool, str], ...]:
    """What sorts files as ``walk`` gives them."""
    *folders, (_, name) = place_below(path, root)
    inner = ((True, number > 0 or folder != first, folder) for number, (_, folder) in enumerate(folders))
    return (*inner, (False, not is_package(path), name))


def _holds(target: str, folder: str) -> bool:
    """Whether a link in ``folder`` leads to what is much more than the project: a folder above, or the user's home."""
    return is_inside(folder, target) or is_vast(target)


def _excluded(relative: str, excludes: Sequence[str]) -> bool:
    return any(fnmatch(relative, pattern) or relative == pattern.rstrip("/") for pattern in excludes)


def found_as(path: str, root: str, excludes: Sequence[str] = ()) -> str:
    """The path at which ``walk`` would find below ``root`` a file that may not be there yet; "" if it would not."""
    folder, name = os.path.split(path)
    folder = _without_links(folder, root, excludes) or folder
    below = _below(folder, root)
    if below is None or not name.endswith(".py") or not _is_searched(below, root, excludes):
        return ""
    return "" if _excluded("/".join((*below, name)), excludes) else os.path.join(folder, name)


def _without_links(folder: str, root: str, excludes: Sequence[str]) -> str:
    """Where ``walk`` finds what a folder really is; "" if only a link leads there."""
    below = _below(os.path.realpath(folder), os.path.realpath(root))
    return os.path.join(root, *below) if below is not None and _is_searched(below, root, excludes) else ""


def _below(folder: str, root: str) -> tuple[str, ...] | None:
    path = Path(folder)
    return path.relative_to(root).parts if path.is_relative_to(root) else None


def _is_searched(below: tuple[str, ...], root: str, excludes: Sequence[str]) -> bool:
    """Whether ``walk`` looks into a folder ``below`` its root."""
    return len(below) <= MAX_DEPTH and not any(
        holds_no_source(below[number])
        or _excluded("/".join(below[: number + 1]), excludes)
        or os.path.lexists(os.path.join(root, *below[: number + 1], "pyvenv.cfg"))
        for number in range(len(below))
    )


def short_names(modules: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Names that a module may be imported by when a folder above it is on Python's path, as that of a script is, and
    the modules each may mean. Names that belong to Python are left out."""
    modules_by_name: dict[str, tuple[str, ...]] = {}
    for module in modules:
        parts = module.split(".")
        for index in range(1, len(parts)):
            if parts[index] not in sys.stdlib_module_names:
                name = ".".join(parts[index:])
                modules_by_name[name] = (*modules_by_name.get(name, ()), module)
    return modules_by_name


def names_below_root(modules: Mapping[str, str], root: str) -> dict[str, str]:
    """The modules whose import path is not that of their place below ``root``, by the latter; ``modules`` are paths by
    import path."""
    names: dict[str, str] = {}
    for module, path in modules.items():
        relative = path[len(root) :].strip(os.sep)[:-3].removesuffix("__init__").strip(os.sep)
        name = relative.replace(os.sep, ".")
        if name != module:
            names[name] = module
    return names


def read(path: str) -> bytes | None:
    """Content of a file, ``None`` if it cannot be read or is larger than any source worth reading."""
    try:
        return read_bytes(path, MAX_SIZE)
    except (OSError, ValueError):
        return None


def digest(data: bytes) -> str:
    """Identity of a content."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


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
                codec = codecs.lookup(cookie[1].decode("ascii"))
                return data.decode(codec.name if codec.name not in _NO_SOURCE else "utf-8", "replace")
            except (LookupError, ValueError):  # none, or one that is not for text
                break
    return data.decode("utf-8", "replace")


def locate(module: str, search_paths: Sequence[str]) -> str | None:
    """The source file of a module that is installed in one of some folders, None if there is none."""
    relative = module.replace(".", os.sep)
    for folder in search_paths:
        for path in (os.path.join(folder, relative, "__init__.py"), os.path.join(folder, f"{relative}.py")):
            if os.path.isfile(path):
                return path
    return None


def locate_standard(module: str) -> str | None:
    """As ``locate``, of a module of Python's standard library that is written in Python."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    return locate(module, (sysconfig.get_path("stdlib"),))
