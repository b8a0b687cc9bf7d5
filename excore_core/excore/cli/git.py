"""Files as a revision of a git repository has them."""

from __future__ import annotations

import os
import subprocess

from excore.lang.source import Disk, Unreadable


class NoRevision(Exception):
    """There is no repository, no such revision, or no git."""


class Revision:
    """A source that reads the files of one commit; what lies outside of the repository comes from the disk."""

    def __init__(self, folder: str, revision: str) -> None:
        """Raises ``NoRevision``."""
        self.top = os.path.realpath(_git(folder, "rev-parse", "--show-toplevel").strip())
        self.commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        self.commit = self.commit.strip()
        listed = _git(self.top, "ls-tree", "-r", "-z", "--name-only", "--full-tree", self.commit)
        self._names = frozenset(listed.split("\0"))
        self._disk = Disk()

    def read(self, path: str) -> str | Unreadable:
        """The text of a file in the commit."""
        name = self._name(path)
        if name is None:
            return self._disk.read(path)
        missing = Unreadable(f"not in {self.commit[:10]}", missing=True)
        if name not in self._names:
            return missing
        try:
            data = _run(self.top, "cat-file", "blob", f"{self.commit}:{name}")
        except NoRevision:
            return missing
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return Unreadable("not UTF-8")

    def stamp(self, path: str) -> object:
        """A commit does not change, so whether there is such a file is all that counts."""
        name = self._name(path)
        if name is None or name == ".git":
            return self._disk.stamp(path)
        return self.commit if name in self._names else None

    def _name(self, path: str) -> str | None:
        """The path inside the repository; None if it is outside."""
        folder, last = os.path.split(path)
        name = os.path.relpath(os.path.join(os.path.realpath(folder), last), self.top)
        return None if name.startswith(os.pardir) else name.replace(os.sep, "/")


def _git(folder: str, *arguments: str) -> str:
    return _run(folder, *arguments).decode("utf-8", "surrogateescape")


def _run(folder: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=False)
    except OSError as error:
        raise NoRevision("git cannot be run") from error
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise NoRevision(message or "there is no such revision")
    return done.stdout
