"""Importing what the static index of a project found: the file that was read, under the name Python knows it by."""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import NamedTuple

from excore.config.sources import shown
from excore.config.targets import Converted
from excore.engine.registry import Registry
from excore.errors import StrToClassError
from excore.index import Indexer
from excore.lang.catalog import Entry

__all__ = ["Finder", "loaded"]


class _Place(NamedTuple):
    file: str
    module: str
    folder: str


class Finder:
    """Imports the entries of one index. What cannot be had raises `StrToClassError`, which names the file."""

    def __init__(self, index: Indexer) -> None:
        self._index = index
        self._modules: dict[str, ModuleType | StrToClassError] = {}

    def load(self, entry: Entry) -> object:
        """The object of an entry whose module is in the project; None if it is not."""
        place = self._place(entry.path if entry.kind == "module" else entry.path.rpartition(".")[0])
        if place is None:
            return None
        module = self._module(place)
        if not entry.certain:
            self._check_registered(entry, module)
        found: object = module
        for name in entry.path[len(place.module) :].split(".")[1:]:
            if not hasattr(found, name):
                raise StrToClassError(_absent(entry, place, module))
            found = getattr(found, name)
        return found

    def run(self, path: str) -> bool:
        """Import a file of the project for what it registers; whether that is new."""
        place = self._place(self._index.module(path) or "")
        if place is None or path in self._modules or loaded(path) is not None:
            return False
        self._module(place)
        return True

    def _place(self, module: str) -> _Place | None:
        found = self._index.place(module)
        return _Place(found[0], module, found[1]) if found is not None else None

    def _module(self, place: _Place) -> ModuleType:
        known = self._modules.get(place.file)
        if known is None:
            try:
                known = loaded(place.file) or _imported(place)
            except StrToClassError as error:
                known = error  # what it registered before it failed is there, so that a second try would fail of that
            self._modules[place.file] = known
        if isinstance(known, StrToClassError):
            raise known
        return known

    def _check_registered(self, entry: Entry, module: ModuleType) -> None:
        """A registration that need not have happened counts if it has, once its file is imported; while registries are
        locked nobody can tell."""
        at = entry.registered_at
        if at is not None and not _is_file(module, at.path):
            place = self._place(self._index.module(at.path) or "")
            if place is not None:
                self._module(place)
        registry = Registry.get_registry(entry.registry)
        if not Registry._prevent_register and (registry is None or entry.name not in registry):
            where = f"{shown(at.path)}:{at.line + 1}" if at is not None else shown(str(module.__file__))
            raise StrToClassError(
                f"`{entry.name}` is registered in `{entry.registry}` only in some cases ({where}), and was not in this "
                "one; register it before the config is loaded."
            )


def loaded(file: str) -> ModuleType | None:
    """The module of a file that is imported already, under whatever name; the running script is one too."""
    return next((module for module in list(sys.modules.values()) if _is_file(module, file)), None)


def _is_file(module: object, file: str) -> bool:
    known = getattr(module, "__file__", None) if isinstance(module, ModuleType) else None
    if not isinstance(known, str) or os.path.basename(known) != os.path.basename(file):
        return False
    return os.path.realpath(known) == os.path.realpath(file)


def _imported(place: _Place) -> ModuleType:
    name, folder = _importable(place)
    if folder not in map(os.path.abspath, sys.path):
        sys.path.append(folder)
        importlib.invalidate_caches()
    with Converted(lambda error: StrToClassError(_failure(name, place.file, error)), passing=(StrToClassError,)):
        module = importlib.import_module(name)
        if not _is_file(module, place.file):
            other = getattr(module, "__file__", None) or "a folder of that name"
            raise StrToClassError(
                f"`{name}` is {other} here, not {shown(place.file)}; give one of them another name, or import "
                "yours before the config is loaded."
            )
    return module


def _importable(place: _Place) -> tuple[str, str]:
    """Module name and import folder: those of the index, unless Python's path has a folder further down from which the
    file can be imported, as that of the running script."""
    folders = {os.path.abspath(folder) for folder in sys.path}
    inside = os.path.dirname(place.file)
    while os.path.isfile(os.path.join(inside, "__init__.py")):
        inside = os.path.dirname(inside)
    while place.folder not in folders and inside.startswith(place.folder + os.sep):
        if inside in folders:
            parts = os.path.relpath(place.file, inside)[:-3].split(os.sep)
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts), inside
        inside = os.path.dirname(inside)
    return place.module, place.folder


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


def _absent(entry: Entry, place: _Place, module: ModuleType) -> str:
    if module.__name__ == "__main__":
        return (
            f"{shown(place.file)} is the running script, and has not come to `{entry.name}` yet; load the config "
            "after it."
        )
    return f"{shown(place.file)} has no `{entry.name}` once it is imported."
