"""One run of a sweep, as a program of its own: ``python one_run.py FOLDER COMMAND...`` with the standard library alone.

It holds a lock as long as the run goes on, also if whoever started it has died, and writes at the end how it ended,
whole or not at all. Started again, it waits for the first and does nothing, or runs what was interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import IO, Any

ENDED, LOG, METRICS, STOP, LOCK = "ended.json", "log.txt", "metrics.jsonl", "stop", "lock"
VARIABLE = "EXCORE_RUN"


def _hold(lock: IO[str]) -> None:
    """Wait until nobody else runs this."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        while True:
            try:
                return msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,no-any-return]
            except OSError:  # after ten seconds
                continue
    return fcntl.flock(lock, fcntl.LOCK_EX)


def _stopped(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def run(folder: str, command: list[str]) -> int:
    """The exit code of the run: of now, or of when it ended. ``KeyboardInterrupt`` if it is stopped, and has no end."""
    ended = os.path.join(folder, ENDED)
    with open(os.path.join(folder, LOCK), "a") as lock:
        _hold(lock)
        if os.path.exists(ended):
            with open(ended, encoding="utf-8") as file:
                return int(json.load(file)["code"])
        for name in (METRICS, STOP):
            if os.path.exists(os.path.join(folder, name)):
                os.unlink(os.path.join(folder, name))
        start = time.time()
        code = _call(folder, command, lock)
        with open(f"{ended}.new", "w", encoding="utf-8") as file:
            json.dump({"code": code, "start": start, "seconds": time.time() - start}, file)
        os.replace(f"{ended}.new", ended)
        return code


def _call(folder: str, command: list[str], lock: IO[str]) -> int:
    more: dict[str, Any] = {} if os.name == "nt" else {"pass_fds": (lock.fileno(),)}
    more["env"] = {**os.environ, VARIABLE: os.path.abspath(folder)}
    with open(os.path.join(folder, LOG), "wb") as log:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more)
        except OSError as error:
            log.write(f"{command[0]}: {error.strerror}\n".encode())
            return 127
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stopped)
    try:
        sys.exit(run(sys.argv[1], sys.argv[2:]) & 255)
    except KeyboardInterrupt:
        sys.exit(130)
