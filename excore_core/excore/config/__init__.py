"""Configs: load them, change them, build what they describe."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from excore.config.action import DictAction
from excore.config.attributes import GetAttr
from excore.config.flags import register_argument_hook, register_special_flag
from excore.config.hook_nodes import ConfigHookNode
from excore.config.lazy import ConfigDict, LazyConfig
from excore.config.load import build_all, load, load_config, set_primary_fields
from excore.config.models import silent
from excore.config.nodes import ClassNode, InterNode, ModuleNode, ReusedNode, VariableReference
from excore.config.provenance import Setting
from excore.config.wrapper import ModuleWrapper
from excore.engine.hook import ConfigArgumentHook

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
    "register_argument_hook",
    "register_special_flag",
    "set_primary_fields",
    "silent",
]

_OLDER = ("config", "lazy_config", "model", "parse")  # modules that stand for others, for code that is older than those


def __getattr__(name: str) -> ModuleType:
    if name not in _OLDER:
        raise AttributeError(f"module `excore.config` has no attribute `{name}`")
    return import_module(f"excore.config.{name}")
