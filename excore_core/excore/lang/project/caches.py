"""Where what is computed of a project is stored, as its file or the environment of the user says."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from excore.lang.source import Disk

if TYPE_CHECKING:
    from excore.lang.project.reading import Project

OWNER_FILE = "workspace.json"
FILES = {
    "registry_cache_file": "registry_cache.json",
    "json_schema_file": "excore_schema.json",
    "class_mapping_file": "class_mapping.json",
}
"""Settings of files -> their names in the folder of the project."""


def base_folder(project: Project) -> str:
    """The folder that holds the folders of all projects."""
    setting = project.settings.get("cache_base_dir")
    if isinstance(setting, str) and setting:
        return _absolute(project, setting)
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "excore")


def project_folder(project: Project, base: str = "") -> str:
    """The folder of a project; without a setting one below `base` that has its name, with `_1`, `_2` ... if another
    project has that. It may not exist."""
    setting = project.settings.get("cache_dir")
    if isinstance(setting, str) and setting:
        return _absolute(project, setting)
    root = os.path.realpath(project.root)
    name = os.path.basename(root) or "root"
    number = 0
    while True:
        folder = os.path.join(base or base_folder(project), f"{name}_{number}" if number else name)
        if owner(folder) in (None, root):
            return folder
        number += 1


def file_path(project: Project, name: str, folder: str = "") -> str:
    """The file that the setting `name` of `FILES` is about; without one it is in `folder`, that of the project."""
    setting = project.settings.get(name)
    if not isinstance(setting, str) or not setting:
        return os.path.join(folder or project_folder(project), FILES[name])
    path = _absolute(project, setting)
    # Project files of older versions name a pickle; what is written there is JSON.
    return os.path.splitext(path)[0] + ".json" if path.endswith(".pkl") else path


def owner(folder: str) -> str | None:
    """The root of the project that a folder belongs to, None if it belongs to none."""
    text = Disk().read(os.path.join(folder, OWNER_FILE))
    try:
        data = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    root = data.get("root") if isinstance(data, dict) else None
    return root if isinstance(root, str) else None


def _absolute(project: Project, path: str) -> str:
    return os.path.join(project.root, os.path.expanduser(path))
