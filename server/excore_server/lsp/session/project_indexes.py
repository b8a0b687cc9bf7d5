"""The background index: Python is read in the worker's thread, and each new catalog is handed to the session."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from excore.lang.catalog import Catalog
from excore.lang.project.model import Project
from excore_server.lsp.session.worker import Worker
from excore_server.lsp.transport.protocol import ExcoreProtocol, Refused

if TYPE_CHECKING:
    from excore.index.indexer import Indexer

log = logging.getLogger(__name__)

State = Literal["waiting", "reading", "ready", "failed"]
PATIENCE = 1.0
"""Seconds that a question about names waits for the first index of its project."""
_REPORT_EVERY = 0.1
_FIRST_ANSWERS = 0.5


def is_within(path: str, folder: str) -> bool:
    """Whether a path is below a folder."""
    return path.startswith(os.path.join(folder, ""))


class ProjectIndex:
    """The index of one project. ``state`` and ``catalog`` belong to the loop's thread, the indexer to the worker's."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.state: State = "waiting"
        self.catalog: Catalog | None = None
        self.seconds = 0.0
        self.updates = 0
        self.indexer: Indexer | None = None
        self.interpreter = ""
        self.dump = ""  # why the dump is not used
        self.dump_path = ""
        self.dump_stamp: object = None


class ProjectIndexes:
    """All projects of a session. ``ready`` is called with a root and its catalog, each time there is a new one;
    ``interpreter_of`` says which interpreter was chosen for a root, ``buffers`` gives the texts of the Python files
    that are open, ``is_busy`` says that what nobody asked for has to wait."""

    def __init__(
        self,
        protocol: ExcoreProtocol,
        ready: Callable[[str, Catalog | None], None],
        interpreter_of: Callable[[str], str],
        buffers: Callable[[], Mapping[str, str]],
        is_busy: Callable[[], bool],
    ) -> None:
        self.protocol = protocol
        self.buffers = buffers
        self.is_busy = is_busy
        self.ready = ready
        self.interpreter_of = interpreter_of
        self.worker = Worker(protocol.post, protocol.guarded)
        self.projects: dict[str, ProjectIndex] = {}
        self.progress = False
        self._tokens = 0
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def ensure(self, project: Project) -> ProjectIndex:
        """The index of a project; begins to read it if nobody asked before."""
        known = self.projects.get(project.root)
        if known is None:
            known = self.projects[project.root] = ProjectIndex(project)
            self._start(known)
        return known

    def rebuild(self, project: Project) -> None:
        """Read all of a project again."""
        index = self.projects.setdefault(project.root, ProjectIndex(project))
        index.project = project
        self._start(index)

    def interpreters_changed(self) -> bool:
        """Read those projects again for which another interpreter was chosen; whether there are any."""
        changed = [one for one in self.projects.values() if one.interpreter != self.interpreter_of(one.project.root)]
        for index in changed:
            self._start(index)
        return bool(changed)

    def forget(self, root: str) -> None:
        """A project is not needed any more; what still runs for it has no effect."""
        self.projects.pop(root, None)

    def change(self, changes: Mapping[str, str | None]) -> None:
        """Python files have changed, on disk (None) or to the text given. Every project that holds them is told."""
        for index in self.projects.values():
            inside = {path: text for path, text in changes.items() if is_within(path, index.project.root)}
            if inside:
                self.worker.add(f"index of {next(iter(inside))}", partial(self._update, index, inside))

    def dump_changed(self, path: str) -> bool:
        """Read a registry dump again if it is not the one that was read; whether it is the dump of a project."""
        from excore.lang.source import Disk

        found = [index for index in self.projects.values() if index.dump_path == path]
        for index in found:
            if Disk().stamp(path) != index.dump_stamp:
                self.worker.add(f"registry dump {path}", partial(self._update, index, {}))
        return bool(found)

    def is_ready(self, root: str) -> bool:
        """Whether a project was read, or will not be."""
        index = self.projects.get(root)
        return index is None or index.state in ("ready", "failed")

    async def when_ready(self, root: str) -> None:
        """Wait until a project was read; not longer than ``PATIENCE``."""
        if self.is_ready(root):  # since whoever waits was told to begin
            return
        waiting: asyncio.Future[None] = self.protocol.loop.create_future()
        self._waiting.setdefault(root, []).append(waiting)
        await asyncio.wait([waiting], timeout=PATIENCE)

    # In the worker's thread

    def _start(self, index: ProjectIndex) -> None:
        index.state = "waiting"
        index.interpreter = self.interpreter_of(index.project.root)
        buffers = self.buffers()
        self.worker.add(f"index of {index.project.root}", lambda: self._build(index, buffers))

    def _build(self, index: ProjectIndex, buffers: Mapping[str, str]) -> None:
        post = self.protocol.post
        report = _Progress(self, index.project.name or index.project.root)
        post(setattr, index, "state", "reading")
        started = perf_counter()
        found = self.protocol.guarded(f"index of {index.project.root}", self._read, index, buffers, report)
        catalog = None if isinstance(found, Refused) else found
        post(self._finished, index, catalog, perf_counter() - started)
        report.end()

    def _read(self, index: ProjectIndex, buffers: Mapping[str, str], report: Callable[[int, int], None]) -> Catalog:
        from excore.tooling.indexers import make_indexer  # not needed for the first answer, and not light

        index.indexer = make_indexer(index.project, index.interpreter)
        return self._completed(index, index.indexer.build(report, buffers))

    def _update(self, index: ProjectIndex, changes: Mapping[str, str | None]) -> None:
        if index.indexer is not None:
            started = perf_counter()
            catalog = self._completed(index, index.indexer.update(changes))
            self.protocol.post(self._finished, index, catalog, perf_counter() - started)

    def _completed(self, index: ProjectIndex, catalog: Catalog) -> Catalog:
        """The catalog with what the registry dump knows."""
        from excore.lang.source import Disk
        from excore.tooling.registry_dump import dump_file, with_dump

        path = str(dump_file(index.project))
        stamp = Disk().stamp(path)  # before it is read: a dump written meanwhile counts as another one
        catalog, refused = with_dump(catalog, index.project)
        self.protocol.post(self._dumped, index, path, stamp, refused)
        return catalog

    # In the loop's thread

    @staticmethod
    def _dumped(index: ProjectIndex, path: str, stamp: object, why: str) -> None:
        if why and why != index.dump:
            log.warning("%s: %s", index.project.name or index.project.root, why)
        index.dump, index.dump_path, index.dump_stamp = why, path, stamp

    def _finished(self, index: ProjectIndex, catalog: Catalog | None, seconds: float) -> None:
        if self.projects.get(index.project.root) is not index:
            return
        index.state = "failed" if catalog is None else "ready"
        index.seconds = seconds
        index.updates += 1
        if catalog is not index.catalog or catalog is None:
            index.catalog = catalog
            self.ready(index.project.root, catalog)
        for waiting in self._waiting.pop(index.project.root, []):
            if not waiting.done():
                waiting.set_result(None)
        if catalog is not None:
            self.protocol.loop.call_later(_FIRST_ANSWERS, self._prepare, index, catalog)

    def _prepare(self, index: ProjectIndex, catalog: Catalog) -> None:
        """Have derived what completions would have to derive from a catalog, behind the first answers from it."""
        from excore_server.ide.candidates import warm

        if index.catalog is catalog and self.is_busy():
            self.protocol.loop.call_later(_FIRST_ANSWERS, self._prepare, index, catalog)
        elif index.catalog is catalog:
            self.worker.add(f"entries of {index.project.root}", partial(warm, catalog))


