from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docs_kit import HERE, write_project

from excore import Registry, workspace
from excore.config import flags

OURS = ("count", "layers", "torch", "zoo")


class Recorded:
    """A constructor that lets each object remember the arguments it was made with, as ``given``. No function: one with
    ``**kwargs`` may take what its signature does not list."""

    def __init__(self, init: Callable[..., None]) -> None:
        functools.update_wrapper(self, init)
        self.init, self.signature = init, inspect.signature(init)

    def __get__(self, made: Any, cls: type) -> Any:
        return self if made is None else functools.partial(self, made)

    def __call__(self, made: Any, *args: Any, **kwargs: Any) -> None:
        if not hasattr(made, "given"):
            bound = self.signature.bind(made, *args, **kwargs).arguments
            made.given = {name: value for name, value in bound.items() if name != "self"}
        self.init(made, *args, **kwargs)


@pytest.fixture
def no_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """No registry of any other test is known."""
    monkeypatch.setattr(Registry, "_registry_pool", {})
    monkeypatch.setattr(Registry, "_globals", None)
    monkeypatch.setattr(Registry, "_prevent_register", False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_registries: None) -> Iterator[Path]:
    """An empty project, which is the current folder; modules that are imported are forgotten afterwards."""
    known = dict(sys.modules)
    for name in [name for name in known if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    monkeypatch.setattr(flags, "_current", flags.current())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.syspath_prepend(str(HERE / "stubs"))
    workspace.reset()
    yield tmp_path
    workspace.reset()
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in known.items() if name.partition(".")[0] in OURS})


@pytest.fixture
def zoo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The classes of the examples, registered, each object remembering what it was made with."""
    write_project(folder)
    monkeypatch.syspath_prepend(str(folder))
    module = importlib.import_module("zoo")
    importlib.import_module("torch.nn")
    for cls in (*vars(module).values(), sys.modules["torch.nn"].ReLU):
        if inspect.isclass(cls) and cls.__module__ in ("zoo", "torch.nn"):
            cls.__init__ = Recorded(cls.__init__)
    return module
