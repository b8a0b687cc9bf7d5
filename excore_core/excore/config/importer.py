"""Importing what the static index of a project found: the file that was read, under the name Python knows it by."""

from __future__ import annotations

import filecmp
import importlib
import os
import sys
import sysconfig
from types import ModuleType
from typing import NamedTuple

from excore.config.sources import shown
from excore.config.targets import Converted
from excore.engine.registry import Registry
from excore.errors import StrToClassError
from excore.index import Indexer
from excore.lang.catalog import Entry

__all__ = ["Importer", "module_of_file"]


class _ModuleFile(NamedTuple):
    file: str
    module: str
    folder: str


class Importer:
    """Imports the entries of one index. What cannot be had raises ``StrToClassError``, which names the file."""

    def __init__(self, index: Indexer) -> None:
        self._index = index
        self._modules: dict[str, ModuleType | StrToClassError] = {}

    def load(self, entry: Entry) -> object:
        """The object of an entry whose module is in the project; None if it is not."""
        module_file = self._module_file(entry.path if entry.kind == "module" else entry.path.rpartition(".")[0])
        if module_file is None:
            return None
        module = self._module(module_file)
        if not entry.certain:
            self._check_registered(entry, module)
        target: object = module
        for name in entry.path[len(module_file.module) :].split(".")[1:]:
            if not hasattr(target, name):
                raise StrToClassError(_absent(entry, module_file, module))
            target = getattr(target, name)
        return target

    def run(self, path: str) -> bool:
        """Import a file of the project for what it registers; whether that is new."""
        module_file = self._module_file(self._index.module(path) or "")
        if module_file is None or path in self._modules or module_of_file(path) is not None:
            return False
        self._module(module_file)
        return True

    def _module_file(self, module: str) -> _ModuleFile | None:
        file = self._index.place(module)
        return _ModuleFile(file[0], module, file[1]) if file is not None else None

    def _module(self, module_file: _ModuleFile) -> ModuleType:
        outcome = self._modules.get(module_file.file)
        if outcome is None:
            try:
                outcome = module_of_file(module_file.file) or _imported(module_file)
            except StrToClassError as error:
                outcome = error  # what it registered before it failed is there, so that a second try would fail of that
            self._modules[module_file.file] = outcome
        if isinstance(outcome, StrToClassError):
            raise outcome
        return outcome

    def _check_registered(self, entry: Entry, module: ModuleType) -> None:
        """A registration that need not have happened counts if it has, once its file is imported; while registries are
        locked nobody can tell."""
        at = entry.registered_at
        if at is not None and not _is_file(module, at.path):
            module_file = self._module_file(self._index.module(at.path) or "")
            if module_file is not None:
                self._module(module_file)
        registry = Registry.get_registry(entry.registry)
        if not Registry._prevent_register and (registry is None or entry.name not in registry):
            where = f"{shown(at.path)}:{at.line + 1}" if at is not None else shown(str(module.__file__))
            raise StrToClassError(
                f"`{entry.name}` is registered in `{entry.registry}` only in some cases ({where}), and was not in this "
                "one; register it before the config is loaded."
            )


def module_of_file(file: str) -> ModuleType | None:
    """The module of a file that is imported already, under whatever name; the running script is one too."""
    return next((module for module in list(sys.modules.values()) if _is_file(module, file)), None)


def _is_file(module: object, file: str) -> bool:
    path = _file_of(module)
    if os.path.basename(path) != os.path.basename(file):
        return False
    return os.path.realpath(path) == os.path.realpath(file)


def _file_of(module: object) -> str:
    path = getattr(module, "__file__", None) if isinstance(module, ModuleType) else None
    return path if isinstance(path, str) else ""


def _is_copy(module: ModuleType, file: str) -> bool:
    """Whether a module is a file of the same content, as an install of the project puts it beside its sources."""
    try:
        return filecmp.cmp(_file_of(module), file, shallow=False)
    except OSError:
        return False


def _imported(module_file: _ModuleFile) -> ModuleType:
    name, folder = _importable(module_file)
    if folder not in map(os.path.abspath, sys.path):
        sys.path.append(folder)
        importlib.invalidate_caches()
    with Converted(lambda error: StrToClassError(_failure(name, module_file.file, error)), passing=(StrToClassError,)):
        module = importlib.import_module(name)
        if not _is_file(module, module_file.file) and not _is_copy(module, module_file.file):
            other = getattr(module, "__file__", None) or "a folder of that name"
            raise StrToClassError(
                f"`{name}` is {other} here, not {shown(module_file.file)}; give one of them another name, or import "
                f"yours before the config is loaded.{_reinstall(other)}"
            )
    return module


def _reinstall(file: str) -> str:
    installed = [os.path.join(sysconfig.get_path(name), "") for name in ("purelib", "platlib")]
    installed += [os.path.join(path, "") for path in sys.path if path.endswith("-packages")]
    is_installed = os.path.abspath(file).startswith(tuple(installed))
    return " If that is an older install of your project, `pip install -e .` lets both be one." if is_installed else ""


def _importable(module_file: _ModuleFile) -> tuple[str, str]:
    """Module name and import folder: those of the index, unless Python's path has a folder further down from which the
    file can be imported, as that of the running script."""
    folders = {os.path.abspath(folder) for folder in sys.path}
    inside = os.path.dirname(module_file.file)
    while os.path.isfile(os.path.join(inside, "__init__.py")):
        inside = os.path.dirname(inside)
    while module_file.folder not in folders and inside.startswith(module_file.folder + os.sep):
        if inside in folders:
            parts = os.path.relpath(module_file.file, inside)[:-3].split(os.sep)
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts), inside
        inside = os.path.dirname(inside)
    return module_file.module, module_file.folder


def _failure(module: str, file: str, error: Exception) -> str:
    return f"Cannot import `{module}` ({shown(_at(file, error))}): {type(error).__name__}: {error}"


def _at(file: str, error: Exception) -> str:
    """The line of the file that failed, as far as it is known."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return f"{file}:{error.lineno}"
    line, trace = 0, error.__traceback__
    while trace is not None:
        if os.path.realpath(trace.tb_frame.f_code.co_filename) == os.path.realpath(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{file}:{line}" if line else file


def _absent(entry: Entry, module_file: _ModuleFile, module: ModuleType) -> str:
    if module.__name__ == "__main__":
        return (
            f"{shown(module_file.file)} is the running script, and has not come to `{entry.name}` yet; load the config "
            "after it."
        )
    return f"{shown(module_file.file)} has no `{entry.name}` once it is imported."
