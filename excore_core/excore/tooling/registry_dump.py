"""The catalog of a project as commands see it: what reading its source tells, completed by its registry dump.

`excore auto-register` writes the dump beside the other caches of the workspace.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from excore.engine.cache import cache_dir, user_base, write_json
from excore.index.dump import Dump, DumpError, dump_to_json, merge, read_dump
from excore.lang.catalog import Catalog, Entry
from excore.lang.project.reading import Project
from excore.lang.source import Disk
from excore.tooling.indexing import make_indexer

DUMP_FILE = "registry_dump.json"
LOCK_TIMEOUT = 10.0


def dump_file(project: Project) -> Path:
    """Where the registry dump of a project is, or would be."""
    return cache_folder(project) / DUMP_FILE


def cache_folder(project: Project) -> Path:
    """The folder for what is computed of a project, as its file or the user's environment says; it may not exist."""
    written = project.settings.get("cache_dir")
    if isinstance(written, str) and written:
        return _below(project, written)
    base = project.settings.get("cache_base_dir")
    if isinstance(base, str) and base:
        return cache_dir(Path(project.root), _below(project, base))
    return cache_dir(Path(project.root), Path(user_base()))


def _below(project: Project, path: str) -> Path:
    return Path(project.root, os.path.expanduser(path))


def with_dump(catalog: Catalog, project: Project) -> tuple[Catalog, str]:
    """``catalog`` completed by the project's dump, and why the dump was refused, "" if it was not."""
    path = dump_file(project)
    try:
        dump = _read(str(path), project.root, Disk().stamp(str(path)))
    except DumpError as error:
        return catalog, str(error)
    return (catalog if dump is None else merge(catalog, dump, project.root)), ""


@lru_cache(maxsize=8)
def _read(path: str, root: str, stamp: object) -> Dump | None:
    """The dump in a file; read again only if its ``stamp`` is another one."""
    return None if stamp is None else read_dump(path, root)


def project_catalog(project: Project) -> Catalog:
    """What is registered in a project, as far as source and dump tell. Nothing is imported."""
    return with_dump(make_indexer(project).build(), project)[0]


def write_dump(path: Path, dump: Dump, root: str, *, update: bool) -> None:
    """Replace the dump, under a lock; with ``update`` keep the entries in it that are not in ``dump``."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=LOCK_TIMEOUT):
        if update:
            dump = _joined(_known(path, root), dump)
        write_json(path, dump_to_json(dump, root))


def _known(path: Path, root: str) -> Dump:
    try:
        return read_dump(path, root) or Dump({}, {})
    except DumpError:
        return Dump({}, {})


def _joined(old: Dump, new: Dump) -> Dump:
    entries: dict[str, Mapping[str, Entry]] = dict(old.entries)
    for name, found in new.entries.items():
        entries[name] = {**entries.get(name, {}), **found}
    return replace(new, registries={**old.registries, **new.registries}, entries=entries)
