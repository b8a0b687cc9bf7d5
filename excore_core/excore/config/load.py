"""``load``, ``load_config`` and ``build_all``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from excore.config.composition import Composition
from excore.config.lazy import ConfigDict, LazyConfig
from excore.config.traces import without_internals
from excore.config.wrapper import ModuleWrapper
from excore.engine.workspace import Workspace, workspace
from excore.errors import ConfigError
from excore.lang.grammar import BASE_KEY

__all__ = ["build_all", "load", "load_config", "set_primary_fields", "silent"]

PathLike = str | os.PathLike[str]


def load(
    filename: PathLike | Mapping[str, Any],
    *,
    dump_path: PathLike | None = None,
    update_dict: Mapping[str, Any] | None = None,
    base_key: str = BASE_KEY,
    parse_config: bool = True,
    overrides: Iterable[str] = (),
    defer: bool = False,
) -> LazyConfig:
    """The config in a TOML file, with all it inherits through ``base_key``, its modules ready to be built.

    A mapping stands for a file: what ``cfg.to_dict(written=True)`` gave, kept in a checkpoint, is the config again.
    ``update_dict`` is merged last, as if it were one more file; it may hold any Python values, and paths as keys
    (``{"Model.FCN.layers": 3}``), which lead to what is there or to an argument of a module. ``overrides`` are
    arguments of a command line (``["Model.FCN.layers=3"]``), after that. With ``dump_path`` the merged config is
    written there. Without ``parse_config`` it is only read; what it means is found out when it is
    built. One ``ConfigError`` tells all problems of the config, missing and unknown arguments among them; with
    ``defer`` these are left to the build, for configs that are completed in Python.
    """
    given = filename if isinstance(filename, Mapping) else None
    path = "" if isinstance(filename, Mapping) else os.fspath(filename)
    composition = Composition(path, base_key, update_dict, overrides, defer=defer, given=given)
    cfg = LazyConfig(composition, parse=False)
    try:
        if parse_config:
            cfg.parse()
        else:
            _ = cfg.config  # what is wrong with the files is told now
    except ConfigError as error:
        raise without_internals(error) from error.__cause__
    if dump_path is not None:
        cfg.dump(dump_path)
    return cfg


def load_config(filename: PathLike, base_key: str = BASE_KEY) -> ConfigDict:
    """The merged config of a TOML file as it is written. Registries play no part in it."""
    try:
        return ConfigDict(Composition(os.fspath(filename), base_key).values())
    except ConfigError as error:
        raise without_internals(error) from error.__cause__


def build_all(cfg: LazyConfig) -> tuple[ModuleWrapper, dict[str, Any]]:
    """As ``LazyConfig.build_all``."""
    try:
        return cfg.build_all()
    except ConfigError as error:
        raise without_internals(error) from error.__cause__


def set_primary_fields(settings: Workspace) -> None:
    """Let the fields of ``settings`` be those of the workspace. They are found by themselves; older code calls this."""
    if settings is not workspace:
        ConfigDict.set_primary_fields(settings.primary_fields, settings.primary_to_registry)


def silent() -> None:
    """Log no message for each module that is built."""
    workspace.excore_log_build_message = False
