"""The catalog of a project as commands and server see it: what reading its source tells, completed by the file in which
``excore auto-register`` wrote down what only an interpreter sees."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from excore.index.dumped_entries import merge
from excore.lang.catalog import Catalog
from excore.lang.project.model import Project
from excore.lang.registry_file import RegistryFileError, read_registry_file
from excore.lang.source import Disk
from excore.storage.cache_paths import file_path
from excore.tooling.indexers import make_indexer


def dump_file(project: Project) -> Path:
    """Where the registry dump of a project is, or would be."""
    return Path(file_path(project, "registry_cache_file"))


def with_dump(catalog: Catalog, project: Project) -> tuple[Catalog, str]:
    """``catalog`` completed by the project's dump, and why the dump was refused, "" if it was not."""
    path = str(dump_file(project))
    try:
        dump = _read(path, project.root, Disk().stamp(path))
    except RegistryFileError as error:
        return catalog, str(error)
    return (catalog if dump is None else merge(catalog, dump, project.root)), ""


@lru_cache(maxsize=8)
def _read(path: str, root: str, stamp: object) -> Catalog | None:
    """The dump in a file; read again only if its ``stamp`` is another one."""
    file = read_registry_file(path)
    return None if file is None else file.catalog(root)


def project_catalog(project: Project) -> Catalog:
    """What is registered in a project, as far as source and dump tell. Nothing is imported."""
    return with_dump(make_indexer(project).build(), project)[0]
