"""One run of a sweep, as a program of its own: ``python one_run.py FOLDER COMMAND...`` with the standard library alone.
Without arguments it does one after another: each line of its input is ``[FOLDER, COMMAND...]``, and is answered by one.

It holds a lock as long as the run goes on, also if whoever started it has died, and writes at the end how it ended,
whole or not at all. Started again, it waits for the first and does nothing, or runs what was interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
import time

TYPE_CHECKING = False  # each import counts: this starts once for each run
if TYPE_CHECKING:
    from typing import IO

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
    """The exit code of the run, 0 if it has ended before. ``KeyboardInterrupt`` if it is stopped, and has no end."""
    ended = os.path.join(folder, ENDED)
    with open(os.path.join(folder, LOCK), "a") as lock:
        _hold(lock)
        if os.path.exists(ended):
            return 0
        for name in (METRICS, STOP):
            if os.path.exists(os.path.join(folder, name)):
                os.unlink(os.path.join(folder, name))
        start = time.time()
        code = _call(folder, command, lock)
        with open(f"{ended}.new", "w", encoding="utf-8") as file:
            file.write(f'{{"code": {code}, "start": {start}, "seconds": {time.time() - start}}}\n')
        os.replace(f"{ended}.new", ended)
        return code


def _call(folder: str, command: list[str], lock: IO[str]) -> int:
    environment = {**os.environ, VARIABLE: os.path.abspath(folder)}
    with open(os.path.join(folder, LOG), "wb") as log:
        try:
            if os.name == "nt":
                import subprocess

                return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
            os.set_inheritable(lock.fileno(), True)
            nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
            streams = [nothing, *((os.POSIX_SPAWN_DUP2, log.fileno(), number) for number in (1, 2))]
            process = os.posix_spawnp(command[0], command, environment, file_actions=streams)
        except OSError as error:
            log.write(f"{command[0]}: {error.strerror}\n".encode())
            return 127
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except KeyboardInterrupt:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)
        raise


def _serve() -> int:
    import json

    for line in iter(sys.stdin.readline, ""):
        folder, *command = json.loads(line)
        print(run(folder, command), flush=True)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stopped)
    try:
        sys.exit(run(sys.argv[1], sys.argv[2:]) & 255 if len(sys.argv) > 1 else _serve())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever started this has died, and the run has ended
        os._exit(0)
