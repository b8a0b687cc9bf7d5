"""Where what is computed of a project is stored, as its file or the environment of the user says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from excore.lang.project.model import Project

FILES = {
    "registry_cache_file": "registry_cache.json",
    "json_schema_file": "excore_schema.json",
    "class_mapping_file": "class_mapping.json",
}
"""Settings of files -> their names in the folder of the project."""


def base_folder(project: Project) -> str:
    """The folder that holds the folders of all projects."""
    from excore.storage.cache import user_base

    return _setting(project, "cache_base_dir") or user_base()


def project_folder(project: Project, base: str = "") -> str:
    """The folder of a project, by its setting or below ``base``; it may not exist."""
    from excore.storage.cache import cache_dir

    return _setting(project, "cache_dir") or str(cache_dir(Path(project.root), Path(base or base_folder(project))))


def file_path(project: Project, name: str, folder: str = "") -> str:
    """The file that the setting ``name`` of ``FILES`` is about; without one it is in ``folder``, that of the
    project."""
    path = _setting(project, name) or os.path.join(folder or project_folder(project), FILES[name])
    # Project files of older versions name a pickle; what is written there is JSON.
    return os.path.splitext(path)[0] + ".json" if path.endswith(".pkl") else path


def _setting(project: Project, name: str) -> str:
    """The absolute path that a setting names, "" for none."""
    path = project.settings.get(name)
    return os.path.join(project.root, os.path.expanduser(path)) if isinstance(path, str) and path else ""
