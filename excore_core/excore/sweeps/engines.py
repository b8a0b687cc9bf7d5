"""Where runs are started: processes here, Ray, Slurm by submitit. Each has its own queue; there is none of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from enum import Enum
from typing import Any, Protocol

from excore.sweeps import one_run


class EngineName(str, Enum):
    """Where runs are started."""

    local = "local"
    ray = "ray"
    slurm = "slurm"


class NoEngine(Exception):
    """An engine that cannot be used; the text says why, and what to do."""


class Engine(Protocol):
    """Starts runs. ``width`` is how many can go on at once; None where nobody knows."""

    width: int | None

    def submit(self, folder: str, command: Sequence[str]) -> Any:
        """Have a run started, now or when there is room; gives a handle of it."""

    def wait(self, handles: Sequence[Any], seconds: float) -> list[Any]:
        """The handles of runs that are over, at once if there is one, else after so long at most."""

    def stop(self) -> None:
        """End all that was submitted."""


def make_engine(name: EngineName, jobs: int | None, folder: str, options: Mapping[str, object]) -> Engine:
    """Raises ``NoEngine``."""
    try:
        if name is EngineName.slurm:
            return _Slurm(folder, dict(options))
        return _Ray(dict(options)) if name is EngineName.ray else _Local(jobs)
    except ImportError as error:
        raise NoEngine(f"{error.name or name.value} is not installed: it comes with the extra `{name.value}`") from None


_ONE_RUN = [sys.executable, "-I", "-S", one_run.__file__]


class _Local:
    def __init__(self, jobs: int | None) -> None:
        self.width: int | None = jobs or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.width)
        self._processes: set[subprocess.Popen[str]] = set()
        self._idle: list[subprocess.Popen[str]] = []
        self._stopped = False

    def submit(self, folder: str, command: Sequence[str]) -> Any:
        return self._pool.submit(self._call, json.dumps([folder, *command]) + "\n")

    def _call(self, line: str) -> None:
        """Have a run done by a process that does one after another: to start one for each costs more than runs do."""
        if self._stopped:
            return
        process = self._idle.pop() if self._idle else self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(line)
            process.stdin.flush()
        if process.stdout.readline():
            self._idle.append(process)
        else:
            process.communicate()
            self._processes.discard(process)

    def _started(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        process = subprocess.Popen(_ONE_RUN, stdin=pipe, stdout=pipe, encoding="utf-8")
        self._processes.add(process)
        return process

    def wait(self, handles: Sequence[Any], seconds: float) -> list[Any]:
        return list(wait_for(handles, seconds, FIRST_COMPLETED).done)

    def stop(self) -> None:
        self._stopped = True
        for process in list(self._processes):
            with suppress(OSError):
                process.terminate()
        self._pool.shutdown(cancel_futures=True)
        for process in list(self._processes):
            process.communicate()


def _remote_call() -> Callable[[list[str], str, dict[str, str]], int]:
    """A function that other machines can have without this package."""

    def call(arguments: list[str], folder: str, environment: dict[str, str]) -> int:
        import os
        import subprocess

        return subprocess.call(arguments, cwd=folder, env={**environment, **os.environ})

    return call


def _remote_arguments(folder: str, command: Sequence[str]) -> tuple[list[str], str, dict[str, str]]:
    return [*_ONE_RUN, os.path.abspath(folder), *command], os.getcwd(), dict(os.environ)


class _Ray:
    def __init__(self, options: dict[str, Any]) -> None:
        import ray

        self._ray = ray
        address = options.pop("address", None)
        if not ray.is_initialized():
            ray.init(address=address, log_to_driver=False, logging_level="warning")
        # a task whose machine has died is started on another one
        self._call = ray.remote(**{"max_retries": -1, **options})(_remote_call())
        self.width: int | None = int(ray.cluster_resources().get("CPU", 1)) or 1

    def submit(self, folder: str, command: Sequence[str]) -> Any:
        return self._call.remote(*_remote_arguments(folder, command))

    def wait(self, handles: Sequence[Any], seconds: float) -> list[Any]:
        done, _ = self._ray.wait(list(handles), timeout=seconds)
        return list(done)

    def stop(self) -> None:
        self._ray.shutdown()


class _Slurm:
    width: int | None = None

    def __init__(self, folder: str, options: dict[str, Any]) -> None:
        import submitit

        cluster = options.pop("cluster", None)
        try:
            self._executor = submitit.AutoExecutor(folder=os.path.join(folder, "slurm"), cluster=cluster)
            self._executor.update_parameters(**{"name": "excore", **options})
        except (RuntimeError, NameError, ValueError, AssertionError) as error:  # as submitit says what it lacks
            raise NoEngine(f"submitit: {error}") from error
        self._jobs: list[Any] = []

    def submit(self, folder: str, command: Sequence[str]) -> Any:
        job = self._executor.submit(_remote_call(), *_remote_arguments(folder, command))
        self._jobs.append(job)
        return job

    def wait(self, handles: Sequence[Any], seconds: float) -> list[Any]:
        until = time.monotonic() + seconds
        while True:
            done = [job for job in handles if job.done()]
            if done or time.monotonic() > until:
                return done
            time.sleep(min(seconds, 0.2))

    def stop(self) -> None:
        for job in self._jobs:
            job.cancel(check=False)
