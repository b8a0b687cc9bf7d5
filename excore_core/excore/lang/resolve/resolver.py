"""resolve(merged, catalog, project, grammar, environment) -> Model. THE rules of the config language. Never raises.

What one table means is in ``sections``, what a name means in ``references``, what the uses of all tables mean together
in ``use_graph``. A section is resolved again after an edit if its table is another one, or if a name means something
else that it asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from excore.lang.catalog import Catalog
from excore.lang.grammar import DEFAULT, Grammar
from excore.lang.memo import Memo
from excore.lang.project.model import Project
from excore.lang.resolve.model import LateSections, Model, Path, Section
from excore.lang.resolve.references import Scope
from excore.lang.resolve.sections import SectionResolver
from excore.lang.resolve.top_level import Names, changed_names, classify
from excore.lang.resolve.use_graph import connect
from excore.lang.tables.table import Binding, Table

AT_ONCE = 50
"""Sections: some milliseconds."""


def resolve(
    file: str,
    root: Table,
    catalog: Catalog,
    project: Project,
    grammar: Grammar = DEFAULT,
    environment: Mapping[str, str] | None = None,
    memo: Memo | None = None,
) -> Model:
    """The meaning of the merged config ``root`` of ``file``.

    ``project`` must be completed with the catalog. ``environment`` gives the values of ``${NAME}``; None leaves them
    unjudged. With the ``memo`` of an earlier state of the same file, what did not change is shared with it.
    """
    memo = memo or Memo(keeps=False)
    memo.within(catalog, project, grammar, environment)
    model: Model = memo.latest(
        "model", (root,), lambda: _resolved(file, root, catalog, project, grammar, environment, memo)
    )
    return model if model.file == file else replace(model, file=file)


def _resolved(
    file: str,
    root: Table,
    catalog: Catalog,
    project: Project,
    grammar: Grammar,
    environment: Mapping[str, str] | None,
    memo: Memo,
) -> Model:
    before: Names | None = memo.last("names")
    names = classify(root, catalog, project, memo)
    if before is not None:
        memo.forget(changed_names(before, names))
    memo.latest("names", (root,), lambda: names)
    late = _Late(file, Scope(names, catalog, project, grammar, environment), memo)
    sections = LateSections(late.has, late.section, late.whole, late.ahead)
    return late.model(sections, {})


class _Late:
    """Resolves the sections of one config, one of them or all. ``memo`` is that of the config, which others go on with:
    who comes after them has one of his own."""

    def __init__(self, file: str, scope: Scope, memo: Memo) -> None:
        self.file = file
        self.scope = scope
        self.memo = memo

    def model(self, sections: Mapping[Path, Section], parts: Mapping[Path, Mapping[Path, Section]]) -> Model:
        scope, names = self.scope, self.scope.names
        about = (names.groups, names.modules, names.isolated, names.members)
        return Model(
            self.file, names.root, scope.catalog, scope.project, scope.grammar, *about, sections=sections, parts=parts
        )

    def tables(self, above: Path) -> Mapping[str, Binding]:
        """The module tables below a group, or at the top level."""
        names = self.scope.names
        if not above:
            return names.modules
        group = names.groups.get(above[0]) if len(above) == 1 else None
        return group.members if group is not None else {}

    def has(self, path: Path) -> bool:
        """Whether there is a section at a path."""
        return bool(path) and path[-1] in self.tables(path[:-1])

    def section(self, path: Path, memo: Memo | None = None) -> Section:
        """One section."""
        group = self.scope.names.groups[path[0]] if len(path) > 1 else None
        role, registry = (group.role, group.registry) if group is not None else ("module", None)
        binding = self.tables(path[:-1])[path[-1]]
        return SectionResolver(self.scope, path, role, registry, binding, memo or Memo(keeps=False)).resolve()

    def _below(self, above: Path, memo: Memo, name: str, _: Binding) -> Section:
        return self.section((*above, name), memo)

    def ahead(self) -> Iterator[None]:
        """Resolves a few of many sections at each step, for ``whole``."""
        for above in self.above if sum(len(self.tables(above)) for above in self.above) > AT_ONCE else ():
            resolved = partial(self._below, above, self.memo)
            steps = self.memo.ahead(("sections", above), self.tables(above), resolved, AT_ONCE)
            while self.memo.last("names") is self.scope.names and next(steps, True) is None:
                yield

    @property
    def above(self) -> Iterator[Path]:
        """What sections are below: each group, and the top level."""
        yield from ((name,) for name in self.scope.names.groups)
        yield ()

    def whole(self) -> Model:
        """The model with all sections, and what they are together."""
        memo = self.memo if self.memo.last("names") is self.scope.names else Memo(keeps=False)
        parts: dict[Path, Mapping[Path, Section]] = {}
        for above in self.above:
            resolved = partial(self._below, above, memo)
            by_name = memo.each(("sections", above), self.tables(above), resolved)
            parts[above] = memo.latest(("by path", above), (by_name,), partial(_by_path, by_name))
        memo.retain(("sections", "by path", "verdicts"), parts)
        sections: dict[Path, Section] = {}
        for part in parts.values():
            sections.update(part)
        before = memo.last("whole") if memo.follows else None
        return memo.latest("whole", (sections,), lambda: connect(self.model(sections, parts), before, memo))


def _by_path(by_name: Mapping[str, Section]) -> Mapping[Path, Section]:
    return {section.path: section for section in by_name.values()}
