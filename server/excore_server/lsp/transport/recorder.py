"""Recordings of a session, for reports of defects: every message with its time, and the files it is about.

A recording is a file of JSON lines: first what recorded it, then ``{"file": path, "text": ...}`` for a file on disk as
it is from there on (null where it is gone), and ``{"time": seconds, "from": "client" or "server", "message": ...}``.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

from excore import __version__
from excore.lang.project.foreign import holds_no_config
from excore.lang.source import Disk, folders_below
from excore.tooling.uris import to_path
from excore_server.lsp.transport.wire import Writer

_DISK_CHANGED = ("textDocument/didSave", "workspace/didChangeWatchedFiles")


class Recorder:
    """Writes a recording; from any thread. Raises ``OSError`` where the file cannot be written."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - open as long as the process lives
        self._lock = threading.Lock()
        self._started = monotonic()
        self._write({"recorded_by": f"excore-server {__version__}", "python": sys.version.split()[0]})

    def received(self, message: Any) -> None:
        """A message of the client has arrived; texts that it speaks of are recorded before it."""
        if isinstance(message, dict):
            params = message.get("params")
            if isinstance(params, Mapping):
                self._texts(message.get("method"), params)
            self._message("client", message)

    def sent(self, text: str) -> None:
        """A message went to the client."""
        self._message("server", json.loads(text))

    def close(self) -> None:
        """The session has ended."""
        self._file.close()

    def _texts(self, method: object, params: Mapping[str, Any]) -> None:
        if method == "initialize":
            for folder in _folders(params):
                self._write({"folder": folder})
                for path in _files(folder):
                    self._text(path)
        elif method in _DISK_CHANGED:
            changes = params.get("changes") or [params.get("textDocument")]
            for uri in [one.get("uri") for one in changes if isinstance(one, Mapping)]:
                written = to_path(uri) if isinstance(uri, str) else None
                if written is not None and written.endswith((".py", ".toml")):
                    self._text(written)

    def _text(self, path: str) -> None:
        text = Disk().read(path)
        self._write({"file": path, "text": text if isinstance(text, str) else None})

    def _message(self, sender: str, message: Any) -> None:
        self._write({"time": round(monotonic() - self._started, 6), "from": sender, "message": message})

    def _write(self, line: object) -> None:
        with self._lock:
            if not self._file.closed:
                self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
                self._file.flush()


def _folders(params: Mapping[str, Any]) -> list[str]:
    given = params.get("workspaceFolders")
    listed = [one.get("uri") for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    paths = (to_path(uri) for uri in listed or [params.get("rootUri")] if isinstance(uri, str))
    return [path for path in paths if path is not None]


def _files(folder: str) -> Iterator[str]:
    for top, names in folders_below(folder, holds_no_config):
        yield from (os.path.join(top, name) for name in names if name.endswith((".py", ".toml")))


class RecordingWriter(Writer):
    """A writer whose messages are recorded."""

    def __init__(self, descriptor: int, recorder: Recorder) -> None:
        super().__init__(descriptor)
        self.recorder = recorder

    def send_text(self, text: str) -> None:
        """Record and send one message."""
        self.recorder.sent(text)
        super().send_text(text)
