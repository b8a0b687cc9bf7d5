"""Every exception excore raises.

All configuration errors share the root ``ConfigError``. Old code keeps working: the names are the documented ones,
and a class that had to replace a builtin error (``ValueError``, ``AttributeError``, ``FileNotFoundError`` ...) is that
builtin error too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from excore.lang.problems import Problem

__all__ = [
    "AnnotationsFutureError",
    "ConfigError",
    "ConfigFileNotFoundError",
    "ConfigSyntaxError",
    "CoreConfigBuildError",
    "CoreConfigParseError",
    "CoreConfigSupportError",
    "EnvVarParseError",
    "FetcherError",
    "GitCheckoutError",
    "GitPullError",
    "HTTPDownloadError",
    "HookBuildError",
    "HookManagerBuildError",
    "ImplicitModuleParseError",
    "InvalidGitHost",
    "InvalidHookError",
    "InvalidNoCallError",
    "InvalidProtocol",
    "InvalidRepo",
    "InvalidUpdateError",
    "MissingAttributeError",
    "MissingModuleError",
    "ModuleBuildError",
    "ModuleValidateError",
    "StrToClassError",
    "UnknownArgumentError",
    "UnknownFieldError",
    "UnknownModuleError",
    "UnsupportedBaseError",
    "did_you_mean",
]


class ConfigError(Exception):
    """Something is wrong with a configuration.

    ``problems`` holds every problem found, not only the first. ``trail`` says, outermost first, which argument of
    which module was being built (``["FCN.backbone", "ResNet.block"]``), ``frame`` shows the lines of the config that it
    comes from; both are part of the text of the error. ``places`` are file, line and column (from 1) of each problem.
    """

    def __init__(self, *args: Any, problems: Iterable[Problem] = ()) -> None:
        super().__init__(*args)
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.trail: tuple[str, ...] = ()
        self.frame = ""
        self._frame_suffices = False  # whether `frame` says all that the message does
        self._hint = ""  # an addition to the message, which `frame` gives too where there are problems
        self.places: tuple[tuple[str, int, int], ...] = ()

    def within(self, place: str) -> None:
        """Record that the error happened while ``place`` was being built."""
        self.trail = (place, *self.trail)

    def __str__(self) -> str:
        text = (
            ""
            if self._frame_suffices
            else " ".join(str(arg) for arg in self.args) + ("" if self.problems else self._hint)
        )
        if self.frame:
            text = f"{text}\n{self.frame}".lstrip("\n")
        if not self.trail:
            return text
        return f"{text}\n  while building {' -> '.join(self.trail)}"


class CoreConfigParseError(ConfigError):
    """A config does not mean anything: bad reference, conflict, cycle, wrong type of value."""


class CoreConfigSupportError(ConfigError):
    """A file or a hook of a kind that is not supported."""


class CoreConfigBuildError(ConfigError):
    """A config could not be turned into objects."""


class ConfigSyntaxError(CoreConfigParseError, ValueError):
    """A file is not extended TOML; the message says file, line and column."""


class ConfigFileNotFoundError(CoreConfigParseError, FileNotFoundError):
    """A config or one of its bases does not exist; ``filename`` is its path."""

    def __init__(self, *args: Any, filename: str | None = None, problems: Iterable[Problem] = ()) -> None:
        super().__init__(*args, problems=problems)
        if filename is not None:
            self.filename = filename


class EnvVarParseError(CoreConfigParseError):
    """A ``${NAME}`` names an environment variable that is not set."""


class ModuleBuildError(ConfigError):
    """A module could not be built; the cause is chained."""


class ModuleValidateError(ModuleBuildError):
    """Required arguments of a module are missing; the message names all of them."""


class ImplicitModuleParseError(ModuleValidateError, CoreConfigParseError):
    """A module used without a table of its own lacks required arguments."""


class UnknownModuleError(ModuleBuildError, CoreConfigParseError):
    """A name is not registered where it was looked for."""


class UnknownArgumentError(ModuleBuildError):
    """A module takes no argument of that name."""


class InvalidNoCallError(ModuleBuildError, CoreConfigParseError):
    """``__no_call__`` is no boolean, or something is read from a module that is not built because of it."""


class UnsupportedBaseError(CoreConfigSupportError, CoreConfigParseError):
    """``__base__`` names something that is no TOML file."""


class MissingAttributeError(ModuleBuildError, AttributeError):
    """A module has no such attribute."""


class MissingModuleError(CoreConfigParseError, KeyError, AttributeError):
    """A group of modules has no member of that name; ``hasattr`` and ``in`` behave as usual."""


class UnknownFieldError(CoreConfigParseError, AttributeError, KeyError):
    """A config has no such field."""


class InvalidUpdateError(CoreConfigParseError, TypeError):
    """``update_dict`` is no dict."""


class StrToClassError(ModuleBuildError):
    """A dotted path leads to nothing that can be imported."""


class HookBuildError(ConfigError):
    """A hook has no valid stage, life span or call interval."""


class InvalidHookError(HookBuildError, CoreConfigParseError):
    """A config names as hook what is none."""


class HookManagerBuildError(ConfigError):
    """A hook manager declares no stages."""


class AnnotationsFutureError(ConfigError):
    """Annotations of a module cannot be resolved."""


class FetcherError(Exception):
    """A repository could not be fetched."""


class InvalidRepo(FetcherError):
    """The repository is not written as ``owner/name`` or ``owner/name:branch``."""


class InvalidGitHost(FetcherError):
    """The host is neither a domain name nor an IPv4 address."""


class InvalidProtocol(FetcherError):
    """The protocol is not one of those supported."""


class GitPullError(FetcherError):
    """git could not clone."""


class GitCheckoutError(FetcherError):
    """git could not check a commit out."""


class HTTPDownloadError(FetcherError):
    """A download failed."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """`` Did you mean ...?`` with up to three nearest candidates, or an empty string."""
    from excore.lang.nearest import nearest

    near = nearest(name, candidates)
    return f" Did you mean {' or '.join(f'`{candidate}`' for candidate in near)}?" if near else ""
