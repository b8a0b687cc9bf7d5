"""Files as a revision of a git repository has them."""

from __future__ import annotations

import os
import re

from excore.engine.git import read_repository
from excore.lang.source import Disk, Unreadable
from excore.lang.syntax.decode import NotUtf8Error, decode

_OBJECT = re.compile("[0-9a-f]{40,64}")


class NoRevision(Exception):
    """There is no repository, no such revision, or no git."""


class Revision:
    """A source that reads the files of one commit; what lies outside of the repository comes from the disk."""

    def __init__(self, folder: str, revision: str) -> None:
        """Raises ``NoRevision``."""
        self.top = os.path.realpath(_git(folder, "rev-parse", "--show-toplevel").removesuffix("\n"))
        self.commit = _commit(folder, revision)
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
            return decode(data)
        except NotUtf8Error as error:
            return Unreadable(str(error))

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


def _commit(folder: str, revision: str) -> str:
    try:
        words = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").split()
    except NoRevision as error:
        raise NoRevision("there is no such revision") from error
    if len(words) != 1 or not _OBJECT.fullmatch(words[0]):
        raise NoRevision("there is no such revision")
    return words[0]


def _git(folder: str, *arguments: str) -> str:
    return _run(folder, *arguments).decode("utf-8", "surrogateescape")


def _run(folder: str, *arguments: str) -> bytes:
    answer = read_repository(folder, *arguments)
    if answer.error:
        raise NoRevision(answer.error.splitlines()[0])
    return answer.output
