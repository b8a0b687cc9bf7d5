"""The workspace of the running process: the project file found from the current folder upward, as attributes.

Nothing is read before the first attribute is asked for. An attribute set at run time wins over the environment
(flags only), which wins over the file.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from excore.storage.cache_paths import FILES, base_folder, file_path, project_folder

if TYPE_CHECKING:
    from excore.lang.project.model import Project, RegistrySpec

__all__ = ["Workspace", "workspace"]

_FLAGS = {"excore_validate": True, "excore_manual_set": False, "excore_log_build_message": False}
_VARIABLES = {name: name.upper() for name in _FLAGS}
_WRITTEN = ("name", "src_dir", "registries", "primary_fields", "primary_to_registry", "json_schema_fields", "props")
_OFF = ("0", "false", "no", "off")


class Workspace:
    """Settings of the workspace the current folder belongs to; without a project file, of the folder itself.

    All of ``Workspace.names`` can be read and set. The file is read again after ``refresh``, and when an attribute that
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
        "cache_base_dir", "cache_dir", *FILES, *_FLAGS, "props",
    )  # fmt: skip

    def __init__(self) -> None:
        vars(self).update(_set={}, _values={}, _folder=None, _project=None)

    def __getattr__(self, name: str) -> Any:
        if name not in Workspace.names:
            raise AttributeError(f"The workspace has no setting `{name}`.")
        settings = vars(self)["_set"]
        if name in settings:
            return settings[name]
        if name in _FLAGS:
            return self._flag(name)
        self._look()
        values = vars(self)["_values"]
        if name not in values:
            values[name] = self._read(name)
        return values[name]

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
        """What the project file says, with the registries and fields that were set here."""
        project = self._look()
        values = {**vars(self)["_values"], **vars(self)["_set"]}  # a list that was handed out may have been changed
        registries, fields = project.registries, tuple(values.get("primary_fields", project.primary_fields))
        mapping = values.get("primary_to_registry", project.primary_to_registry)
        if "registries" in values:
            from excore.lang.project.model import read_spec

            registries = tuple(map(read_spec, values["registries"]))
        if registries != project.registries and fields == project.primary_fields:
            fields = tuple(dict.fromkeys((*(name for spec in registries for name in spec.primary_fields), *fields)))
            mapping = {name: spec.name for spec in registries for name in spec.primary_fields} | mapping
        if (registries, fields, mapping) == (project.registries, project.primary_fields, project.primary_to_registry):
            return project
        return replace(project, registries=registries, primary_fields=fields, primary_to_registry=mapping)

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
        vars(self).update(_set={}, _values={}, _folder=None, _project=None)

    def refresh(self) -> None:
        """Read the project file again at the next use; what was set at run time stays."""
        vars(self).update(_folder=None, _project=None, _values={})

    def claim_cache(self) -> None:
        """Create the cache folder and mark it as this workspace's.

        Raises ``NotOurs``, an OSError, if the folder is there and was not made by excore.
        """
        from excore.storage.cache import claim

        claim(Path(self.cache_dir), Path(self.base_dir))

    def dump(self, path: str) -> None:
        """Write the settings to a project file, keeping its comments and other keys if it exists.

        Absolute paths, flags from the environment and run-time flags are not written.
        """
        import tomlkit

        from excore.storage.atomic_write import write_text

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

            state.update(_folder=folder, _project=find_project(folder), _values={})
        project: Project = state["_project"]
        return project

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
        if name in FILES:
            return file_path(project, name, self.cache_dir)
        if name == "name":
            return project.name or os.path.basename(project.root)
        if name == "src_dir":
            return project.src_dir
        if name == "base_dir":
            return project.root
        if name == "registries":
            return [notation(spec) for spec in project.registries]
        if name == "primary_fields":
            return list(project.primary_fields)
        if name == "primary_to_registry":
            return dict(project.primary_to_registry)
        if name == "json_schema_fields":
            return dict(written) if isinstance(written, dict) else self._schema_fields()
        if name == "cache_base_dir":
            return base_folder(project)
        if name == "cache_dir":
            return project_folder(project, self.cache_base_dir)
        return dict(written) if isinstance(written, dict) else {}

    def _schema_fields(self) -> dict[str, Any]:
        """Starred registries: those with fields -> the fields, and the others under ``isolated_fields``."""
        specs = [spec for spec in self._look().registries if spec.starred]
        fields: dict[str, Any] = {spec.name: list(spec.fields) for spec in specs if spec.fields}
        if specs:
            fields["isolated_fields"] = [spec.name for spec in specs if not spec.fields]
        return fields


def notation(spec: RegistrySpec) -> str:
    """An entry of ``registries`` as it is written: ``"*Data: TrainData, TestData"``."""
    name = f"*{spec.name}" if spec.starred else spec.name
    return f"{name}: {', '.join(spec.fields)}" if spec.fields else name


workspace = Workspace()
