"""Configs: load them, change them, build what they describe."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

from excore.config.action import DictAction
from excore.config.attributes import GetAttr
from excore.config.flags import register_argument_hook, register_special_flag
from excore.config.hook_nodes import ConfigHookNode
from excore.config.lazy import ConfigDict, LazyConfig
from excore.config.load import build_all, load, load_config, set_primary_fields, silent
from excore.config.nodes import ClassNode, InterNode, ModuleNode, ReusedNode, VariableReference
from excore.config.run_record import record
from excore.config.wrapper import ModuleWrapper
from excore.engine.hook import ConfigArgumentHook
from excore.lang.provenance import Setting

__all__ = [
    "ClassNode",
    "ConfigArgumentHook",
    "ConfigDict",
    "ConfigHookNode",
    "DictAction",
    "GetAttr",
    "InterNode",
    "LazyConfig",
    "ModuleNode",
    "ModuleWrapper",
    "ReusedNode",
    "Setting",
    "VariableReference",
    "build_all",
    "load",
    "load_config",
    "record",
    "register_argument_hook",
    "register_special_flag",
    "set_primary_fields",
    "silent",
]

# Older code imports `excore.config.models` and the like. Those modules only hand names on, so they have a folder of
# their own; as a part of the path it is searched as if they still were here, and nothing of them is loaded before.
__path__.append(os.path.join(os.path.dirname(__file__), "_compat"))
_OLDER_MODULES = ("config", "lazy_config", "model", "models", "parse")


def __getattr__(name: str) -> ModuleType:
    if name not in _OLDER_MODULES:
        raise AttributeError(f"module `excore.config` has no attribute `{name}`")
    return import_module(f"excore.config.{name}")
