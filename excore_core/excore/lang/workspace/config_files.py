"""Which TOML files are configs: plain TOML files must never get a config's diagnostics (FEATURES K6)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch

from excore.lang.catalog import Catalog
from excore.lang.grammar import BASE_KEY, HOOKS_TABLE, Grammar
from excore.lang.project.foreign import COPY_SUFFIX, holds_no_config, is_plain_name, is_toml
from excore.lang.project.model import Project
from excore.lang.resolve.top_level import is_field_or_registry
from excore.lang.source import MAX_DEPTH, Source, folders_below
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.tables.table import Binding, BoundValue, FileTables, Table, Tables

_MOST_FILES = 20_000


def may_be_config(path: str, project: Project) -> bool:
    """Whether a file may become a config while it is typed: help is offered in it."""
    if is_plain_name(path) or any(_matches(path, project, glob) for glob in project.exclude):
        return False
    if project.include:
        return any(_matches(path, project, glob) for glob in project.include)
    return True


def why_no_config(path: str, project: Project) -> str:
    """Why a file that is no config is none, as far as its name and the project file tell; else what it lacks."""
    name = os.path.basename(project.file or "")
    if not is_toml(path):
        return "it is no TOML file"
    if is_plain_name(path):
        return "a file of that name is no config"
    if any(_matches(path, project, glob) for glob in project.exclude):
        return f"`exclude` of {name} leaves it out"
    if project.include and not any(_matches(path, project, glob) for glob in project.include):
        return f"it is not among the `include` of {name}"
    return "it has no `__base__`, no prefixed key, and no table called like a field, a registry or a registered class"


def evidence(tables: FileTables, project: Project, catalog: Catalog, grammar: Grammar, named: bool, last: str) -> str:
    """The top-level name by which a file shows that it is a config, so that problems may be reported in it; "" if none.

    It does by ``__base__``, by a prefixed argument, by a top-level table whose name is a field, a registry or a
    registered class, or by names of classes under a field; where it is ``named`` by any value there, and where a
    project file declares the field by any that is no text. ``last`` is by which it showed that last: after nearly every
    edit it still does.
    """
    bindings = tables.root.bindings
    if last in bindings and _shows(bindings[last], project, catalog, grammar, named):
        return last
    return next((name for name, one in bindings.items() if _shows(one, project, catalog, grammar, named)), "")


def _shows(binding: Binding, project: Project, catalog: Catalog, grammar: Grammar, named: bool) -> bool:
    name, value, by_name = binding.name, binding.value, catalog.by_name
    if name in (BASE_KEY, HOOKS_TABLE) or (grammar.is_prefixed(name) and not binding.part.quoted):
        return True
    if not isinstance(value, Table):
        is_text = isinstance(value, Scalar) and isinstance(value.value, str)  # as tables of data have them
        is_declared = project.file is not None and name in project.primary_fields
        return is_field_or_registry(name, catalog, project) and (
            named or (is_declared and not is_text) or _stands_for_modules(value, by_name)
        )
    if name in by_name or is_field_or_registry(name, catalog, project):
        return True
    for key, inner in value.bindings.items():
        if grammar.is_prefixed(key) or (key in by_name and isinstance(inner.value, Table)):
            return True
        if isinstance(inner.value, Table) and any(map(grammar.is_prefixed, inner.value.bindings)):
            return True
    return False


def _stands_for_modules(value: BoundValue, names: Mapping[str, object]) -> bool:
    """Whether what stands under a field, where only tables belong, is meant for modules: tables, or names of
    classes."""
    items = value.items if isinstance(value, Array) else (value,)
    return isinstance(value, Tables) or any(
        isinstance(item, Scalar) and isinstance(item.value, str) and item.value in names for item in items
    )


def _matches(path: str, project: Project, glob: str) -> bool:
    relative = os.path.relpath(path, project.root).replace(os.sep, "/")
    return fnmatch(relative, glob) or fnmatch(relative, f"*/{glob}")


def find_toml(folder: str) -> Iterator[str]:
    """Every TOML file below ``folder`` that may be a config, sorted by folder; follows no links to folders.

    Copies that ``excore quote`` wrote beside a config are left out.
    """
    count = 0
    for root, files in folders_below(folder, holds_no_config):
        for name in files:
            if is_toml(name) and not is_plain_name(name) and _copied_by(name) not in files:
                yield os.path.join(root, name)
                count += 1
        if count > _MOST_FILES:
            return


def is_found(path: str, folder: str, source: Source) -> bool:
    """Whether ``find_toml`` would find a file below ``folder``."""
    if not path.startswith(os.path.join(folder, "")) or is_plain_name(path) or source.stamp(path) is None:
        return False
    *folders, _ = path[len(folder) :].strip(os.sep).split(os.sep)
    links = (os.path.islink(os.path.join(folder, *folders[: number + 1])) for number in range(len(folders)))
    is_copy = source.stamp(_copied_by(path)) is not None
    return len(folders) <= MAX_DEPTH and not is_copy and not any((*map(holds_no_config, folders), *links))


def _copied_by(path: str) -> str:
    """The file that one is a copy of if it is there; "" if it is called like no copy."""
    return f"{path.removesuffix(COPY_SUFFIX)}.toml" if path.endswith(COPY_SUFFIX) else ""
