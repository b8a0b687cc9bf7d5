"""Questions to one moment of a workspace. Answers are kept, and shared with later moments where they still hold."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Protocol

from excore.lang.catalog import Catalog
from excore.lang.check.arguments import Checker, override_problems
from excore.lang.check.fragments import Witness, as_fragment, shared
from excore.lang.check.root_causes import causes, finished
from excore.lang.check.suppression import suppressed, unknown_codes
from excore.lang.check.unquoted import unquoted
from excore.lang.grammar import BASE_KEY, Grammar
from excore.lang.problems import Origin, Problem, Related, problem
from excore.lang.project.reading import Project, read_project
from excore.lang.resolve.inherit import Closure, Merger, include_graph, inherit, read_bases
from excore.lang.resolve.model import Model
from excore.lang.resolve.resolver import followed, resolve
from excore.lang.resolve.top_level import fields_and_registries, is_module_path
from excore.lang.source import Unreadable
from excore.lang.syntax.tree import Block
from excore.lang.tables.table import FileTables
from excore.lang.workspace.config_files import is_config, may_be_config
from excore.lang.workspace.file import File
from excore.lang.workspace.listing import Listing

_EMPTY = Catalog()


class State(Protocol):
    """What a snapshot takes from the changing side; see ``workspace.Host``."""

    environment: Mapping[str, str] | None
    open_files: dict[str, File]
    known: dict[str, None]
    catalogs: dict[str, Catalog]
    completed: dict[str, tuple[Project, Catalog, Project]]
    roots: dict[str, RootState]
    listings: dict[str, Listing]

    def file(self, path: str) -> File | Unreadable: ...  # pragma: no cover

    def project_of(self, path: str) -> Project: ...  # pragma: no cover


class RootState:
    """What is kept of one root config from version to version."""

    def __init__(self) -> None:
        self.merger: Merger | None = None
        self.catalog: Catalog | None = None
        self.model: Model | None = None
        self.checker = Checker()

    def resolve(self, snapshot: Snapshot, path: str) -> tuple[Closure, Model]:
        project, catalog, grammar = snapshot.project(path), snapshot.catalog(path), snapshot.grammar(path)
        if self.merger is None or self.catalog is not catalog:
            self.merger = Merger(grammar, lambda p: is_module_path(p, catalog, project))
            self.catalog = catalog
        closure = inherit(path, snapshot.tables, self.merger)
        before = self.model
        if before is None or not (
            before.root is closure.root
            and before.catalog is catalog
            and before.project is project
            and before.grammar is grammar
        ):
            before = followed(resolve(path, closure.root, catalog, project, grammar, snapshot.environment, before))
            self.model = before
        return closure, before


class Snapshot:
    """The state of a host at one moment; answers are kept."""

    def __init__(self, host: State) -> None:
        self._host = host
        self.environment = host.environment
        self._open = dict(host.open_files)
        self._known = tuple(host.known)
        self._catalogs = dict(host.catalogs)
        self._projects: dict[str, Project] = {}
        self._models: dict[str, tuple[Closure, Model]] = {}
        self._found: dict[str, tuple[Problem, ...]] = {}
        self._diagnostics: dict[str, tuple[Problem, ...]] = {}

    # -- files and projects

    def file(self, path: str) -> File | None:
        """The file, or None where there is none that can be read."""
        file = self._read(path)
        return file if isinstance(file, File) else None

    def _read(self, path: str) -> File | Unreadable:
        opened = self._open.get(path)
        return opened if opened is not None else self._host.file(path)

    def tables(self, path: str) -> FileTables | Unreadable:
        """The tables of a file, or why it cannot be read."""
        file = self._read(path)
        return file.tables if isinstance(file, File) else file

    def project(self, path: str) -> Project:
        """The project of a file, with its fields."""
        found = self._projects.get(path)
        if found is None:
            found = self._projects[path] = self._project(path)
        return found

    def _project(self, path: str) -> Project:
        project = self._host.project_of(path)
        catalog = self._catalogs.get(project.root, _EMPTY)
        known = self._host.completed.get(project.root)
        if known is not None and known[0] is project and known[1] is catalog:
            return known[2]
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
        return file is not None and (
            is_config(path, file.tables, self.project(path), self.catalog(path), self.grammar(path))
            or path in self._includers
        )

    @cached_property
    def _all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._known, *self._open)))

    def configs(self, root: str | None = None) -> tuple[str, ...]:
        """All known configs, of one project if ``root`` is given."""
        return tuple(
            path for path in self._all if (root is None or self.project(path).root == root) and self.is_judged(path)
        )

    def candidates(self, root: str) -> tuple[str, ...]:
        """All known files of a project that are configs or may become one: what can be a base."""
        return tuple(path for path in self._all if self.project(path).root == root and self.is_config(path))

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
            if file is not None and BASE_KEY in file.tables.root.bindings:
                bases[path] = file.bases
        return include_graph(bases)

    def includers(self, path: str) -> tuple[str, ...]:
        """The configs that name a file in ``__base__``."""
        return self._includers.get(path, ())

    def roots(self, path: str) -> tuple[str, ...]:
        """The configs that reach a file and that nobody includes; the file itself if nobody includes it."""
        found: dict[str, None] = {}
        seen = {path}
        pending = [path]
        while pending:
            current = pending.pop()
            above = self.includers(current)
            if not above:
                found[current] = None
            pending.extend(name for name in above if name not in seen)
            seen.update(above)
        return tuple(sorted(found)) or (path,)

    # -- meaning

    def own_model(self, path: str) -> Model:
        """The config whose root is this file."""
        return self._resolved(path)[1]

    def closure(self, path: str) -> Closure:
        """The files and merged table of the config whose root is this file."""
        return self._resolved(path)[0]

    def _resolved(self, path: str) -> tuple[Closure, Model]:
        known = self._models.get(path)
        if known is None:
            state = self._host.roots.setdefault(path, RootState())
            known = self._models[path] = state.resolve(self, path)
        return known

    def model(self, path: str) -> Model:
        """The config in which questions about a file are answered: its own, or the first that includes it."""
        return self.own_model(self.roots(path)[0])

    # -- problems

    def root_problems(self, path: str) -> tuple[Problem, ...]:
        """Every problem of the config whose root is this file, in all its files, as a load would meet them."""
        known = self._found.get(path)
        if known is None:
            closure, model = self._resolved(path)
            files: list[Problem] = [*self._read_problems(path)]
            for name in closure.files:
                files.extend(self.syntax_problems(name))
            files.extend(closure.problems)
            meaning: list[Problem] = []
            if self.has_catalog(path):
                meaning.extend(self._host.roots[path].checker.problems(model))
                meaning.extend(override_problems(model))
            known = self._found[path] = tuple(causes(files, meaning, model))
        return known

    def _read_problems(self, path: str) -> Iterable[Problem]:
        file = self._read(path)
        if isinstance(file, Unreadable):
            block = Block("", None, (), (), 0)
            yield problem("unreadable-file", f"{path}: {file.reason}", Origin(path, block, 0, 0))

    def syntax_problems(self, path: str) -> list[Problem]:
        """What is no TOML in one file."""
        file = self.file(path)
        if file is None:
            return []
        return [
            problem(found.code, found.message, Origin(path, block, found.start, found.end))
            for block, found in file.tree.problems
        ]

    def diagnostics(self, path: str) -> tuple[Problem, ...]:
        """Everything to report in one file, by position; nothing for files that are no configs."""
        known = self._diagnostics.get(path)
        if known is None:
            known = self._diagnostics[path] = tuple(self._diagnose(path))
        return known

    def _diagnose(self, path: str) -> Iterable[Problem]:
        file = self.file(path)
        if file is None:
            return []
        project = self.project(path)
        if path == project.file:
            written = read_project(path, file.tables)
            found = [*written.problems, *(written.slips(self.catalog(path)) if self.has_catalog(path) else ())]
        elif not self.is_judged(path):
            return []
        else:
            broken = self.syntax_problems(path)
            found = [*broken, *finished([*broken, *file.tables.problems]), *self._shared_problems(path)]
            if "unquoted-prefix" in project.severities:
                found.extend(unquoted(file.tree, path, self.grammar(path)))
        found.extend(unknown_codes(path, file.tree))
        listing = self._host.listings.setdefault(path, Listing())
        return suppressed(file.tree, listing.listed(_with_severity(found, project), file.tree))

    def _shared_problems(self, path: str) -> list[Problem]:
        roots = self.roots(path)
        if roots != (path,):
            return shared([self._witness(root, path) for root in roots], lambda: self._problems_in(path, path))
        found = self._problems_in(path, path)
        if self.bases(path):
            return [*found, *self._inherited_errors(path)]
        if self.project(path).root not in self._with_fragments:
            return found
        known = fields_and_registries(self.catalog(path), self.project(path))
        return list(as_fragment(found, ("empty-field",), known))

    def _problems_in(self, path: str, root: str) -> list[Problem]:
        return [item for item in self.root_problems(root) if item.origin.file == path]

    def _witness(self, root: str, path: str) -> Witness:
        file = self.file(path)
        assert file is not None
        return Witness(self._problems_in(path, root), file.tables.root, lambda: self.closure(root).root)

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
            reached = self._reached_files(base.path)
            for item in errors:
                if item.origin.file in reached:
                    there = self.file(item.origin.file)
                    line = there.position(there.absolute(item.origin).start)[0] + 1 if there is not None else 1
                    message = f"{os.path.relpath(item.origin.file, os.path.dirname(path))}:{line}: {item.message}"
                    related = (Related(item.origin, item.message), *item.related)
                    yield Problem(item.code, message, base.origin, "error", (), related, item.data)
            errors = [item for item in errors if item.origin.file not in reached]

    def _reached_files(self, path: str) -> set[str]:
        seen = {path}
        pending = [path]
        while pending:
            for base in self.bases(pending.pop()):
                if base not in seen:
                    seen.add(base)
                    pending.append(base)
        return seen


def _with_severity(found: list[Problem], project: Project) -> list[Problem]:
    wanted = project.severities
    if not wanted:
        return found
    kept = []
    for item in found:
        severity = project.severity(item.code) if item.code in wanted else item.severity
        if severity == item.severity:
            kept.append(item)
        elif severity is not None:
            facts = (item.suggestions, item.related, item.data)
            kept.append(Problem(item.code, item.message, item.origin, severity, *facts))
    return kept
