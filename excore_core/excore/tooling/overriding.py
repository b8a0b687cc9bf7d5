"""What can be changed in a config on a command line: words that complete one, and a list of all there is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from excore.index.docstrings import documented
from excore.lang.catalog import Entry, Param
from excore.lang.check.annotations import read_annotation
from excore.lang.grammar import split_change
from excore.lang.resolve.model import Model, Path, Section
from excore.lang.resolve.top_level import is_field_or_registry
from excore.lang.source import Source
from excore.lang.syntax.writer import dotted_text, key_text
from excore.lang.tables.table import Binding, Table
from excore.lang.workspace.host import Host, Snapshot
from excore.tooling.registry_dump import project_catalog
from excore.views.toml import binding_text

_BASE = "base"


class Word(NamedTuple):
    """A word that can stand in the place of what is typed, and what it means."""

    text: str
    note: str = ""


class Row(NamedTuple):
    """A value of a config: its path, its text, and what its parameter says."""

    key: str
    value: str
    note: str


def snapshot_of(config: str, overrides: Iterable[str] = (), source: Source | None = None) -> tuple[Snapshot, str]:
    """A snapshot that knows the Python of a config's project, and the absolute path of the config with ``overrides``.

    A sweep's is that of its base. ``source`` reads the configs; the Python is what is on disk.
    """
    path = os.path.abspath(config)
    host = Host(environment=os.environ) if source is None else Host(source, os.environ)
    host.add_folder(os.getcwd())
    project = host.project_of(host.snapshot().subject(path))
    host.set_catalog(project.root, project_catalog(project))
    if overrides:
        host.override(path, overrides)
    return host.snapshot(), path


def words(model: Model, typed: str) -> list[Word]:
    """All words that begin as ``typed`` does: paths, then values."""
    change, body = split_change(typed)
    sign = typed[: len(typed) - len(body)]
    key, equals, value = body.partition("=")
    found: Iterator[Word]
    if equals:
        found = (Word(f"{key}={word.text}", word.note) for word in _values(model, tuple(key.split(".")), value))
    else:
        found = _keys(model, key, adds=change == "add", ends="" if change == "delete" else "=")
    return [Word(sign + text, note) for text, note in dict.fromkeys(found) if text.startswith(body)]


def rows(model: Model) -> Iterator[Row]:
    """Every value of a config, in order."""
    yield from _rows(model, (), model.root)


def _rows(model: Model, path: Path, table: Table) -> Iterator[Row]:
    for binding in table.bindings.values():
        where = (*path, _bare(model, binding))
        if isinstance(binding.value, Table) and binding.value.bindings:
            yield from _rows(model, where, binding.value)
            continue
        param = _param(model, path, where[-1])
        key = dotted_text((*path, binding.name), model.grammar.prefix_chars)
        yield Row(key, binding_text(binding) or "", _note(param) if param is not None else "")


def _bare(model: Model, binding: Binding) -> str:
    return model.grammar.split_key(binding.name).name


def _entry(model: Model, path: Path) -> Entry | None:
    section: Section | None = model.sections.get(path)
    entry = model.entry(path) if path in model.implicit else section.entry if section is not None else None
    return documented(entry) if entry is not None else None


def _param(model: Model, path: Path, name: str) -> Param | None:
    entry = _entry(model, path)
    return entry.signature.get(name) if entry is not None else None


def _note(param: Param) -> str:
    return ": ".join(part for part in (param.annotation or "", " ".join(param.doc.split())) if part)


def _table(model: Model, path: Path) -> Table | None:
    table = model.root
    for name in path:
        binding = next((one for one in table.bindings.values() if name in (one.name, _bare(model, one))), None)
        if binding is None or not isinstance(binding.value, Table):
            return None
        table = binding.value
    return table


def _keys(model: Model, typed: str, adds: bool, ends: str) -> Iterator[Word]:
    *above, last = typed.split(".")
    path: Path = tuple(above)
    before = "".join(f"{name}." for name in path)
    table = _table(model, path)
    names = set()
    for binding in table.bindings.values() if table is not None else ():
        name = _bare(model, binding)
        names.add(name)
        param = _param(model, path, name)
        spelled = binding.name if model.grammar.is_prefixed(last) else name
        text = before + key_text(spelled, model.grammar.prefix_chars)
        if isinstance(binding.value, Table):
            yield Word(f"{text}.")
            if not ends:
                yield Word(text)
        else:
            yield Word(text + ends, _note(param) if param is not None else (binding_text(binding) or ""))
    entry = _entry(model, path)
    for param in entry.signature.keywords if entry is not None and ends else ():
        if param.name not in names:
            yield Word(f"{before}{param.name}=", _note(param))
    if not path and ends:
        yield Word(f"{_BASE}=", "another base")
        yield from (Word(f"{'.'.join(one)}.") for one in model.implicit if _has_arguments(model, one))
        yield from (Word(f"{name}=", "another class") for name, group in model.groups.items() if group.role == "field")
    if adds and not path:
        yield from (Word(f"{name}=", "a class") for name in model.project.primary_fields if name not in names)
        yield from (Word(f"{name}.") for name in model.project.primary_fields if name not in names)
    if adds and len(path) == 1:
        yield from (Word(f"{before}{word.text}.", word.note) for word in _classes(model, path[0]))


def _has_arguments(model: Model, path: Path) -> bool:
    entry = _entry(model, path)
    return entry is not None and bool(entry.signature.keywords)


def _values(model: Model, path: Path, typed: str) -> Iterator[Word]:
    if path in ((_BASE,), ("__base__",)):
        yield from map(Word, _files(typed))
        return
    if len(path) == 1 and is_field_or_registry(path[0], model.catalog, model.project):
        yield from _classes(model, path[0])
        return
    above, name = path[:-1], model.grammar.split_key(path[-1]).name
    table = _table(model, above)
    binding = next((one for one in table.bindings.values() if _bare(model, one) == name), None) if table else None
    if binding is not None and isinstance(binding.value, Table):
        if len(path) == 2 and is_field_or_registry(path[0], model.catalog, model.project):
            yield from _classes(model, path[0])
        return
    param = _param(model, above, name)
    section = model.sections.get(above)
    argument = section.arguments.get(name) if section is not None else None
    prefix = model.grammar.split_key(path[-1]).prefix or (argument.prefix if argument is not None else None)
    if prefix is not None and prefix.kind == "variable":
        yield from map(Word, model.isolated)
    elif prefix is not None:
        yield from _modules(model, argument.references if argument is not None else ())
    elif param is not None:
        yield from map(Word, _choices(param))
    current = binding_text(binding) if binding is not None else param.default if param is not None else None
    if current is not None and "\n" not in current and prefix is None:
        yield Word(current, "now" if binding is not None else "default")


def _choices(param: Param) -> Iterator[str]:
    kinds = read_annotation(param.annotation or "").options
    if any("boolean" in kind.kinds for kind in kinds):
        yield from ("true", "false")
    yield from map(str, param.choices or [value for kind in kinds for value in kind.values if value is not None])


def _modules(model: Model, references: Iterable[object]) -> Iterator[Word]:
    """Other classes of the registries that the references lead to, or all where they lead to none."""
    registries = {
        target.entry.registry
        for reference in references
        for target in getattr(reference, "targets", ())
        if target.entry is not None
    }
    for registry in model.catalog.registries:
        if registry in registries or not registries:
            yield from _of_registry(model, registry)


def _classes(model: Model, field: str) -> Iterator[Word]:
    return _of_registry(model, model.project.registry_of(field))


def _of_registry(model: Model, registry: str) -> Iterator[Word]:
    for name in model.catalog.entries.get(registry, ()):
        entry = model.catalog.get(registry, name)
        yield Word(name, entry.summary if entry is not None else "")


def _files(typed: str) -> Iterator[str]:
    folder = os.path.dirname(typed)
    try:
        names = sorted(os.listdir(folder or os.curdir))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            yield f"{path}/"
        elif name.endswith(".toml"):
            yield path
