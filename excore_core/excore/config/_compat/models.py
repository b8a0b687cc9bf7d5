"""Nodes, hooks and flags under the module name older code imports them from."""

from __future__ import annotations

from typing import TypeAlias

from excore.config.attributes import ChainedInvocationWrapper, GetAttr
from excore.config.flags import register_argument_hook, register_special_flag
from excore.config.hook_nodes import ConfigHookNode
from excore.config.load import silent
from excore.config.nodes import (
    ClassNode,
    InternNode,
    InterNode,
    ModuleNode,
    ReusedNode,
    VariableReference,
)
from excore.config.targets import import_target
from excore.config.wrapper import ModuleWrapper
from excore.engine.hook import ConfigArgumentHook
from excore.lang.grammar import CLASS, NEW, NO_CALL_KEY, SHARED, VARIABLE

__all__ = [
    "ChainedInvocationWrapper",
    "ClassNode",
    "ConfigArgumentHook",
    "ConfigHookNode",
    "ConfigNode",
    "GetAttr",
    "InterNode",
    "InternNode",
    "ModuleNode",
    "ModuleWrapper",
    "NodeType",
    "ReusedNode",
    "VariableReference",
    "register_argument_hook",
    "register_special_flag",
    "silent",
]

ConfigNode: TypeAlias = "ModuleNode | ConfigArgumentHook"
NodeType: TypeAlias = type[ModuleNode]

REUSE_FLAG = SHARED.char
INTER_FLAG = NEW.char
CLASS_FLAG = CLASS.char
REFER_FLAG = VARIABLE.char
OTHER_FLAG = ""
DO_NOT_CALL_KEY = NO_CALL_KEY

# Older code asks whether a load is going on; building does not depend on it, so the answer is always no.
IS_PARSING = False

_str_to_target = import_target
