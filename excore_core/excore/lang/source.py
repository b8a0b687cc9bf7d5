"""Where texts come from: the only door between the language and the disk.

A source never raises for what users do to their files: a file that is gone, unreadable, not UTF-8, or too large is an
``Unreadable`` with the reason.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from excore.lang.syntax.decode import NotUtf8Error, decode

MAX_BYTES = 16_000_000
MAX_ITEMS = 400_000
"""Lines and items of lists in one file; each costs time and memory of its own, however short it is."""
OWN_LIMIT = 256_000_000
"""Of what excore itself wrote."""
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A regular file, to read its bytes. Never waits: pipes, devices and terminals raise OSError, as what cannot be
    opened does."""
    _refuse_special(os.stat(path))  # to open a pipe or a device already does something to it
    file = open(os.open(path, os.O_RDONLY | _NO_WAIT), "rb")  # noqa: SIM115 - the caller's
    try:
        _refuse_special(os.fstat(file.fileno()))
    except OSError:
        file.close()
        raise
    return file


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """All that ``open_regular`` gives; OSError, too, where that is more than ``limit``."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit / 1_000_000:g} MB")
    return data


def excess(text: str, limit: int = MAX_BYTES, items: int = MAX_ITEMS) -> str:
    """Why a text is too much to be read; "" for one that is read."""
    if len(text) > limit:
        return f"larger than {limit / 1_000_000:g} MB"
    if len(text) > items and max(text.count("\n"), text.count("\r")) + text.count(",") > items:
        return f"more than {items:,} lines and items of lists"
    return ""


MAX_DEPTH = 40


def folders_below(folder: str, leaves_out: Callable[[str], bool]) -> Iterator[tuple[str, list[str]]]:
    """Every folder from ``folder`` down, but for those of a name that ``leaves_out``, with its files' sorted names.
    Links to folders are not followed, and folders deeper than ``MAX_DEPTH`` not looked into."""
    pending = [(folder, 0)]
    while pending:
        here, depth = pending.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda entry: entry.name, reverse=True)
        except (OSError, ValueError):
            continue
        folders = [
            one for one in entries if one.is_dir(follow_symlinks=False) or (one.is_symlink() and os.path.isdir(one))
        ]
        names = {entry.name for entry in folders}
        yield here, [entry.name for entry in reversed(entries) if entry.name not in names]
        if depth < MAX_DEPTH:
            own = (entry for entry in folders if not entry.is_symlink() and not leaves_out(entry.name))
            pending.extend((entry.path, depth + 1) for entry in own)


def place_below(path: str, folder: str) -> tuple[tuple[bool, str], ...]:
    """What sorts files below a folder as ``folders_below`` finds them: those of a folder before its folders."""
    *folders, name = path[len(folder) :].strip(os.sep).split(os.sep)
    return (*((True, one) for one in folders), (False, name))


def _refuse_special(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")


class Unreadable(NamedTuple):
    """Why a file gives no text; ``missing`` if there is none at all. ``line`` and ``column``, from 0, are those of what
    cannot be read."""

    reason: str
    missing: bool = False
    line: int = 0
    column: int = 0


class Source(Protocol):
    """Reads files by absolute path."""

    def read(self, path: str) -> str | Unreadable:
        """The text of a file, line ends as they are, or why there is none."""
        ...  # pragma: no cover

    def stamp(self, path: str) -> object:
        """A value that changes when the file's text may have changed; None for no file."""
        ...  # pragma: no cover


@dataclass(frozen=True)
class Disk:
    """Files as they are on disk; those of more than ``limit`` bytes, or with ``excess``, are not read."""

    limit: int = MAX_BYTES

    def read(self, path: str) -> str | Unreadable:
        try:
            text = decode(read_bytes(path, self.limit))
            too_much = excess(text, self.limit)
            return Unreadable(too_much) if too_much else text
        except NotUtf8Error as error:
            return Unreadable(str(error), line=error.line, column=error.column)
        except (FileNotFoundError, NotADirectoryError):
            return Unreadable("no such file", missing=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Unreadable(reason[:1].lower() + reason[1:])
        except ValueError:
            return Unreadable("not a file name", missing=True)

    def stamp(self, path: str) -> object:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)


@dataclass(frozen=True)
class Memory:
    """Files given as texts; for tests and for virtual documents."""

    files: Mapping[str, str]

    def read(self, path: str) -> str | Unreadable:
        text = self.files.get(path)
        return Unreadable("no such file", missing=True) if text is None else text

    def stamp(self, path: str) -> object:
        return self.files.get(path)
