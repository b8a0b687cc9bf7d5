"""What jedi found out about packages, on disk, so that it is asked once only: a file for each project and environment.

An answer counts as long as the files it was read from are what they were. The file is replaced whole, and what is wrong
with it costs no more than asking again.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from excore import __version__
from excore.index.facts_cache import default_folder
from excore.index.python_files import digest
from excore.lang.catalog import Entry
from excore.lang.entry_json import entry_from_json, entry_to_json
from excore.lang.source import OWN_LIMIT, read_bytes
from excore.storage.atomic_write import write_text

FORMAT = 1
LARGEST = 8_000_000
"""Bytes above which only the answers of this session are kept."""

Stamp: TypeAlias = "list[int] | None"
_dump = partial(json.dumps, separators=(",", ":"))


def stamp(path: str) -> Stamp:
    """What tells a file or folder from what it was before; None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size]


class AnswerCache:
    """The answers of a project. ``sites`` are its environment's folders of packages: whatever is installed into one or
    removed from it makes all answers old. ``folder`` replaces the user's cache folder."""

    def __init__(self, root: str, sites: Iterable[str], folder: str | os.PathLike[str] | None = None) -> None:
        self._sites = tuple(sites)
        key = "\n".join(("packages", os.path.abspath(root), *self._sites))
        name = f"{digest(key.encode('utf-8', 'surrogatepass'))}.packages.json"
        self.path = (Path(folder) if folder is not None else default_folder()) / name
        self._loaded: dict[str, Any] | None = None
        self._new: dict[str, Any] = {}

    def get(self, path: str) -> Entry | None:
        """The answer for an import path, if it is known and still right."""
        if self._loaded is None:
            self._loaded = self._read()
        try:
            item = self._loaded[path]
            if any(stamp(file) != seen for file, seen in item["files"].items()):
                return None
            return entry_from_json(item["entry"])
        except (LookupError, ValueError, TypeError, AttributeError):
            return None

    def put(self, path: str, entry: Entry, files: Mapping[str, Stamp]) -> None:
        """Note an answer and the files it was read from, as they were then."""
        self._new[path] = {"files": dict(files), "entry": entry_to_json(entry)}

    def save(self) -> bool:
        """Write what is new, with what others wrote meanwhile; whether the file could be written."""
        if not self._new:
            return True
        written = self._read()
        body = _dump({**written, **self._new})
        if len(body) > LARGEST:
            body = _dump(self._new)
        head = _dump({**self._state(), "checksum": zlib.crc32(body.encode())})
        try:
            write_text(self.path, f"{head}\n{body}\n")
        except OSError:
            return False
        return True

    def _read(self) -> dict[str, Any]:
        try:
            head, _, body = read_bytes(self.path, OWN_LIMIT).partition(b"\n")
            header = json.loads(head)
            checksum = header.pop("checksum")
            if header != self._state() or checksum != zlib.crc32(body.rstrip(b"\n")):
                return {}
            answers = json.loads(body)
            return answers if isinstance(answers, dict) else {}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return {}

    def _state(self) -> dict[str, Any]:
        return {
            "version": [FORMAT, __version__, *sys.version_info[:2]],
            "sites": [[folder, (stamp(folder) or [0])[0]] for folder in self._sites],
        }
