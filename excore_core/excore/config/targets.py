"""What nodes need to know of Python objects: importing them, their parameters, failures of user code."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Collection
from inspect import Parameter, Signature
from types import FunctionType, ModuleType, TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from excore.config.traces import without_internals
from excore.engine.inspecting import takes_unlisted
from excore.engine.workspace import workspace
from excore.errors import ConfigError, StrToClassError, did_you_mean

_VARIADIC = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
_parameters_of: WeakKeyDictionary[Any, tuple[Parameter, ...]] = WeakKeyDictionary()


class Converted:
    """A context in which an exception is replaced by what ``make`` makes of it, with the first one as its cause.

    Exceptions of the classes ``passing`` and those that are no ``Exception`` (an interrupt) pass unchanged.
    """

    def __init__(self, make: Callable[[Exception], ConfigError], passing: tuple[type[Exception], ...] = ()) -> None:
        self.make = make
        self.passing = passing

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, self.passing):
            raise self.make(error) from without_internals(error)


def target_name(target: object) -> str:
    """The short name of a class, function or module; of anything else the name of its class."""
    name = getattr(target, "__name__", None)
    return name if isinstance(name, str) else type(target).__name__


def import_target(path: str, sources: str | None = None) -> Any:
    """The module, class or function at a dotted import path. Raises ``StrToClassError``.

    What cannot be imported otherwise is looked for beside the folder ``sources``, or that of the workspace's sources.
    """
    head, _, name = path.rpartition(".")
    module = _import(head or name, path, sources)
    if not head:
        return module
    try:
        return getattr(module, name)
    except AttributeError as error:
        submodule = import_submodule(module, name)
        if submodule is not None:
            return submodule
        message = f"`{head}` has no `{name}`.{did_you_mean(name, vars(module))}"
        raise StrToClassError(message) from error


def import_submodule(module: ModuleType, name: str) -> ModuleType | None:
    """The submodule ``name`` of a package, imported, or None if there is none. Raises ``StrToClassError`` if it
    fails."""
    path = f"{module.__name__}.{name}"
    if not hasattr(module, "__path__") or not _exists(path):
        return None
    return _import(path, path)


def _exists(path: str) -> bool:
    return path in sys.modules or importlib.util.find_spec(path) is not None


def _import(module: str, path: str, sources: str | None = None) -> ModuleType:
    if not all(part.isidentifier() for part in module.split(".")):
        raise StrToClassError(f"`{path}` is no import path.")
    with Converted(lambda error: StrToClassError(f"Cannot import `{module}`: {type(error).__name__}: {error}")):
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module.partition(".")[0] or not _make_importable(sources):
                raise
        return importlib.import_module(module)


def _make_importable(sources: str | None) -> bool:
    """Let the parent folder of the sources be imported from; whether that is new."""
    sources = sources or os.path.join(workspace.base_dir, workspace.src_dir or "src")
    folder = os.path.dirname(os.path.abspath(sources))
    if folder in sys.path:
        return False
    sys.path.append(folder)
    importlib.invalidate_caches()
    return True


def parameters(target: Any) -> tuple[Parameter, ...] | None:
    """The parameters of a class or function without ``self``, or None if Python cannot tell."""
    function = target
    if isinstance(target, type):
        constructor = getattr(target, "__init__", None)
        function = constructor if isinstance(constructor, FunctionType) else target
    try:
        result = _parameters_of.get(function)
    except TypeError:  # neither hashable nor weakly referable
        return _read_parameters(function)
    if result is None:
        all_parameters = _read_parameters(function)
        if all_parameters is None:
            return None
        result = all_parameters[1:] if function is not target else all_parameters
        try:
            _parameters_of[function] = result
        except TypeError:
            return result
    return result


def _read_parameters(function: Any) -> tuple[Parameter, ...] | None:
    if not callable(function):
        return None
    try:
        return tuple(_signature(function).parameters.values())
    except (ValueError, TypeError):
        return None


def _signature(function: Callable[..., Any]) -> Signature:
    if sys.version_info >= (3, 14):
        from annotationlib import Format

        return inspect.signature(function, annotation_format=Format.STRING)
    return inspect.signature(function)


def is_called_as_usual(target: Any) -> bool:
    """Whether what ``target`` is called with goes to its constructor as it is: no metaclass takes it first."""
    return not isinstance(target, type) or type(target).__call__ is type.__call__


def missing_arguments(target: Any, passed: Collection[str]) -> list[str]:
    """Names of the required parameters of ``target`` that are not ``passed``, in order."""
    if not is_called_as_usual(target):
        return []
    constructor = getattr(target, "__init__", None) if isinstance(target, type) else target
    if type(constructor) is FunctionType and not constructor.__dict__:
        required = _required(constructor)
        return [name for name in (required if constructor is target else required[1:]) if name not in passed]
    return [
        parameter.name
        for parameter in parameters(target) or ()
        if parameter.default is Parameter.empty and parameter.kind not in _VARIADIC and parameter.name not in passed
    ]


def _required(function: FunctionType) -> tuple[str, ...]:
    """Names of the parameters without a default, read from the code: ``inspect.signature`` takes ten times as long."""
    code = function.__code__
    names, count = code.co_varnames, code.co_argcount
    positional = names[: count - len(function.__defaults__ or ())]
    if not code.co_kwonlyargcount:
        return positional
    defaults = function.__kwdefaults__ or {}
    return positional + tuple(name for name in names[count : count + code.co_kwonlyargcount] if name not in defaults)


def positional_names(target: Any) -> list[str]:
    """Names of the parameters of ``target`` that take arguments by position, in order."""
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters(target) or () if parameter.kind in kinds]


def unknown_arguments(target: Any, passed: Collection[str]) -> dict[str, str]:
    """Those of ``passed`` that ``target`` does not take, each with a hint at what may be meant."""
    params = parameters(target)
    if params is None:
        return {}
    names = [parameter.name for parameter in params if parameter.kind not in _VARIADIC]
    if (
        not is_called_as_usual(target)
        or takes_unlisted(target)
        or any(parameter.kind is Parameter.VAR_KEYWORD for parameter in params)
    ):
        passed = [name for name in passed if not name[:1].isidentifier() and name[1:] in names]  # as with a prefix
    free = [name for name in names if name not in passed]
    return {name: did_you_mean(name, free) or did_you_mean(name, names) for name in passed if name not in names}
