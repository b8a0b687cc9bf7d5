"""``excore sweep``: many runs of a config, all judged before the first is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer

from excore.cli.check_formats import RENDERERS
from excore.cli.checked_file import CheckedFile
from excore.cli.output import fail, is_terminal, print_line, print_text, shown_path
from excore.lang.problems import Problem
from excore.lang.sweep import Sweep
from excore.lang.text import LineIndex, printable
from excore.lang.workspace.snapshot import Snapshot
from excore.lang.workspace.sweep_check import sweep_problems
from excore.sweeps.engines import Engine, EngineName, NoEngine, make_engine
from excore.sweeps.one_run import LOG
from excore.sweeps.outcome import table, write
from excore.sweeps.sweeping import CONFIG, OtherSweep, RunOf, Sweeping
from excore.tooling.diagnostics import diagnostic
from excore.tooling.overriding import snapshot_of

_JUDGED = 1000  # of a search, whose runs are not known before


def sweep(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A sweep: what changes in which config.", show_default=False)
    ],
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[-- COMMAND...]",
            help="What runs a config, with {config} where its path stands; {folder} is the folder of the run.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[EngineName, typer.Option("--engine", "-e", help="Where runs are started.")] = EngineName.local,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="How many runs go on at once.")] = None,
    to: Annotated[str, typer.Option("--to", help="The folder of the runs.", show_default="outputs/NAME")] = "",
    retry: Annotated[bool, typer.Option("--retry", help="Run again what has failed.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Check every run of a sweep, then run them all; without a command, only check them.

    The same command goes on where it was ended. The exit code is 0 if all runs are done, 1 if a run is wrong, and then
    nothing was started, or has failed, 2 if the sweep could not be done.
    """
    snapshot, plan = _read(file)
    problems = list(sweep_problems(snapshot, plan, plan.samples(_JUDGED) if plan.search is not None else plan.runs()))
    if problems:
        _print(snapshot, plan, problems)
    worst = ("error", "warning") if strict else ("error",)
    if any(one.severity in worst for one in problems):
        raise typer.Exit(1)
    if not command:
        many = f"{plan.search['trials']} trials" if plan.search is not None else f"{sum(1 for _ in plan.runs())} runs"
        shown = shown_path(file)
        print_line(f"{shown}: {many}, nothing wrong; `excore sweep {shown} -- python train.py {CONFIG}` runs them")
        return
    if not any(CONFIG in word for word in command):
        fail(f"the command needs {CONFIG} where the path of the config stands")
    name = os.path.splitext(os.path.basename(file))[0]
    sweeping = Sweeping(snapshot, plan, to or os.path.join("outputs", name))
    try:
        sweeping.plan(retry)
        options = plan.options.get(engine.value, {})
        with _started(engine, jobs, sweeping.folder, options) as running, _display(sweeping) as changed:
            sweeping.go(running, command, jobs, changed)
    except OtherSweep as error:
        fail(f"{error}; take another folder with --to")
    except NoEngine as error:
        fail(str(error))
    except KeyboardInterrupt:
        print_line(f"excore: stopped with {_counts(sweeping)}; the same command goes on", err=True)
        raise typer.Exit(1) from None
    paths = write(sweeping)
    print_text(f"{printable(table(sweeping), but=chr(10))}\n")
    print_line(f"{_counts(sweeping)}; {', '.join(map(shown_path, paths))}")
    raise typer.Exit(1 if sweeping.count("failed") else 0)


def _read(file: str) -> tuple[Snapshot, Sweep]:
    if not os.path.isfile(file):
        fail(f"{file}: no such file")
    snapshot, path = snapshot_of(file)
    plan = snapshot.sweep(path)
    if plan is None:
        fail(f"{shown_path(file)} is no sweep: it has no table `sweep` with `base`")
    _print(
        snapshot, plan, [one for one in snapshot.diagnostics(path) if one.code in ("syntax", "duplicate-key")], end=True
    )
    return snapshot, plan


def _print(snapshot: Snapshot, plan: Sweep, problems: Iterable[Problem], *, end: bool = False) -> None:
    """What is wrong, as `excore check` has it."""
    found = [one for one in (diagnostic(snapshot, problem) for problem in problems) if one is not None]
    file = snapshot.file(plan.path)
    if found and file is not None:
        found.sort(key=lambda one: (one["range"]["start"]["line"], one["range"]["start"]["character"]))
        RENDERERS["text"]([CheckedFile(plan.path, found, LineIndex(file.text))], sys.stdout)
        if end:
            raise typer.Exit(1)


@contextmanager
def _started(name: EngineName, jobs: int | None, folder: str, options: Mapping[str, object]) -> Iterator[Engine]:
    """An engine that ends what it has started if this is ended."""
    engine = make_engine(name, jobs, folder, options)
    try:
        yield engine
    finally:
        engine.stop()


@contextmanager
def _display(sweeping: Sweeping) -> Iterator[Callable[[RunOf], None]]:
    """What runs, failed and is left: on a terminal a line that changes, else a line for each run that ends."""
    if not is_terminal():
        yield lambda one: print_line(_line(sweeping, one)) if one.state != "running" else None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    progress = Progress(BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with progress:
        task = progress.add_task(_counts(sweeping), total=sweeping.total)

        def changed(one: RunOf) -> None:
            ended = sum(sweeping.count(state) for state in ("done", "failed", "stopped"))
            progress.update(task, completed=ended, description=_counts(sweeping))
            if one.state == "failed":
                progress.console.print(_line(sweeping, one), markup=False, highlight=False)

        yield changed


def _counts(sweeping: Sweeping) -> str:
    states = {state: sweeping.count(state) for state in ("done", "failed", "stopped", "running")}
    left = sweeping.total - sum(states.values())
    found = [f"{number} {state}" for state, number in states.items() if number or state == "done"]
    return ", ".join([*found, *([f"{left} left"] if left > 0 else [])])


def _last_words(log: str) -> str:
    """What a run said last, where Python names the error."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - 2000))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f": {last[:200]}" if last else ""


def _line(sweeping: Sweeping, one: RunOf) -> str:
    found = ", ".join(f"{name} {value:.6g}" for name, value in one.metrics.items())
    why = ""
    if one.state == "failed" and one.code:
        log = os.path.join(one.folder, LOG)
        why = f" with code {one.code}, see {log}{_last_words(log)}"
    elif one.state == "failed" and one.code == 0:
        why = " without a value of the metric"
    return printable(f"{one.name} {one.state}{why}{': ' if found else ''}{found} ({_counts(sweeping)})")
