"""The workspace of the running process: the project file found from the current folder upward, as attributes.

Nothing is read before the first attribute is asked for. An attribute set at run time wins over the environment
(flags only), which wins over the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from excore.lang.project.reading import Project

__all__ = ["Workspace", "workspace"]

_FLAGS = {"excore_validate": True, "excore_manual_set": False, "excore_log_build_message": False}
_VARIABLES = {name: name.upper() for name in _FLAGS}
_FILES = {
    "registry_cache_file": "registry_cache.json",
    "json_schema_file": "excore_schema.json",
    "class_mapping_file": "class_mapping.json",
}
_WRITTEN = ("name", "src_dir", "registries", "primary_fields", "primary_to_registry", "json_schema_fields", "props")
_OFF = ("0", "false", "no", "off")


class Workspace:
    """Settings of the workspace the current folder belongs to; without a project file, of the folder itself.

    All of `Workspace.names` can be read and set. The file is read again after `refresh`, and when an attribute that
    is no flag is asked for in another current folder.
    """

    name: str
    src_dir: str
    base_dir: str
    registries: list[str]
    primary_fields: list[str]
    primary_to_registry: dict[str, str]
    json_schema_fields: dict[str, Any]
    cache_base_dir: str
    cache_dir: str
    registry_cache_file: str
    json_schema_file: str
    class_mapping_file: str
    excore_validate: bool
    excore_manual_set: bool
    excore_log_build_message: bool
    props: dict[str, Any]

    names = (
        "name", "src_dir", "base_dir", "registries", "primary_fields", "primary_to_registry", "json_schema_fields",
        "cache_base_dir", "cache_dir", *_FILES, *_FLAGS, "props",
    )  # fmt: skip

    def __init__(self) -> None:
        vars(self).update(_set={}, _found={}, _folder=None, _project=None)

    def __getattr__(self, name: str) -> Any:
        if name not in Workspace.names:
            raise AttributeError(f"The workspace has no setting `{name}`.")
        given = vars(self)["_set"]
        if name in given:
            return given[name]
        if name in _FLAGS:
            return self._flag(name)
        self._look()
        found = vars(self)["_found"]
        if name not in found:
            found[name] = self._read(name)
        return found[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in Workspace.names:
            raise AttributeError(f"The workspace has no setting `{name}`.")
        vars(self)["_set"][name] = value

    def __delattr__(self, name: str) -> None:
        vars(self)["_set"].pop(name, None)

    def __repr__(self) -> str:
        return f"Workspace({self.name!r}, base_dir={self.base_dir!r})"

    @property
    def project(self) -> Project:
        """What the project file says."""
        return self._look()

    @property
    def config_file(self) -> str | None:
        """The project file, or None."""
        return self._look().file

    @property
    def base_name(self) -> str:
        """The name of the cache folder."""
        return os.path.basename(os.path.normpath(self.cache_dir))

    def update(self, settings: dict[str, Any]) -> None:
        """Set several attributes; names that are no setting are ignored, as in a file."""
        for name, value in settings.items():
            if name in Workspace.names:
                setattr(self, name, value)

    def reset(self) -> None:
        """Forget everything that was set or read."""
        vars(self).update(_set={}, _found={}, _folder=None, _project=None)

    def refresh(self) -> None:
        """Read the project file again at the next use; what was set at run time stays."""
        vars(self).update(_folder=None, _project=None, _found={})

    def claim_cache(self) -> None:
        """Create the cache folder and mark it as this workspace's.

        Raises `NotOurs`, an OSError, if the folder is there and was not made by excore.
        """
        from excore.engine.cache import claim

        claim(Path(self.cache_dir), Path(self.base_dir))

    def dump(self, path: str) -> None:
        """Write the settings to a project file, keeping its comments and other keys if it exists.

        Absolute paths, flags from the environment and run-time flags are not written.
        """
        import tomlkit

        from excore.engine.cache import write_text

        target = Path(path)
        document = tomlkit.parse(target.read_text(encoding="utf-8")) if target.exists() else tomlkit.document()
        for name in _WRITTEN:
            value = getattr(self, name)
            if document.get(name) != value and (value or name in document or name in _WRITTEN[:3]):
                document[name] = value
        write_text(target, tomlkit.dumps(document))

    def _look(self) -> Project:
        """The project of the current folder, kept until the folder changes."""
        state = vars(self)
        folder = os.getcwd()
        if state["_folder"] != folder:
            from excore.lang.project.reading import find_project

            state.update(_folder=folder, _project=find_project(folder), _found={})
        found: Project = state["_project"]
        return found

    def _flag(self, name: str) -> bool:
        """Asked for at each build of a node, so the folder is not asked for again."""
        variable = _VARIABLES[name]
        if variable in os.environ:  # `get` makes an exception where there is none
            text = os.environ[variable]
            if text:
                return text.strip().lower() not in _OFF
        project = vars(self)["_project"] or self._look()
        written = project.settings.get(name)
        return written if isinstance(written, bool) else _FLAGS[name]

    def _read(self, name: str) -> Any:
        project = self._look()
        written = project.settings.get(name)
        if name in _FILES:
            return self._file(name, written)
        if name == "name":
            return project.name or os.path.basename(project.root)
        if name == "src_dir":
            return project.src_dir
        if name == "base_dir":
            return project.root
        if name == "registries":
            return [_notation(spec.name, spec.starred, spec.fields) for spec in project.registries]
        if name == "primary_fields":
            return list(project.primary_fields)
        if name == "primary_to_registry":
            return dict(project.primary_to_registry)
        if name == "json_schema_fields":
            return dict(written) if isinstance(written, dict) else self._schema_fields()
        if name == "cache_base_dir":
            return self._cache_base(written)
        if name == "cache_dir":
            return self._cache_dir(written)
        return dict(written) if isinstance(written, dict) else {}

    def _cache_base(self, written: object) -> str:
        if isinstance(written, str) and written:
            return self._absolute(written)
        from excore.engine.cache import user_base

        return user_base()

    def _cache_dir(self, written: object) -> str:
        if isinstance(written, str) and written:
            return self._absolute(written)
        from excore.engine.cache import cache_dir

        return str(cache_dir(Path(self.base_dir), Path(self.cache_base_dir)))

    def _file(self, name: str, written: object) -> str:
        if not isinstance(written, str) or not written:
            return os.path.join(self.cache_dir, _FILES[name])
        path = self._absolute(written)
        # Project files of older versions name a pickle; what we write there is JSON.
        return os.path.splitext(path)[0] + ".json" if path.endswith(".pkl") else path

    def _absolute(self, path: str) -> str:
        return os.path.join(self.base_dir, os.path.expanduser(path))

    def _schema_fields(self) -> dict[str, Any]:
        """Starred registries: those with fields -> the fields, and the others under `isolated_fields`."""
        specs = [spec for spec in self._look().registries if spec.starred]
        fields: dict[str, Any] = {spec.name: list(spec.fields) for spec in specs if spec.fields}
        if specs:
            fields["isolated_fields"] = [spec.name for spec in specs if not spec.fields]
        return fields


def _notation(name: str, starred: bool, fields: tuple[str, ...]) -> str:
    text = f"*{name}" if starred else name
    return f"{text}: {', '.join(fields)}" if fields else text


workspace = Workspace()
