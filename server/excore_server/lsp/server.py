"""The process: standard streams, the loop, the end. One server serves one client."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from excore_server.lsp.lifecycle import Lifecycle
from excore_server.lsp.session.session import Session
from excore_server.lsp.transport.protocol import ExcoreProtocol
from excore_server.lsp.transport.wire import Reader, Writer

if TYPE_CHECKING:
    from excore_server.lsp.transport.recorder import Recorder

PARENT_CHECK_SECONDS = 5.0

log = logging.getLogger("excore_server")


class Server:
    """The server on the two descriptors that are the protocol's alone."""

    def __init__(self, recorder: Recorder | None = None) -> None:
        self.protocol = ExcoreProtocol()
        self.recorder = recorder

    def serve(self, stdin: int, stdout: int) -> int:
        """Serve until the client says ``exit``, closes stdin, or is gone; the exit code of the process."""
        return asyncio.run(self._serve(stdin, stdout))

    async def _serve(self, stdin: int, stdout: int) -> int:
        ended = asyncio.Event()
        recorder = self.recorder
        deliver: Callable[[Any], None] = self.protocol.deliver
        if recorder is None:
            writer = Writer(stdout)
        else:
            writer = _recording_writer(stdout, recorder)
            deliver = _recording(recorder, deliver)
        reader = Reader(stdin, deliver)
        lifecycle = Lifecycle(Session(self.protocol), ended.set)
        self.protocol.connect(lifecycle, writer, reader.cancelled, ended.set)
        handler = _ToClient(self.protocol)
        log.addHandler(handler)
        reader.start()
        try:
            while not ended.is_set():
                try:
                    await asyncio.wait_for(ended.wait(), PARENT_CHECK_SECONDS)
                except asyncio.TimeoutError:
                    if lifecycle.parent is not None and not is_alive(lifecycle.parent):
                        log.warning("the process that started this server is gone")
                        return 1
        finally:
            log.removeHandler(handler)
            writer.close()
            if recorder is not None:
                recorder.close()
        return lifecycle.exit_code


def _recording_writer(descriptor: int, recorder: Recorder) -> Writer:
    from excore_server.lsp.transport.recorder import RecordingWriter

    return RecordingWriter(descriptor, recorder)


def _recording(recorder: Recorder, deliver: Callable[[Any], None]) -> Callable[[Any], None]:
    def record_and_deliver(message: Any) -> None:
        recorder.received(message)
        deliver(message)

    return record_and_deliver


def is_alive(process: int) -> bool:
    """Whether a process exists. On Windows, where asking would interrupt it, always: there the end of stdin tells."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


class _ToClient(logging.Handler):
    """Warnings and errors also reach the client's log, without tracebacks."""

    def __init__(self, protocol: ExcoreProtocol) -> None:
        super().__init__(logging.WARNING)
        self.protocol = protocol

    def emit(self, record: logging.LogRecord) -> None:
        kind = 1 if record.levelno >= logging.ERROR else 2
        self.protocol.notify("window/logMessage", {"type": kind, "message": f"excore-server: {record.getMessage()}"})


class JsonLines(logging.Formatter):
    """A log record as one line of JSON; what was given as ``extra={"fields": ...}`` is in it by name."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def main(level: str, log_file: str | None = None, json_log: str | None = None, record: str | None = None) -> int:
    """Serve on stdin and stdout. Whatever else this process prints, in Python or below it, goes to stderr.

    ``log_file`` is a log to read, ``json_log`` one of JSON lines with every answer in it, ``record`` a recording.
    Raises ``OSError`` if one of them cannot be written.
    """
    usual: logging.Handler = logging.FileHandler(log_file, encoding="utf-8") if log_file else logging.StreamHandler()
    usual.setLevel(level.upper())
    usual.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    targets = [usual]
    if json_log:
        targets.append(logging.FileHandler(json_log, encoding="utf-8"))
        targets[-1].setFormatter(JsonLines())
    recorder = None
    if record:
        from excore_server.lsp.transport.recorder import Recorder

        recorder = Recorder(record)
    stdin, stdout = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    logging.basicConfig(level=level.upper(), handlers=targets, force=True)
    if json_log:
        log.setLevel(logging.DEBUG)
    return Server(recorder).serve(stdin, stdout)
