"""One config with everything it inherits, as written and as understood."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from excore.config import flags
from excore.config.given import given_table
from excore.config.notes import notes
from excore.config.raising import Reporter, blocking
from excore.config.registered import Registered, current_project
from excore.config.sources import Files
from excore.config.updating import UPDATE, mapping, mistakes, nested
from excore.engine.workspace import workspace
from excore.errors import (
    ConfigFileNotFoundError,
    ConfigSyntaxError,
    CoreConfigParseError,
    CoreConfigSupportError,
    did_you_mean,
)
from excore.lang.check.arguments import Checker
from excore.lang.check.root_causes import causes
from excore.lang.collector import many_objects
from excore.lang.grammar import BASE_KEY
from excore.lang.problems import Origin, Problem, problem
from excore.lang.project.reading import read_project
from excore.lang.resolve.inherit import Closure, Merger, inherit
from excore.lang.resolve.model import Model
from excore.lang.resolve.resolver import resolve
from excore.lang.resolve.top_level import is_module_path
from excore.lang.source import Unreadable
from excore.lang.tables.table import Table, plain

__all__ = ["Analysis", "Document"]

# With one of these a name may be known once the sources of the project are read.
_UNKNOWN = frozenset(
    ("unknown-class", "unknown-hook", "unknown-section", "empty-field", "unknown-variable", "unknown-table")
)


class Document:
    """A config file, its bases and what updates it. Raises nothing until it is asked for something."""

    def __init__(self, path: str, base_key: str = BASE_KEY, update: Mapping[str, Any] | None = None) -> None:
        self.path = os.path.abspath(path)
        self.base_key = base_key
        self.flags = flags.current()
        self.files = Files(self.flags.grammar.prefix_chars)
        self.given: Mapping[str, Any] | None = None  # stands for the whole config, whatever the file says
        self._update = mapping(update)

    @classmethod
    def of(cls, values: Mapping[str, Any], name: str = "config") -> Document:
        """A config that is given as Python values."""
        document = cls(name)
        document.path = name
        document.given = values
        return document

    def merged(self, merger: Merger | None = None) -> Closure:
        """All files merged to one table.

        Raises `ConfigFileNotFoundError` if there is no such file, `CoreConfigSupportError` if it is not called
        `.toml`, and `CoreConfigParseError` if it cannot be read.
        """
        merger = merger or Merger(self.flags.grammar)
        if self.given is not None:
            table = given_table(self.given, self.path, self.flags.grammar)
            return Closure(self.path, merger.without(table, self.base_key), (self.path,), ())
        self._check_file()
        closure = inherit(self.path, self.files.tables, merger, self.base_key)
        if self._update:
            values = nested(self._update, closure.root, self.flags.grammar, merger.is_module)
            update = given_table(values, UPDATE, self.flags.grammar)
            closure = closure._replace(root=merger.merge(closure.root, update), files=(*closure.files, UPDATE))
        return closure

    def _check_file(self) -> None:
        file = self.files.read(self.path)
        missing = isinstance(file, Unreadable) and file.missing
        hint = did_you_mean(os.path.basename(self.path), _configs_beside(self.path)) if missing else ""
        if not self.path.endswith(".toml"):
            raise CoreConfigSupportError(f"`{self.path}` is no TOML file; a config must end in .toml.{hint}")
        if missing:
            raise ConfigFileNotFoundError(f"There is no config `{self.path}`.{hint}", filename=self.path)
        if isinstance(file, Unreadable):
            raise ConfigSyntaxError(f"`{self.path}` cannot be read: {file.reason}.")

    def file_problems(self, closure: Closure) -> list[Problem]:
        """What is wrong with the files by themselves."""
        found: list[Problem] = []
        for path in closure.files:
            file = self.files.read(path) if path != UPDATE and self.given is None else None
            if file is not None and not isinstance(file, Unreadable):
                found.extend(
                    problem(one.code, one.message, Origin(path, block, one.start, one.end))
                    for block, one in file.tree.problems
                )
        found.extend(closure.problems)
        return found

    def values(self) -> dict[str, Any]:
        """The merged config as written. Raises one error for all problems of its files."""
        with many_objects():
            closure = self.merged()
            problems = blocking(self.file_problems(closure))
            if problems:
                raise self.reporter(closure).error(problems)
            return cast("dict[str, Any]", plain(closure.root))

    def reporter(self, closure: Closure) -> Reporter:
        """What speaks of problems in these files."""
        return Reporter(self.files, self.path, tuple(reversed(closure.files)))

    def analyse(self) -> Analysis:
        """What the config means. Raises one error for all problems that do not concern signatures."""
        with many_objects():
            registered = Registered(current_project("" if self.given is not None else self.path))
            analysis, problems = self._analysed(registered, read_sources=False)
            hints: list[str] = []
            if registered.readable and _is_incomplete(analysis, problems):
                analysis, problems = self._analysed(registered, read_sources=True)
                if any(item.code in _UNKNOWN for item in problems) and registered.register_unread():
                    analysis, problems = self._analysed(registered, read_sources=True)
                unknown = {_text(item.origin) for item in problems if item.code in _UNKNOWN} - {""}
                hints = registered.notes(unknown) if unknown else []
            wrong = next(mistakes(analysis.model), None) if self._update else None
            if wrong is not None:
                raise wrong
            self._check_project(registered)
            if problems:
                raise analysis.reporter.error(problems, [*hints, *notes(problems, analysis.model)])
            return analysis

    def _check_project(self, registered: Registered) -> None:
        """Raises one error for all that is wrong in the project file. A program may run without the folder of its
        sources."""
        project = registered.project
        if project.file is None or not (project.problems or registered.slips(project)):
            return
        tables = self.files.tables(project.file)
        written = project if isinstance(tables, Unreadable) else read_project(project.file, tables)
        found = blocking((*written.problems, *registered.slips(written)))
        problems = [item for item in found if "missing" not in dict(item.data)]
        if problems:
            raise Reporter(self.files, project.file, (project.file,)).error(problems)

    def _analysed(self, registered: Registered, read_sources: bool) -> tuple[Analysis, list[Problem]]:
        grammar = self.flags.grammar
        catalog = registered.catalog(read_sources=read_sources)
        project = registered.project.completed(catalog)
        closure = self.merged(Merger(grammar, lambda path: is_module_path(path, catalog, project)))
        try:
            model = resolve(self.path, closure.root, catalog, project, grammar, os.environ)
        except RecursionError as error:
            raise CoreConfigParseError(f"`{self.path}` is nested too deeply.") from error
        analysis = Analysis(self, closure, model, registered)
        found = Checker(signatures=False).problems(model)
        if not workspace.excore_validate:
            found = [item for item in found if item.code != "missing-parameter"]
        return analysis, blocking(causes(self.file_problems(closure), found, model))


def _text(origin: Origin) -> str:
    return origin.block.text[origin.start : origin.end]


def _is_incomplete(analysis: Analysis, problems: Iterable[Problem]) -> bool:
    """Whether the sources of the project may say more of a config: names are unknown, or tables that hold tables mean
    nothing where only what is registered says which are modules. To read them may take long, so it is not done for
    tables of plain values."""
    if any(item.code in _UNKNOWN for item in problems):
        return True
    model = analysis.model
    known = analysis.registered.project.declared and any(model.catalog.entries.values())
    tables = [one.value for one in model.isolated.values() if isinstance(one.value, Table)]
    return not known and any(isinstance(inner.value, Table) for one in tables for inner in one.bindings.values())


def _configs_beside(path: str) -> list[str]:
    try:
        return [name for name in os.listdir(os.path.dirname(path)) if name.endswith(".toml")]
    except OSError:
        return []


@dataclass(frozen=True)
class Analysis:
    """A config that means something."""

    document: Document
    closure: Closure
    model: Model
    registered: Registered

    @property
    def root(self) -> Table:
        """The merged table, without `__base__`."""
        return self.closure.root

    @cached_property
    def reporter(self) -> Reporter:
        """What speaks of problems in this config."""
        return self.document.reporter(self.closure)

    @cached_property
    def signature_problems(self) -> tuple[Problem, ...]:
        """Arguments that are missing or that nobody takes, in everything that would be built."""
        return tuple(blocking(causes((), Checker().problems(self.model), self.model)))
