"""resolve(merged, catalog, grammar, environment) -> Model. THE rules of the config language (SPEC 3-9). Never raises.

Work is kept per section: given the model before an edit, only sections whose table changed, or which asked for a name
whose meaning changed, are resolved again. What one table means is in ``section``, what a name means in ``lookup``, what
the uses of all tables mean together in ``graph``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from excore.lang.catalog import Catalog
from excore.lang.collector import many_objects
from excore.lang.grammar import DEFAULT, Grammar
from excore.lang.project.reading import Project
from excore.lang.resolve.graph import connect
from excore.lang.resolve.model import Model, Path, Role, Section
from excore.lang.resolve.references import Scope
from excore.lang.resolve.sections import SectionResolver
from excore.lang.resolve.top_level import Names, classify
from excore.lang.tables.table import Binding, Table


def resolve(
    file: str,
    root: Table,
    catalog: Catalog,
    project: Project,
    grammar: Grammar = DEFAULT,
    environment: Mapping[str, str] | None = None,
    before: Model | None = None,
) -> Model:
    """The meaning of the merged config ``root`` of ``file``.

    ``project`` must be completed with the catalog. ``environment`` gives the values of ``${NAME}``; None leaves them
    unjudged. ``before`` is the model of an earlier state of the same file: what did not change is shared with it.
    """
    if before is not None and not (
        before.catalog is catalog and before.project is project and before.grammar is grammar
    ):
        before = None
    names = classify(root, catalog, project, grammar, names_of(before) if before is not None else None)
    scope = Scope(names, catalog, project, grammar, environment)
    sections, changed = _sections(scope, before)
    model = Model(
        file, root, catalog, project, grammar, names.groups, names.modules, names.isolated, names.members, sections
    )
    if before is not None and changed is not None:
        model = replace(model, askers=_askers_after(before, sections, changed))
    return connect(model, before, changed)


def followed(model: Model) -> Model:
    """``model`` with what ``resolve`` needs to know of it after an edit, which is else found out at the first one."""
    return model if model.askers is not None else replace(model, askers=_askers(model))


def _askers(model: Model) -> Mapping[str, tuple[Path, ...]]:
    if model.askers is not None:
        return model.askers
    found: dict[str, list[Path]] = {}
    for path, section in model.sections.items():
        for name in section.depends:
            found.setdefault(name, []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


def _askers_after(
    before: Model, sections: Mapping[Path, Section], changed: frozenset[Path]
) -> Mapping[str, tuple[Path, ...]]:
    known = _askers(before)
    lost: dict[str, set[Path]] = {}
    come: dict[str, list[Path]] = {}
    for path in changed:
        old, new = (of[path].depends if path in of else frozenset[str]() for of in (before.sections, sections))
        for name in old - new:
            lost.setdefault(name, set()).add(path)
        for name in new - old:
            come.setdefault(name, []).append(path)
    if not lost and not come:
        return known
    askers = dict(known)
    for name, gone in lost.items():
        left = tuple(path for path in askers.pop(name) if path not in gone)
        if left:
            askers[name] = left
    for name, paths in come.items():
        askers[name] = (*askers.get(name, ()), *paths)
    return askers


def _sections(scope: Scope, before: Model | None) -> tuple[dict[Path, Section], frozenset[Path] | None]:
    """All sections, and the paths at which they differ from ``before`` (None: anywhere)."""
    names = scope.names
    if before is None or names.changed is None:
        with many_objects():
            return {table[0]: _resolved(scope, *table) for table in _tables(names)}, None
    fresh = {table[0]: _resolved(scope, *table) for table in _tables(names, before)}
    gone = _gone(before, names)
    stale = names.changed
    if stale:
        askers = _askers(before)
        for path in dict.fromkeys(chain.from_iterable(askers.get(name, ()) for name in stale)):
            if path not in fresh and _is_table(names, path):
                section = before.sections[path]
                fresh[path] = _resolved(scope, path, section.role, section.registry, section.binding)
    sections = dict(before.sections)
    for path in gone:
        sections.pop(path, None)
    sections.update(fresh)
    return sections, frozenset((*fresh, *gone))


def names_of(model: Model) -> Names:
    """The names a model was resolved with."""
    return Names(model.root, model.groups, model.modules, model.isolated, model.members)


def _gone(before: Model, names: Names) -> list[Path]:
    gone: list[Path] = [(name,) for name in before.modules.keys() - names.modules.keys()]
    for name, old in before.groups.items():
        new = names.groups.get(name)
        if new is not old:
            left = old.members.keys() - new.members.keys() if new is not None else old.members.keys()
            gone.extend((name, member) for member in left)
    return gone


def _is_table(names: Names, path: Path) -> bool:
    if len(path) == 1:
        return path[0] in names.modules
    group = names.groups.get(path[0])
    return group is not None and path[1] in group.members


def _tables(names: Names, before: Model | None = None) -> Iterator[tuple[Path, Role, str | None, Binding]]:
    """Every module table; those that ``before`` has too are left out."""
    for group in names.groups.values():
        old = before.groups.get(group.name) if before is not None else None
        if old is group:
            continue
        known = old.members if old is not None and old.role == group.role else {}
        for member, binding in group.members.items():
            if known.get(member) is not binding:
                yield (group.name, member), group.role, group.registry, binding
    modules = before.modules if before is not None else {}
    for name, binding in names.modules.items():
        if modules.get(name) is not binding:
            yield (name,), "module", None, binding


def _resolved(scope: Scope, path: Path, role: Role, registry: str | None, binding: Binding) -> Section:
    return SectionResolver(scope, path, role, registry, binding).resolve()
