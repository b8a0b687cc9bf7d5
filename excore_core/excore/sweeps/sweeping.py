"""A sweep from its first run to its last, in a folder that says all there is to know: ended, it can go on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from excore.config.run_record import RECORD_NAME, facts_of, head_of, read_record, repository_of, versions_of
from excore.lang.analysis import Analysis
from excore.lang.provenance import OVERRIDES
from excore.lang.sweep import Run, Sweep
from excore.lang.syntax.writer import document
from excore.lang.tables.table import plain
from excore.lang.workspace.snapshot import Snapshot
from excore.lang.workspace.sweep_check import overrides_of, sweep_problems
from excore.storage.atomic_write import write_text
from excore.sweeps.engines import Engine
from excore.sweeps.one_run import ENDED, STOP
from excore.sweeps.results import ending, metrics_of
from excore.sweeps.search import Search

State = Literal["done", "failed", "stopped", "running", "left"]
CONFIG, FOLDER = "{config}", "{folder}"
_FACTS = "sweep.json"
_PAUSE = 0.5


class OtherSweep(Exception):
    """The folder has runs of another sweep."""


@dataclass
class RunOf:
    """One run, and what is known of it."""

    number: int
    run: Run
    folder: str
    state: State = "left"
    metrics: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    code: int | None = None

    @property
    def name(self) -> str:
        return os.path.basename(self.folder)

    def look(self, metric: str) -> None:
        """Learn how it ended, if it has."""
        ended = ending(self.folder)
        self.metrics = metrics_of(self.folder)
        if ended is None:
            self.state, self.code = "left", None
            return
        self.code, self.seconds = ended["code"], ended["seconds"]
        is_done = self.code == 0 and (not metric or metric in self.metrics)
        is_stopped = os.path.exists(os.path.join(self.folder, STOP))
        self.state = "stopped" if is_stopped else "done" if is_done else "failed"


class Sweeping:
    """The runs of a sweep in ``folder``. ``changed`` is called whenever there is something new to show."""

    def __init__(self, snapshot: Snapshot, sweep: Sweep, folder: str) -> None:
        self.snapshot = snapshot
        self.sweep = sweep
        self.folder = folder
        self.runs: list[RunOf] = []
        self.total = 0
        self._made_of: tuple[dict[str, Any], dict[str, Any]] | None = None

    # -- what there is

    def plan(self, retry: bool) -> None:
        """Take up what there is of the runs that are known before. Raises ``OtherSweep``."""
        path = os.path.join(self.folder, _FACTS)
        facts = {
            "sweep": os.path.abspath(self.sweep.path),
            "axes": [axis.key for axis in self.sweep.axes],
            "search": self.sweep.search is not None,
        }
        if os.path.exists(path):
            if json.loads(Path(path).read_text("utf-8")) != facts:
                raise OtherSweep(f"{self.folder} is of another sweep, or of other axes")
        elif os.path.isdir(self.folder) and os.listdir(self.folder):
            raise OtherSweep(f"{self.folder} is not empty, and no sweep")
        os.makedirs(self.folder, exist_ok=True)
        write_text(Path(path), json.dumps(facts, indent=1))
        if self.sweep.search is None:
            for number, run in enumerate(self.sweep.runs()):
                self.take(number, run, retry)
            self.total = len(self.runs)
            beyond = os.path.join(self.folder, self._name(self.total))
            if os.path.isdir(beyond):
                raise OtherSweep(f"{self.folder} has more runs than the sweep says")
        else:
            self.total = int(str(self.sweep.search["trials"]))

    def take(self, number: int, run: Run, retry: bool = False) -> RunOf:
        """A run as it is until now. Raises ``OtherSweep`` if it has ended as another one."""
        one = RunOf(number, run, os.path.join(self.folder, self._name(number)))
        one.look(self.sweep.metric)
        if retry and one.state == "failed" and one.code is not None:
            os.unlink(os.path.join(one.folder, ENDED))
            one.look(self.sweep.metric)
        if one.code is not None:
            self.record(one)
        self.runs.append(one)
        return one

    @staticmethod
    def _name(number: int) -> str:
        return f"{number:03}"

    def record(self, one: RunOf) -> None:
        """Write the record of a run. One that has ended keeps its own, which must say the same."""
        analysis = self.snapshot.overridden(self.sweep.base, overrides_of(self.snapshot, self.sweep, one.run.overrides))
        text = document(plain(analysis.closure.root))  # type: ignore[arg-type]
        path = Path(one.folder, RECORD_NAME)
        if path.exists():
            same = path.read_text("utf-8").endswith(f"\n\n{text}")
            if same and read_record(path) is not None:
                return
            if one.code is not None:
                raise OtherSweep(f"{path} ran as another config than the sweep says now")
        files = [name for name in analysis.closure.files if name != OVERRIDES]
        facts = facts_of(self.sweep.base, [*files, self.sweep.path], one.run.overrides, *self._made(analysis, files))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, head_of(facts) + text)

    def _made(self, analysis: Analysis, files: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Versions and commit, asked for once."""
        if self._made_of is None:
            sections = analysis.model.sections.values()
            packages = {one.entry.path.split(".")[0] for one in sections if one.entry is not None}
            self._made_of = versions_of(packages), repository_of(self.sweep.base, [*files, self.sweep.path])
        return self._made_of

    # -- what is done

    def go(self, engine: Engine, command: Sequence[str], jobs: int | None, changed: Callable[[RunOf], None]) -> None:
        """Run all that is left. What is interrupted can be begun again."""
        search = Search(self.sweep, self.folder) if self.sweep.search is not None else None
        width = jobs or (engine.width or 8 if search is not None else engine.width) or self.total
        waiting = self._waiting(search)
        running: dict[Any, RunOf] = {}
        following: RunOf | None = None
        while True:
            # what follows is made ready while runs go on; a search knows it once it is told how they ended
            if following is None and (search is None or len(running) < width):
                following = next(waiting, None)
                if following is not None:
                    self.record(following)
            if following is not None and len(running) < width:
                words = [word.replace(CONFIG, os.path.join(following.folder, RECORD_NAME)) for word in command]
                handle = engine.submit(following.folder, [word.replace(FOLDER, following.folder) for word in words])
                following.state = "running"
                running[handle] = following
                changed(following)
                following = None
                continue
            if not running:
                return
            for handle in engine.wait(list(running), _PAUSE):
                one = running.pop(handle)
                self._end(one, search)
                changed(one)
            for one in running.values():
                if search is not None and search.is_enough(one.number, one.folder):
                    write_text(Path(one.folder, STOP), "")

    def _waiting(self, search: Search | None) -> Iterator[RunOf]:
        if search is None:
            yield from [one for one in self.runs if one.state == "left"]
            return
        for number, run in search.ended():
            self.take(number, run)
        for number, run in search.left(self._is_right):
            yield self.take(number, run)
        while (found := search.next(self._is_right)) is not None:
            yield self.take(*found)

    def _is_right(self, run: Run) -> bool:
        return not any(one.severity == "error" for one in sweep_problems(self.snapshot, self.sweep, [run]))

    def _end(self, one: RunOf, search: Search | None) -> None:
        one.look(self.sweep.metric)
        if one.state == "left":  # it was killed, and nobody could say so
            one.state = "failed"
        if search is not None:
            value = one.metrics.get(self.sweep.metric) if one.state == "done" else None
            search.tell(one.number, one.folder, value, one.state == "stopped")

    def count(self, state: State) -> int:
        return sum(one.state == state for one in self.runs)

    def best_first(self) -> list[RunOf]:
        """All runs, the best in front, then those without a value."""
        metric, sign = self.sweep.metric, -1 if self.sweep.maximize else 1

        def rank(one: RunOf) -> tuple[bool, float, int]:
            value = one.metrics.get(metric) if one.state == "done" else None
            has = value is not None and value == value
            return not has, sign * value if has and value is not None else 0.0, one.number

        return sorted(self.runs, key=rank) if metric else sorted(self.runs, key=lambda one: one.number)
