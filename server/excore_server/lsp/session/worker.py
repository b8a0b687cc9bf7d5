"""One thread for work that must not hold up an answer. Jobs run one after the other; results come back to the loop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

Job: TypeAlias = Callable[[], None]
Guard: TypeAlias = Callable[..., Any]


class Worker:
    """``post`` hands a call to the server's own thread; ``guard`` runs a call and reports a failure instead of raising.

    The thread starts with the first job and never keeps the process alive.
    """

    def __init__(self, post: Callable[..., Any], guard: Guard) -> None:
        self.post = post
        self.guard = guard
        self.jobs: queue.SimpleQueue[tuple[str, Job]] = queue.SimpleQueue()
        self.thread: threading.Thread | None = None

    def add(self, what: str, job: Job) -> None:
        """Run ``job`` after those added before it."""
        self.jobs.put((what, job))
        if self.thread is None:
            self.thread = threading.Thread(target=self._run, name="excore-worker", daemon=True)
            self.thread.start()

    def _run(self) -> None:
        while True:
            what, job = self.jobs.get()
            self.guard(what, job)
