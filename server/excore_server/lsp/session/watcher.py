"""Files changed by others, found by looking: for clients that cannot watch files, and for files outside of all folders
that a client may watch."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from time import perf_counter, time_ns

from excore.lang.project.foreign import holds_no_config

SHORTEST = 0.4
SHARE = 0.02
"""At most this share of the time is spent on looking."""
_TICK_NS = 10_000_000
"""By how much the time of a file may lie behind the clock."""
_ENDINGS = (".py", ".toml")
_MOST_FILES = 50_000

Stamp = tuple[int, int]


def stamps(folder: str) -> dict[str, Stamp]:
    """Time and size of every Python and TOML file below a folder; links to folders are not followed."""
    return dict(_stamps(folder))


def _stamps(folder: str) -> Iterator[tuple[str, Stamp]]:
    pending = [folder]
    count = 0
    while pending and count < _MOST_FILES:
        try:
            with os.scandir(pending.pop()) as found:
                entries = list(found)
        except OSError:  # gone while it was looked at, or not ours to see
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not holds_no_config(entry.name):
                        pending.append(entry.path)
                elif entry.name.endswith(_ENDINGS):
                    status = entry.stat()
                    count += 1
                    yield entry.path, (status.st_mtime_ns, status.st_size)
            except OSError:  # a link to nowhere
                continue


def changed(before: dict[str, Stamp], now: dict[str, Stamp]) -> list[str]:
    """Paths that were made, written or deleted between two looks, sorted."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _stamp(path: str) -> dict[str, Stamp]:
    try:
        status = os.stat(path)
    except OSError:
        return {}
    return {path: (status.st_mtime_ns, status.st_size)}


class Watcher:
    """Looks again and again, in a thread of its own, and hands changed paths to ``found`` in that thread."""

    def __init__(self, found: Callable[[list[str]], None]) -> None:
        self.found = found
        self.since = time_ns() - _TICK_NS
        self.folders: tuple[str, ...] = ()
        self.files: tuple[str, ...] = ()
        self.thread: threading.Thread | None = None

    def watch(self, folders: tuple[str, ...], files: tuple[str, ...]) -> None:
        """Watch these folders and files from now on, and no others. A file is handed on when it is first seen, too, and
        in a folder what was written since there is a watcher: others may have read it before."""
        self.folders, self.files = folders, files
        if self.thread is None and (folders or files):
            self.thread = threading.Thread(target=self._run, name="excore-watch", daemon=True)
            self.thread.start()

    def old(self, found: dict[str, Stamp]) -> dict[str, Stamp]:
        """What was there before."""
        return {path: stamp for path, stamp in found.items() if stamp[0] < self.since}

    def _run(self) -> None:
        pause = threading.Event()
        seen: dict[str, dict[str, Stamp]] = {}
        while True:
            started = perf_counter()
            now = {folder: stamps(folder) for folder in self.folders}
            files = {file: _stamp(file) for file in self.files}
            paths = [path for folder in now for path in changed(seen.get(folder, self.old(now[folder])), now[folder])]
            paths += [path for file in files for path in changed(seen.get(file, {}), files[file])]
            now |= files
            seen = now
            if paths:
                self.found(list(dict.fromkeys(paths)))
            pause.wait(max(SHORTEST, (perf_counter() - started) / SHARE))