class _Progress:
    """Work-done progress of one build, if the client shows it and takes the token. Called in the worker's thread."""

    def __init__(self, indexes: ProjectIndexes, name: str) -> None:
        indexes._tokens += 1
        self.token = f"excore-index-{indexes._tokens}"
        self.protocol = indexes.protocol
        self.wanted = indexes.progress
        self.last = perf_counter()
        self.state: Literal["asked", "shown", "over"] = "asked"  # of the loop's thread
        if self.wanted:
            self.protocol.post(self._ask, name)

    def _ask(self, name: str) -> None:
        self.protocol.ask("window/workDoneProgress/create", {"token": self.token}, lambda _: self._begin(name))

    def _begin(self, name: str) -> None:
        over, self.state = self.state == "over", "shown"
        self._send({"kind": "begin", "title": "ExCore", "message": f"reading {name}", "percentage": 0})
        if over:
            self._end()

    def __call__(self, done: int, total: int) -> None:
        now = perf_counter()
        if self.wanted and now - self.last >= _REPORT_EVERY:
            self.last = now
            percentage = min(100, 100 * done // max(1, total))
            self.protocol.post(
                self._send, {"kind": "report", "message": f"{done} of {total} files", "percentage": percentage}
            )

    def end(self) -> None:
        if self.wanted:
            self.protocol.post(self._end)

    def _end(self) -> None:
        self._send({"kind": "end"})
        self.state = "over"

    def _send(self, value: dict[str, Any]) -> None:
        if self.state == "shown":
            self.protocol.notify("$/progress", {"token": self.token, "value": value})
