"""What a running program needs without any config: registries, hooks, logging, the workspace."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in `excore`
if TYPE_CHECKING:
    from typing import Any

    from excore.engine.hook import Hook, HookManager
    from excore.engine.logging import add_logger, debug_only, init_logger, logger, remove_logger
    from excore.engine.registry import Registry, load_registries

__all__ = [
    "Hook",
    "HookManager",
    "Registry",
    "add_logger",
    "debug_only",
    "init_logger",
    "load_registries",
    "logger",
    "remove_logger",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `excore.engine` has no attribute `{name}`")
    # its modules import one another by their own names; only `excore` knows where each name is
    return getattr(import_module("excore"), name)
