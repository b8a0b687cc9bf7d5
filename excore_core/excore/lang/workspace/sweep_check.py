"""The runs of a sweep, each judged as the config it is; what is wrong stands in the sweep file (SWEEP)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from excore.lang.overrides import Overrides
from excore.lang.problems import Origin, Problem, Related, problem
from excore.lang.provenance import OVERRIDES
from excore.lang.source import Unreadable
from excore.lang.sweep import Axis, Choice, Run, Sweep

if TYPE_CHECKING:
    from excore.lang.workspace.snapshot import Snapshot

_MOST, _LEAST, _SECTIONS = 60, 8, 6000

_Key = tuple[str, str, Origin]


def overrides_of(snapshot: Snapshot, sweep: Sweep, texts: Iterable[str]) -> Overrides:
    """The overrides of a run; bases are looked for from the sweep file."""
    return Overrides(texts, snapshot.grammar(sweep.base).prefix_chars, os.path.dirname(sweep.path))


def sweep_problems(snapshot: Snapshot, sweep: Sweep, runs: Iterable[Run] | None = None) -> Iterator[Problem]:
    """What is wrong with a sweep, then with ``runs``, each thing once."""
    yield from sweep.problems
    if sweep.base_origin is None:
        return
    base = snapshot.tables(sweep.base)
    if isinstance(base, Unreadable):
        yield problem("missing-base", f"{sweep.base}: {base.reason}", sweep.base_origin)
        return
    if sweep.axes:
        yield from _Judge(snapshot, sweep).problems(_typed(snapshot, sweep) if runs is None else runs)


def _typed(snapshot: Snapshot, sweep: Sweep) -> Iterator[Run]:
    """The runs that are judged while a sweep is typed, fewer of a large config; the command judges all."""
    sections = len(snapshot.own_model(sweep.base).sections)
    return sweep.samples(max(_LEAST, min(_MOST, _SECTIONS // (sections + 1))))


class _Judge:
    def __init__(self, snapshot: Snapshot, sweep: Sweep) -> None:
        self.snapshot = snapshot
        self.sweep = sweep
        self.own = self.keys(())
        self.alone: dict[str, set[_Key]] = {}

    def found(self, texts: tuple[str, ...]) -> list[Problem]:
        analysis = self.snapshot.overridden(self.sweep.base, overrides_of(self.snapshot, self.sweep, texts))
        problems = analysis.problems(names=self.snapshot.has_catalog(self.sweep.base))
        return [one for one in problems if one.severity in ("error", "warning")]

    def keys(self, texts: tuple[str, ...]) -> set[_Key]:
        return {_key(one) for one in self.found(texts) if one.origin.file != OVERRIDES}

    def problems(self, runs: Iterable[Run]) -> Iterator[Problem]:
        told: set[_Key] = set()
        for run in runs:
            for one in self.found(run.overrides):
                is_own = _key(one) in self.own
                if is_own and one.severity != "error":
                    continue  # of the base alone, and told there
                moved = self.moved(run, one, is_own)
                if _key(moved) not in told:
                    told.add(_key(moved))
                    yield moved

    def moved(self, run: Run, one: Problem, is_own: bool) -> Problem:
        """A problem of a run as one of the sweep file."""
        origin, related, message = one.origin, one.related, one.message
        if origin.file == OVERRIDES:
            number = next(
                n for n, (axis, choice) in enumerate(run.choices) if axis.override(choice) + "\n" == origin.block.text
            )
            origin = run.choices[number][0].place(run.choices[number][1], origin.start, origin.end)
            return Problem(one.code, message, origin, one.severity, one.suggestions, (), one.data)
        assert self.sweep.base_origin is not None
        related = (Related(origin, message), *(other for other in related if other.origin.file != OVERRIDES))
        message = f"{self.place(origin)}: {message}"
        if is_own:
            return Problem(one.code, message, self.sweep.base_origin, one.severity, (), related)
        cause = self.cause(run, one)
        if cause is None:
            cause = run.choices[-1]
            message = f"{message} (with {', '.join(run.overrides)})"
        return Problem(one.code, message, cause[1].origin, one.severity, (), related)

    def cause(self, run: Run, one: Problem) -> tuple[Axis, Choice] | None:
        """What alone leads to a problem."""
        for axis, choice in run.choices:
            text = axis.override(choice)
            if text not in self.alone:
                self.alone[text] = self.keys((text,))
            if _key(one) in self.alone[text]:
                return axis, choice
        return None

    def place(self, origin: Origin) -> str:
        file = self.snapshot.file(origin.file)
        line = file.position(file.absolute(origin).start)[0] + 1 if file is not None else 1
        return f"{os.path.relpath(origin.file, os.path.dirname(self.sweep.path))}:{line}"


def _key(one: Problem) -> _Key:
    return one.code, one.message, one.origin
