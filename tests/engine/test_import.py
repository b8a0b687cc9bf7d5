"""Importing excore and its registries costs nothing but the standard library, and does nothing."""

from __future__ import annotations

import builtins
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from excore import errors


def third_party(statement: str, folder: Path) -> tuple[set[str], str]:
    report = "print(*set(sys.modules) - before, file=sys.stderr)"
    code = f"import sys; before = set(sys.modules); {statement}; {report}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    return loaded - set(sys.stdlib_module_names) - {"excore"}, done.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "import excore",
        "from excore import Registry; R = Registry('R'); R.register_module(sys)",
        "from excore import logger, workspace, ConfigArgumentHook; workspace.excore_validate",
        "from excore.config.models import ModuleNode; ModuleNode(dict)(a=1)",
    ],
)
def test_only_the_standard_library_is_loaded_and_nothing_printed(statement: str, tmp_path: Path) -> None:
    assert third_party(statement, tmp_path) == (set(), "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["excore", "excore.engine", "excore.config"])
def test_a_missing_name_is_an_attribute_error(module: str) -> None:
    with pytest.raises(AttributeError, match="absent"):
        importlib.import_module(module).absent  # noqa: B018


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("excore", "Registry load_registries logger add_logger remove_logger debug_only workspace hook logging "
                   "registry ConfigArgumentHook Hook HookManager DictAction plugins __version__ __author__ "
                   "_enable_excore_debug"),
        ("excore._constants", "workspace __version__"),
        ("excore._exceptions", "CoreConfigParseError CoreConfigSupportError CoreConfigBuildError ModuleBuildError "
                               "ModuleValidateError EnvVarParseError StrToClassError HookBuildError "
                               "HookManagerBuildError AnnotationsFutureError ImplicitModuleParseError FetcherError "
                               "InvalidRepo InvalidGitHost InvalidProtocol GitPullError GitCheckoutError "
                               "HTTPDownloadError"),
        ("excore.engine", "Registry load_registries logger add_logger remove_logger debug_only init_logger Hook "
                          "HookManager"),
        ("excore.config", "config lazy_config parse models action"),
        ("excore.config.config", "load load_config build_all BASE_CONFIG_KEY"),
        ("excore.config.lazy_config", "LazyConfig"),
        ("excore.config.parse", "ConfigDict set_primary_fields"),
        ("excore.engine.hook", "ConfigArgumentHook ConfigHookManager Hook HookManager"),
        ("excore.engine.logging", "logger add_logger remove_logger debug_only log_to_file_only init_logger"),
        ("excore.engine.registry", "Registry load_registries"),
        ("excore.config.action", "DictAction"),
        ("excore.config.model", "ModuleNode"),
        ("excore.config.models", "ModuleNode InterNode InternNode ReusedNode ClassNode ConfigHookNode GetAttr "
                                 "ChainedInvocationWrapper VariableReference ModuleWrapper ConfigArgumentHook "
                                 "register_special_flag register_argument_hook silent IS_PARSING"),
        ("excore.plugins.hub", "list load help pretrained import_module download_from_url"),
        ("excore.plugins.path_manager", "PathManager"),
    ],
)  # fmt: skip
def test_public_names_of_older_versions_can_be_imported(module: str, names: str) -> None:
    imported = importlib.import_module(module)
    assert [name for name in names.split() if not hasattr(imported, name)] == []


def test_errors_are_exceptions_of_their_kinds() -> None:
    for name in errors.__all__:
        item = getattr(errors, name)
        assert not isinstance(item, type) or issubclass(item, Exception), name


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("ConfigSyntaxError", "CoreConfigParseError ValueError"),
        ("UnknownModuleError", "ModuleBuildError CoreConfigParseError"),
        ("MissingAttributeError", "ModuleBuildError AttributeError"),
        ("MissingModuleError", "ConfigError KeyError AttributeError"),
        ("UnknownFieldError", "ConfigError KeyError AttributeError"),
        ("ConfigFileNotFoundError", "ConfigError FileNotFoundError"),
        ("ImplicitModuleParseError", "ModuleValidateError CoreConfigParseError"),
        ("EnvVarParseError", "CoreConfigParseError"),
    ],
)
def test_errors_are_also_what_older_code_catches(name: str, bases: str) -> None:
    error = getattr(errors, name)("text")
    assert [
        base for base in bases.split() if not isinstance(error, getattr(errors, base, None) or getattr(builtins, base))
    ] == []
    assert str(error) == "text"


def test_errors_carry_problems_and_say_where() -> None:
    from excore.errors import ConfigFileNotFoundError, ModuleBuildError, UnknownFieldError

    error = ModuleBuildError("broken", problems=["one", "two"])  # type: ignore[list-item]
    error.within("ResNet.block")
    error.within("FCN.backbone")
    assert error.problems == ("one", "two")
    assert str(error) == "broken\n  while building FCN.backbone -> ResNet.block"
    missing = ConfigFileNotFoundError("no such file: a.toml", filename="a.toml")
    assert (str(missing), missing.filename) == ("no such file: a.toml", "a.toml")
    assert str(UnknownFieldError("no field")) == "no field"
