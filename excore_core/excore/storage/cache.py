"""Where a workspace keeps what is computed for it, which folders are its own, and how files are written.

A folder that is made here carries a mark which names the folder itself: a copy of the mark, or one that came with a
repository, is none. Only folders with their mark are ever removed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from excore.lang.source import OWN_LIMIT, read_bytes
from excore.storage.atomic_write import NotOurs, is_inside, write_text

OWNER_FILE = "workspace.json"
TAG_FILE = "CACHEDIR.TAG"
INDEX = "index"
"""The folder in the user's cache base that holds what is read from sources; no workspace has it."""
_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This is a cache folder of ExCore; `excore clear-cache` removes it.
# About such tags see https://bford.info/cachedir/
"""
_NAMES = re.compile(
    r"workspace\.json|CACHEDIR\.TAG|registry_(?:cache|dump)\.(?:json|pkl)(?:\.lock)?|excore_schema\.json"
    r"|class_mapping\.json|hub|[0-9a-f]{6}_.+|\..+\.[0-9a-f]{12}"
)


class Mark(NamedTuple):
    """What a folder's mark says: the workspace it was made for, and the folder's own identity."""

    root: str
    folder: str
    inode: int


def user_base() -> str:
    """The folder for the caches of all workspaces of this user."""
    caches = os.environ.get("XDG_CACHE_HOME", "")
    caches = caches if os.path.isabs(caches) else os.path.expanduser("~/.cache")
    return os.path.join(caches, "excore") if os.path.isabs(caches) else _base_of_the_homeless()


def _base_of_the_homeless() -> str:
    """A folder among the temporary files for a user without a home; one that cannot be where somebody else has it."""
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = os.path.join(tempfile.gettempdir(), f"excore-{user}")
    taken = os.path.lexists(folder) and os.lstat(folder).st_uid != user
    return os.path.join(os.devnull, "excore") if taken else folder


def cache_dir(root: Path, base: Path) -> Path:
    """The folder under ``base`` for the workspace at ``root``: its name, with ``_1``, ``_2`` ... if something else has
    it.

    Nothing is created; ``claim`` makes the folder this workspace's own.
    """
    root = root.resolve()
    name = root.name or "root"
    suffix = 1 if name == INDEX else 0
    while True:
        candidate = base / (f"{name}_{suffix}" if suffix else name)
        mark = _named(candidate)
        if mark is None:
            if not os.path.lexists(candidate) or _is_older(candidate, root):
                return candidate
        elif mark.root == str(root):
            return candidate
        suffix += 1


def read_mark(folder: str | os.PathLike[str]) -> Mark | None:
    """The mark of a folder that excore made; None for any other, for a copy of one, and for a link to one."""
    mark = _named(folder)
    return mark if mark is not None and mark.inode == os.lstat(folder).st_ino else None


def _named(folder: str | os.PathLike[str]) -> Mark | None:
    """The mark of a folder that it names by its path. Some file systems give a folder another inode with each mount:
    such a folder may be used, and is not removed."""
    try:
        data = _owner(Path(folder))
        mark = Mark(data["root"], data["folder"], data["inode"])
        itself = stat.S_ISDIR(os.lstat(folder).st_mode) and mark.folder == os.path.realpath(folder)
    except (OSError, ValueError, KeyError):
        return None
    return mark if itself and isinstance(mark.root, str) else None


def claim(folder: Path, root: Path) -> None:
    """Make ``folder`` and mark it as made for the workspace at ``root``; nothing is to do for a folder that has its
    mark.

    Raises ``NotOurs`` for a folder that is there and was not made by excore, OSError if it cannot be made. A folder of
    an older version in the user's own cache base gets its mark.
    """
    folder = Path(os.path.realpath(folder))
    while read_mark(folder) is None:
        if not os.path.lexists(folder):
            _make(folder, root)
        elif _is_older(folder, root.resolve()):
            _write_mark(folder, folder, root)
        elif _named(folder) is not None:
            return
        else:
            raise NotOurs(f"{folder} was not made by excore, so nothing is kept in it; name one that does not exist")


def remove(folder: str, root: str = "") -> None:
    """Remove a folder that ``claim`` made, for the workspace at ``root`` if that is given, with all it holds.

    Raises ``NotOurs`` for any other folder, OSError if it cannot be removed. Links in it are not followed.
    """
    path = os.path.realpath(folder)
    mark = read_mark(path)
    if mark is None:
        raise NotOurs(
            f"{path} is not removed: it carries no mark of excore that fits it, so something else made it, or an older "
            "version did; if it is a cache, remove it yourself"
        )
    if root and mark.root != os.path.realpath(root):
        raise NotOurs(f"{path} is not removed: it is the cache of the project at {mark.root}")
    for precious in (root or mark.root, os.getcwd(), os.path.expanduser("~")):
        if is_inside(precious, path):
            raise NotOurs(f"{path} is not removed: it holds {precious}")
    _remove_marked(path, mark)


def _remove_marked(path: str, mark: Mark) -> None:
    import shutil

    # moved away first: what takes its place meanwhile, and whatever somebody puts there, stays
    aside = f"{path}.{secrets.token_hex(6)}"
    os.rename(path, aside)
    try:
        if os.lstat(aside).st_ino != mark.inode:
            raise NotOurs(f"{path} is not removed: it is another folder now")
        shutil.rmtree(aside)
    except OSError:
        if not os.path.lexists(path):
            os.rename(aside, path)
        raise


def _make(folder: Path, root: Path) -> None:
    """Make the folder with its mark in it, at once for all who look; somebody else may be faster."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}")
    temporary.mkdir()
    try:
        _write_mark(temporary, folder, root)
        if not os.path.lexists(folder):
            os.rename(temporary, folder)
    except OSError:
        if not os.path.lexists(folder):
            raise
    finally:
        if temporary.exists():
            for name in (OWNER_FILE, TAG_FILE):
                (temporary / name).unlink(missing_ok=True)
            temporary.rmdir()


