"""resolve(merged, catalog, project, grammar, environment) -> Model. THE rules of the config language. Never raises.

What one table means is in ``sections``, what a name means in ``references``, what the uses of all tables mean together
in ``use_graph``. A section is resolved again after an edit if its table is another one, or if a name means something
else that it asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from excore.lang.catalog import Catalog
from excore.lang.grammar import DEFAULT, Grammar
from excore.lang.memo import Memo
from excore.lang.project.model import Project
from excore.lang.resolve.model import Model, Path, Role, Section
from excore.lang.resolve.references import Scope
from excore.lang.resolve.sections import SectionResolver
from excore.lang.resolve.top_level import Names, changed_names, classify
from excore.lang.resolve.use_graph import connect
from excore.lang.tables.table import Binding, Table


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
    scope = Scope(names, catalog, project, grammar, environment)
    parts: dict[Path, Mapping[Path, Section]] = {
        (group.name,): _sections(scope, (group.name,), group.role, group.registry, group.members, memo)
        for group in names.groups.values()
    }
    parts[()] = _sections(scope, (), "module", None, names.modules, memo)
    memo.retain(("sections", "by path", "verdicts"), parts)
    sections: dict[Path, Section] = {}
    for part in parts.values():
        sections.update(part)
    groups, modules, isolated, members = names.groups, names.modules, names.isolated, names.members
    model = Model(file, root, catalog, project, grammar, groups, modules, isolated, members, sections, parts)
    return connect(model, memo.last("model") if memo.follows else None, memo)


def _sections(
    scope: Scope, above: Path, role: Role, registry: str | None, tables: Mapping[str, Binding], memo: Memo
) -> Mapping[Path, Section]:
    """The sections of the module tables below ``above``."""

    def resolved(name: str, binding: Binding) -> Section:
        return SectionResolver(scope, (*above, name), role, registry, binding, memo).resolve()

    by_name = memo.each(("sections", above), tables, resolved)
    return memo.latest(("by path", above), (by_name,), lambda: {one.path: one for one in by_name.values()})
