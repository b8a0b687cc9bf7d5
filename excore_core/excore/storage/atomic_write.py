"""Files are replaced, never written in place."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from glob import escape
from pathlib import Path

_RANDOM = 6  # bytes in the name of a temporary file
_LONGEST = 3600.0
"""Seconds after which nobody writes a file any more."""


class NotOurs(OSError):
    """A file or folder that excore did not make, and must not replace, fill or remove. The text says why."""


def is_inside(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> bool:
    """Whether a path leads to the folder or below it, wherever links lead."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def write_text(path: Path, text: str, *, within: str = "") -> None:
    """Write ``text`` (UTF-8, newlines as they are) so that a reader sees the old file or the new one, never a part.

    Permissions of a file that is there stay; where a link leads is written, not the link, and so is a device. Where a
    folder ``within`` is given, raises ``NotOurs`` for what is not below it, or is no regular file.
    """
    import secrets
    from shutil import copymode

    target = Path(os.path.realpath(path))
    if within and not is_inside(target, within):
        raise NotOurs(f"{path} leads out of {within}, to {target}")
    if path.exists() and not path.is_file():
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if within:
            raise NotOurs(f"{path} is no regular file")
        with open(path, "w", encoding="utf-8", newline="") as device:
            device.write(text)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(_RANDOM)}")
    _remove_left_behind(target)
    try:
        with open(temporary, "x", encoding="utf-8", newline="") as file:
            file.write(text)
        if target.exists():
            copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_left_behind(target: Path) -> None:
    """Remove what processes that were killed while they wrote ``target`` left beside it."""
    import time

    for left in target.parent.glob(f".{escape(target.name)}.{'[0-9a-f]' * 2 * _RANDOM}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LONGEST:
                left.unlink()
