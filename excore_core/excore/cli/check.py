"""``excore check``: the problems that the language server would publish, for terminals and for machines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import partial

from excore.cli.check_formats import RENDERERS
from excore.cli.checked_file import CheckedFile
from excore.cli.output import EXIT_NOT_DONE, fail, print_line, shown_path
from excore.cli.shares import cores, judged
from excore.index.indexer import Indexer
from excore.lang.collector import many_objects
from excore.lang.project.foreign import is_toml
from excore.lang.project.reading import is_vast
from excore.lang.provenance import OVERRIDES
from excore.lang.source import Unreadable, read_bytes
from excore.lang.syntax.arguments import is_argument
from excore.lang.text import LineIndex
from excore.lang.workspace.config_files import find_toml, why_no_config
from excore.lang.workspace.host import Host, Snapshot
from excore.tooling.diagnostics import SEVERITIES, Json, diagnostics, unreadable
from excore.tooling.indexers import make_indexer
from excore.tooling.registry_dump import with_dump

_MOST_FAULTS = 8


class NoSuchPath(Exception):
    """A path on the command line leads nowhere."""


def checked(words: Iterable[str], form: str = "text", strict: bool = False, jobs: int | None = None) -> int:
    """What ``excore check`` does with paths, or a config and overrides; its exit code. See ``excore.cli.checking``."""
    named, overrides = paths_and_overrides(words or ["."])
    if overrides and not (len(named) == 1 and os.path.isfile(named[0])):
        fail("KEY=VALUE changes one config: give the file, and no other path")
    try:
        files = run(named, _warn, overrides, jobs)
    except NoSuchPath as error:
        print_line(f"excore check: {error}", err=True)
        return EXIT_NOT_DONE
    RENDERERS[form](files, sys.stdout)
    if not files and not any(is_toml(os.path.basename(path)) and os.path.isfile(path) for path in named):
        print_line("excore check: there is no config here", err=True)
        return EXIT_NOT_DONE
    return 1 if is_failure(files, strict) else 0


def paths_and_overrides(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """The words of a command line that are paths, and those that are overrides."""
    paths: list[str] = []
    overrides: list[str] = []
    for word in words:
        (overrides if is_argument(word) and not os.path.exists(word) else paths).append(word)
    return paths, overrides


def _warn(message: str) -> None:
    print_line(f"excore check: {message}", err=True)


def run(
    paths: Iterable[str],
    warn: Callable[[str], None] = _warn,
    overrides: Iterable[str] = (),
    jobs: int | None = None,
) -> list[CheckedFile]:
    """Check files and folders; one ``CheckedFile`` for each config, sorted by path. Raises ``NoSuchPath``.

    A project file that is not named, and ``overrides``, are in the result only if something is wrong with them.
    ``warn`` is told of what was left aside: a file that is named and is no config, a registry dump that must not be
    used, Python files that cannot be parsed. As many processes as there are cores judge, or ``jobs``: what they find is
    the same.
    """
    with many_objects():  # until all is told nothing is let go
        return _run(paths, warn, overrides, jobs or cores())


def _run(paths: Iterable[str], warn: Callable[[str], None], overrides: Iterable[str], jobs: int) -> list[CheckedFile]:
    indexers: list[Indexer] = []
    snapshot, named, below = _opened(paths, warn, overrides, indexers)
    found = judged(snapshot, {*named, *below}, partial(_is_checked, snapshot, named), jobs, indexers)
    for path in _others(named, below, found):
        warn(f"{shown_path(path)} is not checked: {why_no_config(path, snapshot.project(path))}")
    project_files = {snapshot.project(path).file for path in found}
    for file in (*(one for one in project_files if one is not None), *((OVERRIDES,) if overrides else ())):
        if problems := diagnostics(snapshot, file):
            found[file] = problems
    files = [_finding(snapshot, path, found[path]) for path in sorted(found)]
    faults = [fault for indexer in indexers for fault in indexer.faults()]
    for at, reason, certain in faults[:_MOST_FAULTS]:
        then = "Python cannot import this file" if certain else "read as far as possible"
        warn(f"{shown_path(at.path)}:{at.line + 1}:{at.column + 1}: {reason}; {then}")
    if len(faults) > _MOST_FAULTS:
        warn(f"{len(faults) - _MOST_FAULTS} more files cannot be imported")
    for indexer in indexers:
        indexer.save()  # with what was asked of classes and files
    return files


def survey(paths: Iterable[str], warn: Callable[[str], None] = _warn) -> tuple[Snapshot, set[str], list[str]]:
    """A snapshot of files and of all below folders, the paths to check, and paths that are no configs.

    To check are the configs, and named files that cannot be read. Of what is no config every named file is returned; if
    there is nothing else, a few that are not named. ``warn`` gets what is wrong with registry dumps. Raises
    ``NoSuchPath``.
    """
    snapshot, named, below = _opened(paths, warn)
    checked = {path for path in (*named, *below) if _is_checked(snapshot, named, path)}
    return snapshot, checked, _others(named, below, checked)


def _opened(
    paths: Iterable[str],
    warn: Callable[[str], None],
    overrides: Iterable[str] = (),
    indexers: list[Indexer] | None = None,
) -> tuple[Snapshot, list[str], list[str]]:
    """A snapshot, the files that are named and those below named folders. ``overrides`` are for the only file;
    ``indexers`` gets those that were made."""
    targets = dict.fromkeys(os.path.abspath(path) for path in paths)
    missing = [path for path in targets if not os.path.exists(path)]
    if missing:
        raise NoSuchPath(f"{os.path.relpath(missing[0])}: no such file or folder")
    host = Host(environment=os.environ, one_pass=True)
    folders = [path for path in targets if os.path.isdir(path)]
    here = _working_folder(targets)
    for folder in (*here, *(path for path in folders if not any(_is_below(path, base) for base in here))):
        host.add_folder(folder)
    files = [path for path in targets if path not in folders]
    below = {name: None for folder in folders for name in find_toml(folder)}
    for path in (*files, *below):
        project = host.project_of(path)
        if project.root not in host.catalogs:
            indexer = make_indexer(project)
            if indexers is not None:
                indexers.append(indexer)
            catalog, refused = with_dump(indexer.build(), project)
            if refused:
                warn(refused)
            host.set_catalog(project.root, catalog)
            if not any(_is_below(project.root, folder) for folder in host.folders):
                host.add_folder(project.root)
    for path in files:
        host.name(path)
    if overrides:
        host.override(files[0], overrides)
    return host.snapshot(), files, list(below)


def _others(named: list[str], below: list[str], checked: Collection[str]) -> list[str]:
    return [one for one in (named if checked or named else below[:3]) if one not in checked]


def _is_checked(snapshot: Snapshot, named: list[str], path: str) -> bool:
    return (
        path == snapshot.project(path).file
        or snapshot.is_judged(path)
        or snapshot.sweep(path) is not None
        or (path in named and snapshot.file(path) is None)
    )


def _working_folder(paths: Iterable[str]) -> list[str]:
    """The current folder, if it can be meant as the project of what is checked: as an editor's workspace folder is."""
    here = os.getcwd()
    return [here] if not is_vast(here) and any(_is_below(path, here) for path in paths) else []


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _finding(snapshot: Snapshot, path: str, found: list[Json]) -> CheckedFile:
    file = snapshot.file(path)
    if file is not None:
        return CheckedFile(path, found, LineIndex(file.text if found else ""))
    tables = snapshot.tables(path)
    if not isinstance(tables, Unreadable):
        return CheckedFile(path, [], LineIndex(""))
    text = ""
    if tables.line or tables.column:
        with suppress(OSError):
            text = read_bytes(path).decode("utf-8", "replace")
    return CheckedFile(path, [unreadable(tables)], LineIndex(text))


def is_failure(files: Iterable[CheckedFile], strict: bool) -> bool:
    """Whether there is an error, or a warning where that counts."""
    worst = SEVERITIES["warning" if strict else "error"]
    return any(one["severity"] <= worst for finding in files for one in finding.diagnostics)