def _write_mark(folder: Path, final: Path, root: Path) -> None:
    mark = Mark(str(root.resolve()), str(final), os.lstat(folder).st_ino)
    write_text(folder / TAG_FILE, _TAG)
    write_text(folder / OWNER_FILE, json.dumps(mark._asdict(), indent=1) + "\n")


def _is_older(folder: Path, root: Path) -> bool:
    """Whether a folder in the user's cache base is what a version without marks made for the workspace at ``root``."""
    if folder.is_symlink() or folder.name == INDEX or os.path.realpath(folder.parent) != os.path.realpath(user_base()):
        return False
    try:
        if any(not _NAMES.fullmatch(entry.name) or entry.is_symlink() for entry in os.scandir(folder)):
            return False
        return bool(_owner(folder)["root"] == str(root))
    except (FileNotFoundError, KeyError):
        return True
    except (OSError, ValueError):
        return False


def _owner(folder: Path) -> dict[str, Any]:
    """The object in the mark of a folder. Raises OSError, ValueError."""
    path = folder / OWNER_FILE
    if path.is_symlink():
        raise ValueError("no file")
    data = json.loads(read_bytes(path, 65536))
    if not isinstance(data, dict):
        raise ValueError("no mark")
    return data


def is_unmarked_cache(folder: str) -> bool:
    """Whether a folder without a mark holds what caches hold and nothing else, as one of an older version does."""
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except OSError:
        return False
    return bool(names) and all(map(_NAMES.fullmatch, names)) and read_mark(folder) is None


def refuse_foreign(path: Path, is_ours: Callable[[Any], bool]) -> None:
    """Raise ``NotOurs`` for a file that may not be replaced: it is in no cache folder and ``is_ours`` refuses its JSON.

    A project file may name any file for what commands write.
    """
    if not os.path.lexists(path) or _named(os.path.dirname(os.path.realpath(path))) is not None:
        return
    try:
        ours = is_ours(json.loads(read_bytes(path, OWN_LIMIT)))
    except (OSError, ValueError, RecursionError):
        ours = False
    if not ours:
        raise NotOurs(f"{path} was not written by excore and is not replaced; name another file")
