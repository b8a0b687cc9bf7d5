"""What nothing in the product uses, and who does: the exceptions that `make lint` gives to vulture.

mypy reads this file too, so that a name which is gone has to go from here.
"""

from __future__ import annotations

from excore.cli import (
    auto_register,
    caches,
    checking,
    demo,
    editor,
    explain,
    extension,
    format,
    migrate,
    runs,
    stubs,
    typehints,
)
from excore.cli import list_modules as listing
from excore.cli import registry_definitions as definitions
from excore.config._compat import models
from excore.config.attributes import GetAttr
from excore.config.lazy import LazyConfig
from excore.config.nodes import ModuleNode
from excore.engine import logging
from excore.engine.hook import HookManager
from excore.engine.registry import Registry
from excore.engine.workspace import Workspace
from excore.lang.source import Memory
from excore.tooling import shipped
from excore_server.ide import folding_range, semantic_tokens

# Commands, which `excore.cli.main.COMMANDS` names as texts, and a value that is chosen by its text.
auto_register.auto_register
caches.cache_list
caches.clear_cache
caches.clear_all_cache
checking.Format.github
checking.Format.sarif
definitions.generate_registries
demo.demo
editor.editor
explain.explain
extension.config_extension
format.format_configs
listing.list_modules
migrate.migrate
runs.runs
stubs.stubs
typehints.generate_typehints

# Users of `excore`, some of them since before it was rewritten.
models.REUSE_FLAG
models.INTER_FLAG
models.CLASS_FLAG
models.REFER_FLAG
models.OTHER_FLAG
models.DO_NOT_CALL_KEY
models.IS_PARSING
GetAttr.from_list
LazyConfig.isolated_dict
LazyConfig.to_dict
LazyConfig.with_defaults
LazyConfig.modules_dict
ModuleNode.from_base_name
ModuleNode.from_node
HookManager.exist
logging.LazyLogger.imp
logging._enable_excore_debug
Registry.module_table
Registry.registry_table
Registry.make_global
Workspace.base_name
Workspace.config_file
Workspace.json_schema_fields
Workspace.props
Workspace.reset

# Users of `excore.lang` as a library, and tests.
Memory

# Tests, which ask about whole files; the server puts the same answers together block by block.
folding_range.folding_ranges
semantic_tokens.semantic_tokens

# Tests, which compare it with every file that names the place.
shipped.HOME
