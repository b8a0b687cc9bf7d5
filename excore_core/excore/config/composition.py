"""One config with everything it inherits, as written and as understood."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from excore.config import flags
from excore.config.python_table import python_table
from excore.config.registered_modules import RegisteredModules, current_project
from excore.config.remedies import remedies
from excore.config.reporter import Reporter, blocking
from excore.config.sources import Files, excerpt
from excore.config.update_dict import checked_mapping, checked_overrides, mistakes, nested
from excore.engine.logging import logger
from excore.engine.workspace import workspace
from excore.errors import (
    ConfigError,
    ConfigFileNotFoundError,
    ConfigSyntaxError,
    CoreConfigParseError,
    CoreConfigSupportError,
    did_you_mean,
)
from excore.lang import analysis
from excore.lang.analysis import analyse, file_problems
from excore.lang.collector import many_objects
from excore.lang.grammar import BASE_KEY, HOOKS_TABLE
from excore.lang.overrides import Overrides, without
from excore.lang.problems import Origin, Problem
from excore.lang.project.foreign import is_toml
from excore.lang.project.reading import read_project
from excore.lang.provenance import OVERRIDES, PYTHON, UPDATE
from excore.lang.resolve.inherit import Closure, Merger
from excore.lang.resolve.model import Model, Path
from excore.lang.source import Unreadable
from excore.lang.tables.table import FileTables, Table, Tables, plain

__all__ = ["Composition", "ResolvedConfig"]

GIVEN_NAME = "config"  # of a config without a file
# With one of these a name may be known once the sources of the project are read.
_UNKNOWN = frozenset(
    ("unknown-class", "unknown-hook", "unknown-section", "empty-field", "unknown-variable", "unknown-table")
)


class Composition:
    """A config file, its bases and what updates it. Raises nothing until it is asked for something."""

    def __init__(
        self,
        path: str = "",
        base_key: str = BASE_KEY,
        update: Mapping[str, Any] | None = None,
        overrides: Iterable[str] = (),
        *,
        defer: bool = False,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.path = os.path.abspath(path) if given is None else GIVEN_NAME
        self.base_key = base_key
        self.defer = defer
        self.flags = flags.current()
        self.files = Files(self.flags.grammar.prefix_chars)
        self.given = given  # in the place of a file
        self.python_values: Mapping[str, Any] | None = None  # stands for the whole config, whatever the file says
        self._update = checked_mapping(update)
        self.overrides = Overrides(checked_overrides(overrides), self.flags.grammar.prefix_chars)
        self.files.add(self.overrides.file)
        self._changes: tuple[tuple[Mapping[str, Any], tuple[Path, ...]], ...] = ()  # in Python, since it was parsed
        self._resolved: ResolvedConfig | None = None

    def merged(self, merger: Merger | None = None) -> Closure:
        """All files merged to one table.

        Raises ``ConfigFileNotFoundError`` if there is no such file, ``CoreConfigSupportError`` if it is not called
        ``.toml``, and ``CoreConfigParseError`` if it cannot be read.
        """
        merger = merger or Merger(self.flags.grammar)
        if self.python_values is not None:
            table = python_table(self.python_values, self.path, self.flags.grammar)
            return self._changed(Closure(self.path, merger.own(self.path, table, self.base_key), (), ()), merger)
        if self.given is None:
            self._check_file()
        closure = self.overrides.inherited(self.path, self._tables, merger, self.base_key)
        closure = closure._replace(files=tuple(file for file in closure.files if file != GIVEN_NAME))
        if self._update:
            values = nested(self._update, closure.root, self.flags.grammar, merger.is_module)
            update = python_table(values, UPDATE, self.flags.grammar)
            closure = closure._replace(
                root=merger.merge(closure.root, update, (UPDATE,)), files=(*closure.files, UPDATE)
            )
        return self._changed(self.overrides.applied(closure, merger, self.base_key), merger)

    def _tables(self, path: str) -> FileTables | Unreadable:
        if self.given is not None and path == self.path:
            return FileTables(path, python_table(self.given, path, self.flags.grammar), (), [], {}, (), ())
        return self.files.tables(path)

    def _changed(self, closure: Closure, merger: Merger) -> Closure:
        root = closure.root
        for number, (change, removed) in enumerate(self._changes):
            for path in removed:
                root = without(root, path)
            values = nested(change, root, self.flags.grammar, merger.is_module, PYTHON)
            root = merger.merge(root, python_table(values, PYTHON, self.flags.grammar), (PYTHON, number))
        return closure if root is closure.root else closure._replace(root=root)

    def change(self, values: Mapping[str, Any], removed: Iterable[Path] = ()) -> ResolvedConfig:
        """What the config means without what is at the paths ``removed``, and with ``values`` merged last; it stays so.

        Raises one error for all that is wrong with that, and then nothing is changed.
        """
        before = self._changes
        self._changes = (*before, (dict(values), tuple(removed)))
        try:
            return self.analyse()
        except ConfigError:
            self._changes = before
            raise

    def _check_file(self) -> None:
        file = self.files.read(self.path)
        missing = isinstance(file, Unreadable) and file.missing
        hint = did_you_mean(os.path.basename(self.path), _configs_beside(self.path)) if missing else ""
        if not is_toml(self.path):
            raise CoreConfigSupportError(f"`{self.path}` is no TOML file; a config must end in .toml.{hint}")
        if missing:
            raise ConfigFileNotFoundError(f"There is no config `{self.path}`.{hint}", filename=self.path)
        if isinstance(file, Unreadable):
            raise ConfigSyntaxError(f"`{self.path}` cannot be read: {file.reason}.")

    def values(self) -> dict[str, Any]:
        """The merged config as written. Raises one error for all problems of its files."""
        with many_objects():
            closure = self.merged()
            problems = blocking(file_problems(closure, self.files.read))
            if problems:
                raise self.reporter(closure).error(problems)
            return cast("dict[str, Any]", plain(closure.root))

    def reporter(self, closure: Closure) -> Reporter:
        """What speaks of problems in these files."""
        return Reporter(self.files, self.path, tuple(reversed(closure.files)))

    @property
    def resolved(self) -> ResolvedConfig:
        """What the config means, found out once. Raises what ``analyse`` raises."""
        return self._resolved or self.analyse()

    def __getstate__(self) -> dict[str, Any]:
        """Without what it means, which follows from its files."""
        return {**vars(self), "_resolved": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.files.add(self.overrides.file)

    def __copy__(self) -> Composition:
        copied = object.__new__(type(self))
        vars(copied).update(vars(self))
        return copied

    def analyse(self) -> ResolvedConfig:
        """What the config means. Raises one error for all problems.

        Arguments that are missing or unknown are left to the build with ``defer``, and once the config was changed.
        """
        with many_objects():
            registered = RegisteredModules(current_project("" if self.path == GIVEN_NAME else self.path))
            understood, problems = self._analysed(registered, read_sources=False)
            hints: list[str] = []
            if registered.readable and _is_incomplete(understood, problems):
                understood, problems = self._analysed(registered, read_sources=True)
                if any(item.code in _UNKNOWN for item in problems) and registered.register_unread():
                    understood, problems = self._analysed(registered, read_sources=True)
                unknown = {_text(item.origin) for item in problems if item.code in _UNKNOWN} - {""}
                hints = registered.reasons_unknown(unknown) if unknown else []
            wrong = (
                next(mistakes(understood.model, self._update or {}), None) if self._update or self._changes else None
            )
            if wrong is not None:
                raise wrong
            self._check_project(registered)
            if problems:
                raise understood.reporter.error(problems, [*hints, *remedies(problems, understood.model)])
            if self._resolved is None and self.overrides.texts:
                self._warn(understood)
            self._resolved = understood
            return understood

    def _warn(self, understood: ResolvedConfig) -> None:
        """Log what is doubtful in overrides, which nobody checks before they run."""
        for item in understood.understood.problems():
            if item.origin.file == OVERRIDES and item.severity == "warning":
                place = self.files.place(item.origin)
                logger.warning("{}: {}\n{}", place, item.message, excerpt(place))

    def _check_project(self, registered: RegisteredModules) -> None:
        """Raises one error for all that is wrong in the project file. A program may run without the folder of its
        sources."""
        project = registered.project
        if project.file is None or not (project.problems or registered.misspelt(project)):
            return
        tables = self.files.tables(project.file)
        written = project if isinstance(tables, Unreadable) else read_project(project.file, tables)
        blockers = blocking((*written.problems, *registered.misspelt(written)))
        problems = [item for item in blockers if "missing" not in dict(item.data)]
        if problems:
            raise Reporter(self.files, project.file, (project.file,)).error(problems)

    def _analysed(self, registered: RegisteredModules, read_sources: bool) -> tuple[ResolvedConfig, list[Problem]]:
        signatures = workspace.excore_validate and not (self.defer or self._changes)
        catalog = registered.catalog(read_sources=read_sources)
        project = registered.project.completed(catalog)
        try:
            understood = analyse(
                self.path,
                self.files.read,
                catalog,
                project,
                self.flags.grammar,
                os.environ,
                merge=self.merged,
                overrides=self.overrides,
            )
            problems = blocking(understood.problems(signatures=signatures))
        except RecursionError as error:
            raise CoreConfigParseError(f"`{self.path}` is nested too deeply.") from error
        left = self._left_to_build(understood.model)
        problems = [item for item in problems if item.code not in left]
        return ResolvedConfig(self, understood, registered), problems

    def _left_to_build(self, model: Model) -> tuple[str, ...]:
        """What is no error yet: what is to be changed before the build, what hooks may give and what is asked for."""
        if self.defer:
            return ("missing-parameter", "unknown-parameter")
        given_later = workspace.excore_manual_set or HOOKS_TABLE in model.groups
        return ("missing-parameter",) if given_later or not workspace.excore_validate else ()


def _text(origin: Origin) -> str:
    return origin.block.text[origin.start : origin.end]


def _is_incomplete(config: ResolvedConfig, problems: Iterable[Problem]) -> bool:
    """Whether the sources of the project may say more of a config than what this process has registered so far.

    They may if a name is unknown, and for what means nothing by now: a table may be that of a class nobody imported,
    and where no project file says which fields there are any value may have the name of one. So what a load makes of
    a config does not depend on what was imported before. A registry file knows all names, imported or not.
    """
    if any(item.code in _UNKNOWN for item in problems):
        return True
    if config.registered.has_registry_file:
        return False
    values = [binding.value for binding in config.model.isolated.values()]
    if not config.registered.project.declared:
        return bool(values)
    return any(isinstance(value, Table | Tables) for value in values)


def _configs_beside(path: str) -> list[str]:
    try:
        return [name for name in os.listdir(os.path.dirname(path)) if is_toml(name)]
    except OSError:
        return []


@dataclass(frozen=True)
class ResolvedConfig:
    """A config that means something."""

    composition: Composition
    understood: analysis.Analysis
    registered: RegisteredModules

    @property
    def model(self) -> Model:
        """What every table, argument and reference means."""
        return self.understood.model

    @property
    def closure(self) -> Closure:
        """The files of the config, merged."""
        return self.understood.closure

    @property
    def root(self) -> Table:
        """The merged table, without ``__base__``."""
        return self.closure.root

    @cached_property
    def reporter(self) -> Reporter:
        """What speaks of problems in this config."""
        return self.composition.reporter(self.closure)

    @cached_property
    def signature_problems(self) -> tuple[Problem, ...]:
        """Arguments that are missing or that nobody takes, in everything that would be built."""
        return tuple(blocking(self.understood.problems()))
