"""Where texts come from: the only door between the language and the disk.

A source never raises for what users do to their files: a file that is gone, unreadable, not UTF-8, or too large is an
``Unreadable`` with the reason.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from excore.lang.syntax.decode import NotUtf8Error, decode

MAX_BYTES = 64 * 1024 * 1024


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


class Disk:
    """Files as they are on disk."""

    def read(self, path: str) -> str | Unreadable:
        try:
            if stat.S_ISFIFO(os.stat(path).st_mode):
                return Unreadable("not a regular file")  # to open it would wait for a writer
            with open(path, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return Unreadable("no such file", missing=True)
        except OSError as error:
            return Unreadable((error.strerror or type(error).__name__).lower())
        except ValueError:
            return Unreadable("not a file name", missing=True)
        if len(data) > MAX_BYTES:
            return Unreadable(f"larger than {MAX_BYTES // (1024 * 1024)} MB")
        try:
            return decode(data)
        except NotUtf8Error as error:
            return Unreadable(str(error), line=error.line, column=error.column)

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
