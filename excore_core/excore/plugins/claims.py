"""Which process made a folder, and whether it has it for itself, among processes that may share it.

A claim is a hidden file beside the folder, made before it. Whoever comes to a folder that is there already takes the
claim away. So as long as the maker finds its own claim, nobody else has come.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from excore.lang.source import read_bytes


class Claim:
    """The claim of this process on one folder, before it is made. With ``lasting`` it stands until ``release``."""

    def __init__(self, folder: Path, *, lasting: bool) -> None:
        self.folder = Path(os.path.abspath(folder))  # the current folder may change meanwhile
        self._lasting = lasting
        self._path = self.folder.with_name(f".{folder.name}.claim")
        self._token = f"{os.getpid()} {secrets.token_hex(8)}\n"
        self._process = os.getpid()

    def make(self, exist_ok: bool) -> bool:
        """Make the folder; whether this process made it. Raises FileExistsError if it exists, but for ``exist_ok``."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        alone = self._write()
        made = False
        try:
            self.folder.mkdir()
            made = True
        except FileExistsError:
            if not exist_ok or not self.folder.is_dir():
                raise
        finally:
            # a claim of another process is taken away for the folder that is shared with it
            if (alone and not (made and self._lasting)) or (not alone and (made or exist_ok)):
                self._path.unlink(missing_ok=True)
        return made

    def is_mine(self) -> bool:
        """Whether this is the process that made the claim, and none that it forked."""
        return os.getpid() == self._process

    def release(self) -> bool:
        """Take the claim back; whether it still stood: nobody else has come to the folder."""
        if not self.is_mine():
            return False
        # moved first, so that it is not mistaken for that of a process which comes just now
        moved = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            os.rename(self._path, moved)
        except OSError:
            return False
        is_own = read_bytes(moved) == self._token.encode()
        moved.unlink()
        return is_own

    def _write(self) -> bool:
        try:
            with open(self._path, "x", encoding="utf-8") as file:
                file.write(self._token)
        except FileExistsError:
            return False
        return True
