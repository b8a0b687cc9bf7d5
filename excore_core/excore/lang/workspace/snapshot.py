"""Questions to one moment of a workspace. Answers are kept, and shared with later moments where they still hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from excore.lang.analysis import Analysis, analyse, syntax_problems
from excore.lang.catalog import Catalog
from excore.lang.check.arguments import check_ahead
from excore.lang.check.fragments import LEFT_TO_OTHERS, Witness, as_fragment, joined, overridden, shared, with_own
from excore.lang.check.newer_toml import newer_toml
from excore.lang.check.root_causes import finished
from excore.lang.check.suppression import suppressed, unknown_codes
from excore.lang.check.unquoted import unquoted
from excore.lang.file import File, tables_of
from excore.lang.grammar import Grammar
from excore.lang.memo import Memo, Siblings
from excore.lang.overrides import Overrides
from excore.lang.problems import SEVERITIES, Problem, Related
from excore.lang.project.model import Project
from excore.lang.project.reading import read_project, unmade_registries
from excore.lang.provenance import OVERRIDES
from excore.lang.resolve.inherit import Closure, include_graph, read_bases
from excore.lang.resolve.model import Model
from excore.lang.resolve.top_level import fields_and_registries, is_field_or_registry
from excore.lang.source import Unreadable
from excore.lang.sweep import SWEEP, Sweep, is_sweep, read_sweep
from excore.lang.syntax.document import SyntaxTree
from excore.lang.tables.table import FileTables
from excore.lang.workspace.config_files import evidence, may_be_config
from excore.lang.workspace.practice import Learned, Practice
from excore.lang.workspace.sweep_check import sweep_problems

_EMPTY = Catalog()
_AT_ONCE = 50_000
"""Characters of files that are learned from at once: twenty milliseconds."""
_MOST_PROBLEMS = 1000
"""Of one file; editors show no more."""


class State(Protocol):
    """What a snapshot takes from the changing side; see ``host.Host``."""

    environment: Mapping[str, str] | None
    one_pass: bool
    open_files: dict[str, File]
    toml_files: dict[str, None]
    catalogs: dict[str, Catalog]
    completed: dict[str, tuple[Project, Catalog, Project]]
    memos: dict[str, Memo]
    overrides: dict[str, Overrides]
    learned: dict[str, Learned]
    named: set[str]
    shown: dict[str, str]
    unlearned: set[str]

    def file(self, path: str) -> File | Unreadable: ...  # pragma: no cover

    def snapshot(self) -> Snapshot: ...  # pragma: no cover

    def project_of(self, path: str) -> Project: ...  # pragma: no cover


class _Files:
    """The files of a snapshot, each read once. Analyses keep it, so it knows of none."""

    def __init__(self, host: State) -> None:
        self._host = host
        self._known: dict[str, File | Unreadable] = dict(host.open_files)
        self._known.update((overrides.file.path, overrides.file) for overrides in host.overrides.values())

    def read(self, path: str) -> File | Unreadable:
        """The file, or why there is none that can be read."""
        file = self._known.get(path)
        if file is None:
            file = self._known[path] = self._host.file(path)
        return file


class Snapshot:
    """The state of a host at one moment.

    A file is read at most once, so the same question always gets the same answer, whatever happens to the disk.
    """

    def __init__(self, host: State) -> None:
        self._host = host
        self.environment = host.environment
        self.read = _Files(host).read
        """The file of a path, or why there is none that can be read."""
        self._overrides = dict(host.overrides)
        self._open = tuple(host.open_files)
        self._named = frozenset(host.named)
        self._toml_files = tuple(host.toml_files)
        self._catalogs = dict(host.catalogs)
        self._projects: dict[str, Project] = {}
        self._analyses: dict[str, Analysis] = {}
        self._closures: dict[str, Closure] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._diagnostics: dict[str, tuple[Problem, ...]] = {}
        self._practices: dict[str, Practice] = {}
        self._sweeps: dict[str, Sweep | None] = {}
        self.heard: dict[str, list[Witness]] = {}
        """What the roots of a file say of it, where others found that out: see ``witness``."""

    # -- files and projects

    def file(self, path: str) -> File | None:
        """The file, or None where there is none that can be read."""
        file = self.read(path)
        return file if isinstance(file, File) else None

    def tables(self, path: str) -> FileTables | Unreadable:
        """The tables of a file, or why it cannot be read."""
        return tables_of(self.read(path))

    def project(self, path: str) -> Project:
        """The project of a file, with its fields."""
        project = self._projects.get(path)
        if project is None:
            project = self._projects[path] = self._project(path)
        return project

    def _project(self, path: str) -> Project:
        project = self._host.project_of(path)
        catalog = self._catalogs.get(project.root, _EMPTY)
        last = self._host.completed.get(project.root)
        if last is not None and last[0] is project and last[1] is catalog:
            return last[2]
        completed = project.completed(catalog)
        self._host.completed[project.root] = (project, catalog, completed)
        return completed

    def catalog(self, path: str) -> Catalog:
        """What is registered in the project of a file."""
        return self._catalogs.get(self.project(path).root, _EMPTY)

    def has_catalog(self, path: str) -> bool:
        """Whether the project's Python has been read; before that nothing is said about names."""
        return self.project(path).root in self._catalogs

    def grammar(self, path: str) -> Grammar:
        """The grammar of a file's project."""
        return self.catalog(path).grammar

    def is_config(self, path: str) -> bool:
        """Whether help is offered in a file: it is a config or may become one."""
        return may_be_config(path, self.project(path))

    def is_judged(self, path: str) -> bool:
        """Whether problems are reported in a file: it shows that it is a config."""
        file = self.file(path)
        if file is None or path in self._includers:
            return file is not None
        if not self.is_config(path):
            return False
        project, shown = self.project(path), self._host.shown
        if not project.include and not file.bases:
            known = (project, self.catalog(path), self.grammar(path), path in self._named)
            shown[path] = evidence(file.tables, *known, shown.get(path, ""))
            return bool(shown[path])
        return True

    def sweep(self, path: str) -> Sweep | None:
        """What a file says, if it is a sweep."""
        if path not in self._sweeps:
            self._sweeps[path] = self._sweep(path)
        return self._sweeps[path]

    def _sweep(self, path: str) -> Sweep | None:
        file = self.file(path)
        if file is None or not is_sweep(file.tables) or not self.is_config(path):
            return None
        if is_field_or_registry(SWEEP, self.catalog(path), self.project(path)) or path in self._includers:
            return None
        return read_sweep(file.tables, self.grammar(path).prefix_chars)

    @cached_property
    def sweeps(self) -> tuple[str, ...]:
        """All known sweeps."""
        return tuple(path for path in self._all if self.sweep(path) is not None)

    def subject(self, path: str) -> str:
        """The config that the names in a file belong to: that of a sweep, else the file itself."""
        sweep = self.sweep(path)
        return sweep.base if sweep is not None and self.file(sweep.base) is not None else path

    @cached_property
    def _all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._toml_files, *self._open)))

    def configs(self, root: str | None = None) -> tuple[str, ...]:
        """All known configs, of one project if ``root`` is given."""
        return tuple(
            path for path in self._all if (root is None or self.project(path).root == root) and self.is_judged(path)
        )

    def candidates(self, root: str) -> tuple[str, ...]:
        """All known files of a project that are configs or may become one: what can be a base."""
        return tuple(path for path in self._all if self.project(path).root == root and self.is_config(path))

    def practice(self, path: str, idle: bool = False) -> Practice:
        """What the configs of a file's project write, as far as they were read: those that can be read at once, this
        file and its bases first, then what is open or near. Who is ``idle`` may ask again until ``has_learned``."""
        root = self.project(path).root
        practice = self._practices.get(root)
        if practice is None:
            known = self._learn(path, root, idle)
            practice = known.practice
            if not known.pending or self._host.snapshot() is not self:
                self._practices[root] = practice
        return practice

    def has_learned(self, path: str) -> bool:
        """Whether ``practice`` is about all configs of a file's project."""
        return self.project(path).root in self._practices

    def _learn(self, path: str, root: str, idle: bool) -> Learned:
        host, grammar = self._host, self.grammar(path)
        known = host.learned.get(root)
        if host.snapshot() is not self:
            return known or Learned(grammar)  # what has changed since is not read here
        if known is None or known.grammar != grammar:
            known = host.learned[root] = Learned(grammar, (one for one in self._all if self.project(one).root == root))
        changed = [one for one in host.unlearned if self.project(one).root == root]
        host.unlearned.difference_update(changed)
        known.pending.update(dict.fromkeys(changed))
        if known.pending:
            there = (host.open_files, host.toml_files)
            known.take(
                self._nearest(path, known.pending, known, idle),
                lambda one: self.file(one) if any(one in files for files in there) and self.is_config(one) else None,
                lambda one: 1 + len(self.includers(one)),
            )
        return known

    def _nearest(self, path: str, pending: Iterable[str], known: Container[str], idle: bool) -> list[str]:
        """The pending files that are read now; one at least where there is time. Of those that were read before only
        what changed is read."""
        chain, folder = _reached(path, self.bases), os.path.dirname(path)

        def place(one: str) -> tuple[bool, ...]:
            return one != path, one not in chain, one not in self._open, os.path.dirname(one) != folder

        taken, room = [], _AT_ONCE
        for one in sorted(pending, key=place):
            if one in known:
                taken.append(one)
            elif room > 0:
                file = self.file(one)
                size = len(file.text) if file is not None else 1
                if size <= room or (idle and room == _AT_ONCE):
                    taken.append(one)
                    room -= size
        return taken

    # -- inheritance

    def bases(self, path: str) -> tuple[str, ...]:
        """Absolute paths of the direct bases of a file, existing or not."""
        file = self.file(path)
        return file.bases if file is not None else ()

    @cached_property
    def _includers(self) -> Mapping[str, tuple[str, ...]]:
        bases: dict[str, tuple[str, ...]] = {}
        for path in self._all:
            file = self.file(path)
            if file is not None and file.bases:
                bases[path] = file.bases
        return include_graph(bases)

    def includers(self, path: str) -> tuple[str, ...]:
        """The configs that name a file in ``__base__``."""
        return self._includers.get(path, ())

    def included(self, root: str) -> tuple[str, ...]:
        """The files of a project that others include, those that most include first."""
        files = (path for path in self._includers if self.project(path).root == root)
        return tuple(sorted(files, key=lambda path: (-len(self.includers(path)), path)))

    def roots(self, path: str) -> tuple[str, ...]:
        """The configs that reach a file and that nobody includes; the file itself if nobody includes it."""
        reached = _reached(path, self.includers)
        return tuple(sorted(name for name in reached if not self.includers(name))) or (path,)

    # -- meaning

    def analysis(self, path: str) -> Analysis:
        """The config whose root is this file, understood."""
        analysis = self._analyses.get(path)
        if analysis is None:
            memo = self._memo(path)
            project, catalog, grammar = self.project(path), self.catalog(path), self.grammar(path)
            overrides = self._overrides.get(path)
            analysis = analyse(path, self.read, catalog, project, grammar, self.environment, memo, overrides=overrides)
            self._analyses[path] = analysis
            self._closures[path] = analysis.closure
        return analysis

    def _memo(self, path: str) -> Memo:
        """What is known of a config: where nothing changes, what was found in another that inherits the same."""
        memos = self._host.memos
        if not self._host.one_pass:
            return memos.setdefault(path, Memo())
        self._analyses.clear()
        bases = self.bases(path)
        return memos.setdefault("\n".join(bases), Siblings()) if bases else Memo(keeps=False)

    def overridden(self, path: str, overrides: Overrides) -> Analysis:
        """The config whose root is this file with other overrides, understood; not kept."""

        def read(name: str) -> File | Unreadable:
            return overrides.file if name == OVERRIDES else self.read(name)

        memo = self._host.memos.setdefault(f"{OVERRIDES} {path}", Memo())
        project, catalog, grammar = self.project(path), self.catalog(path), self.grammar(path)
        return analyse(path, read, catalog, project, grammar, self.environment, memo, overrides=overrides)

    def own_model(self, path: str) -> Model:
        """The meaning of the config whose root is this file."""
        return self.analysis(path).model

    def closure(self, path: str) -> Closure:
        """The files and merged table of the config whose root is this file."""
        return self._closures.get(path) or self.analysis(path).closure

    def model(self, path: str) -> Model:
        """The config in which questions about a file are answered: its own, or the first that includes it; that of a
        sweep."""
        return self.own_model(self.roots(self.subject(path))[0])

    def ahead(self, path: str) -> Iterator[None]:
        """Does at each step a little of what has to be done until the problems of a file are known; nothing if that is
        soon. To be called on the snapshot of now."""
        if self.has_catalog(path) and path not in self._diagnostics and self.is_judged(path):
            for root in self.roots(path):
                if root not in self._problems:
                    analysis = self.analysis(root)
                    yield from check_ahead(analysis.model, analysis.memo)

    # -- problems

    def root_problems(self, path: str) -> tuple[Problem, ...]:
        """Every problem of the config whose root is this file, in all its files, as a load would meet them."""
        problems = self._problems.get(path)
        if problems is None:
            problems = self._problems[path] = self.analysis(path).problems(names=self.has_catalog(path))
        return problems

    def diagnostics(self, path: str) -> tuple[Problem, ...]:
        """Everything to report in one file, by position; nothing for files that are no configs."""
        diagnostics = self._diagnostics.get(path)
        if diagnostics is None:
            diagnostics = self._diagnostics[path] = tuple(self._diagnose(path))
        return diagnostics

    def _diagnose(self, path: str) -> Iterable[Problem]:
        file = self.file(path)
        if file is None:
            return []
        overridden = [root for root, one in self._overrides.items() if one.file is file]
        project = self.project(overridden[0] if overridden else path)
        if overridden:
            problems = self._problems_in(path, overridden[0])
        elif path == project.file:
            written = read_project(path, file.tables)
            problems = [
                *written.problems,
                *(unmade_registries(written, self.catalog(path)) if self.has_catalog(path) else ()),
            ]
        elif (sweep := self.sweep(path)) is not None:
            problems = [*syntax_problems(path, file), *file.tables.problems, *sweep_problems(self, sweep)]
        elif not self.is_judged(path):
            return []
        else:
            broken = list(syntax_problems(path, file))
            problems = [*broken, *finished([*broken, *file.tables.problems]), *self._shared_problems(path)]
            if "newer-toml" in project.severities:
                problems.extend(newer_toml(file.tree, path))
            if "unquoted-prefix" in project.severities:
                problems.extend(unquoted(file.tree, path, self.grammar(path)))
        problems.extend(unknown_codes(path, file.tree))
        return _bounded(suppressed(file.tree, _in_order(_with_severity(problems, project), file.tree)))

    def _shared_problems(self, path: str) -> list[Problem]:
        roots = self.roots(path)
        if roots != (path,) and path not in self._overrides:
            witnesses = self.heard.get(path) or [self._witness(root, path) for root in roots]
            problems = shared(witnesses, lambda: self._problems_in(path, path))
            return with_own(problems, self._problems_in(path, path)) if self._is_whole(path) else problems
        problems = self._problems_in(path, path)
        if self.bases(path):
            return [*problems, *self._inherited_errors(path)]
        if self.project(path).root not in self._with_fragments:
            return problems
        fields = fields_and_registries(self.catalog(path), self.project(path))
        return list(as_fragment(problems, ("empty-field",), fields))

    def _is_whole(self, path: str) -> bool:
        """Whether a file that others include is a config by itself: it makes something, and nothing is left to them."""
        model = self.own_model(path)
        return any(section.path in model.reached for section in model.sections.values()) and not any(
            item.code in LEFT_TO_OTHERS and item.severity == "error" for item in self.root_problems(path)
        )

    def _problems_in(self, path: str, root: str) -> list[Problem]:
        return [item for item in self.root_problems(root) if item.origin.file == path]

    def _witness(self, root: str, path: str) -> Witness:
        file = self.file(path)
        assert file is not None
        table = file.tables.root
        return Witness(self._problems_in(path, root), lambda: overridden(table, self.closure(root).root))

    def witness(self, path: str, roots: Iterable[str]) -> Witness:
        """What these of its ``roots`` say together of a file, as one of them would."""
        return joined([self._witness(root, path) for root in roots])

    @cached_property
    def _with_fragments(self) -> frozenset[str]:
        """The roots of the projects in which any config includes another."""
        return frozenset(self.project(name).root for names in self._includers.values() for name in names)

    def _inherited_errors(self, path: str) -> Iterable[Problem]:
        """Errors of this config that stand in its bases, told at the ``__base__`` entry they come through."""
        errors = [item for item in self.root_problems(path) if item.severity == "error" and item.origin.file != path]
        if not errors:
            return
        file = self.file(path)
        assert file is not None
        for base in read_bases(path, file.tables)[0]:
            reached = _reached(base.path, self.bases)
            for item in errors:
                if item.origin.file in reached:
                    there = self.file(item.origin.file)
                    line = there.position(there.absolute(item.origin).start)[0] + 1 if there is not None else 1
                    message = f"{os.path.relpath(item.origin.file, os.path.dirname(path))}:{line}: {item.message}"
                    related = (Related(item.origin, item.message), *item.related)
                    yield Problem(item.code, message, base.origin, "error", (), related, item.data)
            errors = [item for item in errors if item.origin.file not in reached]


