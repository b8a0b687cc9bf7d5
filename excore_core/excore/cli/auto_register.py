"""``excore auto-register``: import a project's modules in another process, and keep what they register."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Annotated, Any, NamedTuple

import typer

from excore.cli.output import fail, print_line, shown_path
from excore.cli.project_file import project_path
from excore.cli.writing import claim_cache
from excore.engine.registry_cache import is_cache
from excore.engine.workspace import workspace
from excore.lang.project.model import Project
from excore.lang.project.reading import find_project
from excore.lang.text import printable
from excore.storage.atomic_write import NotOurs
from excore.storage.cache import refuse_foreign
from excore.tooling.indexers import make_indexer

Progress = Callable[[int, int, str], None]
"""Gets how many files are done, how many there are, and the one that is imported now."""

MODULE = "excore.cli.registering"


class FailedImport(NamedTuple):
    """A file that could not be imported; ``at`` and ``line`` are where it went wrong, line 0 if that is unknown."""

    file: str
    at: str
    line: int
    error: str
    trace: str = ""


@dataclass
class Registration:
    """How a run ended. ``complete`` is false if nothing was written."""

    files: int = 0
    registries: int = 0
    modules: int = 0
    complete: bool = False
    failures: list[FailedImport] = field(default_factory=list)


def auto_register(
    target: Annotated[
        str, typer.Argument(help="A file or folder to add to what is registered.", show_default="all of src_dir")
    ] = "",
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", min=0, help="Seconds that the import of one file may take; 0: any time.")
    ] = 120,
    python: Annotated[
        str, typer.Option("--python", help="The interpreter that imports.", show_default="the one that runs excore")
    ] = "",
    trace: Annotated[bool, typer.Option("--traceback", help="Show how each error came about.")] = False,
) -> None:
    """Import the modules below src_dir and write down what they register.

    Without src_dir, and if it is the whole project, these are the files that can register anything. A file that cannot
    be imported is reported, the others count. The exit code is 1 if there is one.
    """
    project = find_project(os.getcwd())
    project_path(project)
    source = source_folder(project)
    path = os.path.abspath(target) if target else source
    if not os.path.exists(path):
        fail(f"{target}: no such file or folder")
    if path != source and not path.startswith(source + os.sep):
        fail(f"{target} is not below {shown_path(source)}")
    claim_cache()
    try:
        refuse_foreign(Path(workspace.registry_cache_file), is_cache)
    except NotOurs as error:
        fail(str(error))
    result = _with_progress(
        lambda progress: register(project, path, update=bool(target), timeout=timeout, python=python, progress=progress)
    )
    for group in _by_cause(result.failures):
        print_line(_report(group), err=True)
        if trace and group[0].trace:
            print_line(group[0].trace.rstrip(), err=True)
    if not result.complete:
        fail("nothing was written")
    what = f"{result.modules} modules in {result.registries} registries, from {result.files} files"
    print_line(f"{what}; {len(result.failures)} could not be imported" if result.failures else what)
    raise typer.Exit(1 if result.failures else 0)


def source_folder(project: Project) -> str:
    """The folder whose modules are imported: ``src_dir``, else the project. Ends the command if there is none."""
    folder = os.path.normpath(os.path.join(project.root, project.src_dir))
    if not os.path.isdir(folder):
        fail(f"src_dir: there is no folder {shown_path(folder)}")
    return folder


def register(
    project: Project,
    target: str,
    *,
    update: bool,
    timeout: float = 120,
    python: str = "",
    progress: Progress | None = None,
) -> Registration:
    """Import what is at ``target`` in a process of its own, which writes the registry cache and the registry dump.

    A file that takes more than ``timeout`` seconds, or that ends the process, is left out and all others are imported
    once more.
    """
    result = Registration()
    skip: list[str] = []
    source = os.path.normpath(os.path.join(project.root, project.src_dir))
    index = make_indexer(project)
    index.build()
    job = {"root": project.root, "src": source, "target": target, "skip": skip, "update": update}
    job |= {"folders": (*index.folders, os.path.dirname(source))}
    job |= {"excludes": project.exclude, "types": project.registry_types}
    while True:
        run = _Run([python or sys.executable, "-m", MODULE, json.dumps(job)], project.root, timeout, progress)
        run.wait()
        fatal = [failure for failure in result.failures if failure.file in skip]
        result = run.result
        result.files += len(skip)
        result.failures = sorted([*fatal, *result.failures])
        if result.complete or not run.current:
            return result
        result.failures.append(FailedImport(run.current, run.current, 0, run.reason))
        skip.append(run.current)
        if run.current == target:
            return result


class _Run:
    """One process that imports, and what it told so far."""

    def __init__(self, command: list[str], folder: str, timeout: float, progress: Progress | None) -> None:
        self.command = command
        self.folder = folder
        self.timeout = timeout
        self.progress = progress
        self.result = Registration()
        self.current = ""
        self.reason = ""
        self.late = False
        self.started = 0

    def wait(self) -> None:
        try:
            process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        except OSError as error:
            fail(f"{self.command[0]}: {(error.strerror or 'cannot be started').lower()}")
        with process:
            assert process.stdout is not None
            timer = self._watch(process)
            try:
                for line in process.stdout:
                    timer.cancel()
                    self._hear(json.loads(line))
                    timer = self._watch(process)
            finally:
                timer.cancel()
                if process.poll() is None and not self.result.complete:
                    _kill(process)
        if self.late:
            self.reason = f"was not imported within {self.timeout:g} seconds"
        else:
            self.reason = f"ended Python with exit code {process.returncode}"

    def _watch(self, process: subprocess.Popen[str]) -> Timer:
        timer = Timer(self.timeout or 1, self._too_late, (process,))
        timer.daemon = True
        if self.timeout:
            timer.start()
        return timer

    def _too_late(self, process: subprocess.Popen[str]) -> None:
        self.late = True
        _kill(process)

    def _hear(self, message: dict[str, Any]) -> None:
        if "files" in message:
            self.result.files = message["files"]
        elif "start" in message:
            self.current = message["start"]
            self.started += 1
            if self.progress is not None:
                self.progress(self.started - 1, self.result.files, self.current)
        elif "failed" in message:
            self.result.failures.append(FailedImport(**message["failed"]))
        elif "done" in message:
            self.result.registries = message["done"]["registries"]
            self.result.modules = message["done"]["modules"]
            self.result.complete = True


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process with all that it started."""
    if os.name == "posix":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


def _with_progress(work: Callable[[Progress], Registration]) -> Registration:
    """Do the work and show how far it is, on a terminal only."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("importing", total=None)

        def show(done: int, total: int, path: str) -> None:
            bar.update(
                task, completed=done, total=total, description=escape(printable(Path(path).name)) if path else "writing"
            )

        return work(show)


def _by_cause(failures: Iterable[FailedImport]) -> list[list[FailedImport]]:
    """Failures of one error at one place together: a broken package breaks all that is in it."""
    groups: dict[tuple[str, int, str], list[FailedImport]] = {}
    for failure in failures:
        groups.setdefault((failure.at, failure.line, failure.error), []).append(failure)
    return list(groups.values())


def _report(group: list[FailedImport]) -> str:
    first = group[0]
    place = f"{shown_path(first.at)}:{first.line}" if first.line else shown_path(first.at)
    if [failure.file for failure in group] == [first.at]:
        return f"{place}: {first.error}"
    files = ", ".join(shown_path(failure.file) for failure in group if failure.file != first.at)
    return f"{place}: {first.error}\n  so these cannot be imported: {files}"
