"""ExCore: registries and lazy configs for deep learning.

Importing this package does nothing but define names; each public name is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # what type checkers take for true; importing typing would cost more than all of this module
if TYPE_CHECKING:
    from typing import Any

    from excore import config, engine, errors, plugins
    from excore.cli import command_line
    from excore.config import build_all, load, record
    from excore.config.action import DictAction
    from excore.engine import hook, logging, registry
    from excore.engine.hook import ConfigArgumentHook, Hook, HookManager
    from excore.engine.logging import (
        add_logger,
        debug_only,
        init_logger,
        log_to_file_only,
        logger,
        remove_logger,
    )
    from excore.engine.registry import Registry, load_registries
    from excore.engine.workspace import workspace
    from excore.errors import ConfigError
    from excore.sweeps.results import report

__version__ = "0.2.0"
__author__ = "The ExCore authors"

_NAMES = {
    "ConfigArgumentHook": "excore.engine.hook",
    "ConfigError": "excore.errors",
    "DictAction": "excore.config.action",
    "Hook": "excore.engine.hook",
    "HookManager": "excore.engine.hook",
    "Registry": "excore.engine.registry",
    "_enable_excore_debug": "excore.engine.logging",
    "add_logger": "excore.engine.logging",
    "build_all": "excore.config",
    "debug_only": "excore.engine.logging",
    "init_logger": "excore.engine.logging",
    "load": "excore.config",
    "load_registries": "excore.engine.registry",
    "log_to_file_only": "excore.engine.logging",
    "logger": "excore.engine.logging",
    "record": "excore.config",
    "remove_logger": "excore.engine.logging",
    "report": "excore.sweeps.results",
    "workspace": "excore.engine.workspace",
}
_MODULES = {
    "command_line": "excore.cli.command_line",
    "config": "excore.config",
    "engine": "excore.engine",
    "errors": "excore.errors",
    "hook": "excore.engine.hook",
    "logging": "excore.engine.logging",
    "plugins": "excore.plugins",
    "registry": "excore.engine.registry",
}

__all__ = [
    "ConfigArgumentHook",
    "ConfigError",
    "DictAction",
    "Hook",
    "HookManager",
    "Registry",
    "__author__",
    "__version__",
    "add_logger",
    "build_all",
    "command_line",
    "config",
    "debug_only",
    "engine",
    "errors",
    "hook",
    "init_logger",
    "load",
    "load_registries",
    "log_to_file_only",
    "logger",
    "logging",
    "plugins",
    "record",
    "registry",
    "remove_logger",
    "report",
    "workspace",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        value = getattr(import_module(_NAMES[name]), name)
    elif name in _MODULES:
        value = import_module(_MODULES[name])
    else:
        raise AttributeError(f"module `excore` has no attribute `{name}`")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
