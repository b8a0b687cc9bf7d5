"""A search by Optuna, kept in a file: what was tried stays known, whatever happens to this process."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from excore.lang.nearest import nearest
from excore.lang.sweep import Axis, Choice, Run, Sweep
from excore.lang.syntax.writer import value_text
from excore.sweeps.engines import NoEngine
from excore.sweeps.results import reported

_FILE = "study.journal"
_LEFT_OUT = "left out"
_TRIES = 20


class Search:
    """Proposes runs and is told how they went. Raises ``NoEngine`` if there is no Optuna, or no sampler of a name."""

    def __init__(self, sweep: Sweep, folder: str) -> None:
        try:
            import optuna
            from optuna.storages import JournalStorage
            from optuna.storages.journal import JournalFileBackend
        except ImportError as error:
            raise NoEngine(f"{error.name or 'optuna'} is not installed: it comes with the extra `sweep`") from None
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        self.sweep = sweep
        settings = sweep.search or {}
        storage = JournalStorage(JournalFileBackend(os.path.join(folder, _FILE)))
        self.study = optuna.create_study(
            storage=storage,
            study_name="sweep",
            direction="maximize" if sweep.maximize else "minimize",
            load_if_exists=True,
        )
        seed = settings.get("seed")
        more = {} if seed is None else {"seed": int(str(seed)) + len(self.study.trials)}
        self.study.sampler = self._made(optuna.samplers, "sampler", "TPESampler", more)
        self.study.pruner = self._made(optuna.pruners, "pruner", "NopPruner", {})
        self.prunes = "pruner" in settings
        self.trials = int(str(settings["trials"]))
        self.distributions = {axis.key: self._distribution(axis) for axis in sweep.axes}
        self.running: dict[int, Any] = {}
        self.seen: dict[int, int] = {}

    def _made(self, module: Any, key: str, default: str, options: dict[str, int]) -> Any:
        name = str((self.sweep.search or {}).get(key, default))
        names = [one for one in module.__all__ if one.endswith(key.capitalize())]
        if name not in names:
            near = nearest(name, names, limit=1)
            raise NoEngine(
                f"optuna has no {key} `{name}`; "
                + (f"did you mean `{near[0]}`?" if near else f"one of {', '.join(names)}")
            )
        try:
            return getattr(module, name)(**options)
        except (TypeError, ImportError, ValueError) as error:
            raise NoEngine(f"`{name}` cannot be used here: {error}") from error

    def _distribution(self, axis: Axis) -> Any:
        found = self.optuna.distributions
        bounds = axis.bounds
        if bounds is None:
            return found.CategoricalDistribution([choice.text for choice in axis.choices])
        if bounds.is_integer:
            return found.IntDistribution(int(bounds.low), int(bounds.high), bounds.log, int(bounds.step or 1))
        return found.FloatDistribution(bounds.low, bounds.high, log=bounds.log, step=bounds.step)

    def left(self, is_right: Callable[[Run], bool]) -> list[tuple[int, Run]]:
        """The trials that an earlier process has begun and not been told of, if they are runs to try."""
        runs = []
        for trial in self.study.get_trials(deepcopy=False, states=(self.optuna.trial.TrialState.RUNNING,)):
            run = None if self.distributions.keys() - trial.params.keys() else self._run(trial.params)
            if run is None or not self._is_wanted(run, is_right):
                self._leave_out(trial.number)
                continue
            self.running[trial.number] = self.optuna.trial.Trial(self.study, trial._trial_id)
            runs.append((trial.number, run))
        return runs

    def ended(self) -> list[tuple[int, Run]]:
        """The trials that are over."""
        trials = [trial for trial in self.study.get_trials(deepcopy=False) if trial.state.is_finished()]
        return [(trial.number, self._run(trial.params)) for trial in trials if _LEFT_OUT not in trial.user_attrs]

    def next(self, is_right: Callable[[Run], bool]) -> tuple[int, Run] | None:
        """Another run to try, one that ``is_right``; None if there are as many as there should be."""
        for _ in range(_TRIES * self.trials):
            if self.count() >= self.trials:
                return None
            trial = self.study.ask(self.distributions)
            run = self._run(trial.params)
            if self._is_wanted(run, is_right):
                self.running[trial.number] = trial
                return trial.number, run
            self._leave_out(trial.number)
        return None

    def _is_wanted(self, run: Run, is_right: Callable[[Run], bool]) -> bool:
        return self.sweep.keeps(run) and is_right(run)

    def count(self) -> int:
        """How many trials there are, those that are left out not counted."""
        return sum(_LEFT_OUT not in trial.user_attrs for trial in self.study.get_trials(deepcopy=False))

    def _leave_out(self, number: int) -> None:
        trial = next(one for one in self.study.get_trials(deepcopy=False) if one.number == number)
        self.optuna.trial.Trial(self.study, trial._trial_id).set_user_attr(_LEFT_OUT, True)
        self.study.tell(number, state=self.optuna.trial.TrialState.FAIL)

    def _run(self, params: dict[str, Any]) -> Run:
        return Run(tuple((axis, _choice(axis, params[axis.key])) for axis in self.sweep.axes))

    def is_enough(self, number: int, folder: str) -> bool:
        """Whether a run that goes on can be ended, after what it has reported."""
        return any(trial.should_prune() for trial in self._told(number, folder))

    def _told(self, number: int, folder: str) -> Iterator[Any]:
        """The trial of a run, each time with one more step that the run has reported since."""
        if not self.prunes:
            return
        trial = self.running[number]
        lines = [line for line in reported(folder) if "step" in line and self.sweep.metric in line]
        new, self.seen[number] = lines[self.seen.get(number, 0) :], len(lines)
        for line in new:
            trial.report(float(line[self.sweep.metric]), int(line["step"]))
            yield trial

    def tell(self, number: int, folder: str, value: float | None, pruned: bool) -> None:
        """How a run ended; None if it has no value."""
        deque(self._told(number, folder), maxlen=0)  # what others are compared with, however quick it was
        states = self.optuna.trial.TrialState
        if pruned:
            self.study.tell(number, state=states.PRUNED)
        elif value is None or value != value:
            self.study.tell(number, state=states.FAIL)
        else:
            self.study.tell(number, value)


def _choice(axis: Axis, value: Any) -> Choice:
    if axis.bounds is None:
        return next(choice for choice in axis.choices if choice.text == value)
    return Choice(value_text(value), value, axis.choices[0].origin)