def _reached(path: str, neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    """A file and all that its ``neighbours``, and theirs, lead to."""
    reached = {path}
    pending = [path]
    while pending:
        for name in neighbours(pending.pop()):
            if name not in reached:
                reached.add(name)
                pending.append(name)
    return reached


def _in_order(problems: Iterable[Problem], tree: SyntaxTree) -> list[Problem]:
    """The problems in the blocks of ``tree`` by position, without those that say the same of the same place."""
    index = tree.index_of
    places = {
        (index[item.origin.block], item.origin.start, item.origin.end, item.code, item.message): item
        for item in reversed([item for item in problems if item.origin.block in index])
    }
    return [places[place] for place in sorted(places)]


def _bounded(problems: list[Problem]) -> list[Problem]:
    """The first problems of a file, errors before what is milder; the last of too many says how many more there are."""
    if len(problems) <= _MOST_PROBLEMS:
        return problems
    ranked = sorted(range(len(problems)), key=lambda number: SEVERITIES.index(problems[number].severity))
    *told, last = (problems[number] for number in sorted(ranked[:_MOST_PROBLEMS]))
    more = f"{last.message} (and {len(problems) - _MOST_PROBLEMS} more problems in this file)"
    return [*told, replace(last, message=more)]


def _with_severity(problems: list[Problem], project: Project) -> list[Problem]:
    severities = project.severities
    if not severities:
        return problems
    result = []
    for item in problems:
        severity = project.severity(item.code) if item.code in severities else item.severity
        if severity == item.severity:
            result.append(item)
        elif severity is not None:
            facts = (item.suggestions, item.related, item.data)
            result.append(Problem(item.code, item.message, item.origin, severity, *facts))
    return result
