"""A small project in memory: registries and classes made by a test, configs as texts."""

from __future__ import annotations

import importlib
import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from excore import Registry, config
from excore.engine.workspace import workspace

MODULE = "config_kit_models"

SOURCE = '''
import math
from excore import Registry
from excore.engine.hook import ConfigArgumentHook

MODEL, BACKBONE, DATA = Registry("Model"), Registry("Backbone"), Registry("Data")
LOSS, OPTIM, HEAD = Registry("Loss"), Registry("Optimizer"), Registry("Head")
TRANSFORM, BLOCK, HOOK, MODULES = Registry("Transform"), Registry("Block"), Registry("Hook"), Registry("module")
MODULES.register_module(math)

class Thing:
    """Keeps what it was made with; equal when made alike."""
    def __init__(self, **kwargs):
        self.kwargs = kwargs
    def __getattr__(self, name):
        if name.startswith("__") or name not in self.__dict__.get("kwargs", {}):
            raise AttributeError(name)
        return self.kwargs[name]
    def __eq__(self, other):
        return type(self) is type(other) and self.kwargs == other.kwargs
    __hash__ = None
    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.kwargs.items())})"

def thing(registry, name):
    made = type(name, (Thing,), {"__module__": __name__, "__qualname__": name})
    globals()[name] = registry.register_module(made)
    return made

for registry, names in [
    (MODEL, "SegNet Bag"), (BACKBONE, "R Swin"), (DATA, "City Ade"), (LOSS, "CE"), (OPTIM, "SGD Adam"),
    (HEAD, "SimpleHead"), (TRANSFORM, "Pad Flip Scale"), (BLOCK, "Basic Wide"),
]:
    for name in names.split():
        thing(registry, name)

@MODEL.register()
class FCN(Thing):
    def __init__(self, backbone, head=None, **kwargs):
        super().__init__(backbone=backbone, head=head, **kwargs)

@BACKBONE.register()
class V(Thing):
    sizes = [1, 2, 3]
    def __init__(self, x):
        super().__init__(x=x)
    def twice(self):
        return 2 * self.x
    def at(self, index, name=""):
        return f"{name}{self.x * index}"
    @classmethod
    def pretrained(cls):
        return cls(101)

@MODEL.register()
def make_net(depth, width=1):
    return ["net", depth, width]

@BACKBONE.register()
class Bad(Thing):
    def __init__(self, x=0):
        raise ZeroDivisionError("no such luck")

@HOOK.register()
class Wrap(ConfigArgumentHook):
    def __init__(self, node, tag="wrapped", extra=None, enabled=True):
        super().__init__(node, enabled)
        self.tag, self.extra = tag, extra
    def hook(self):
        return (self.tag, self.node(), self.extra)

@HOOK.register()
class Lazy(ConfigArgumentHook):
    def __init__(self, node):
        pass
    def hook(self):
        return None

class Stage:
    __LifeSpan__ = float("inf")
    __CallInter__ = 1
    def __init__(self, key="calls"):
        self.key = key
    def __call__(self, cfg, modules, info):
        info.setdefault(self.key, []).append((type(self).__name__, sorted(modules), sorted(info)))
        return True

@HOOK.register()
class Before(Stage):
    __HookType__ = "pre_build"

@HOOK.register()
class Each(Stage):
    __HookType__ = "every_build"

@HOOK.register()
class After(Stage):
    __HookType__ = "after_build"

@HOOK.register()
class Sets(Stage):
    __HookType__ = "pre_build"
    def __call__(self, cfg, modules, info):
        cfg.Backbone << {"x": 9}
        return True

@HOOK.register()
class WrongStage(Stage):
    __HookType__ = "some_build"
'''


class Project:
    """A folder of configs with a workspace file, and the classes above registered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models: Any = None

    def write(self, text: str, name: str = "run.toml") -> Path:
        """Write a config."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    def load(self, text: str, **options: Any) -> Any:
        """Write a config and load it."""
        return config.load(self.write(text), **options)

    def build(self, text: str, **options: Any) -> tuple[Any, dict[str, Any]]:
        """Write a config, load it and build all of it."""
        return config.build_all(self.load(text, **options))

    def one(self, text: str, **options: Any) -> Any:
        """The object of the only field that a config builds."""
        modules, _ = self.build(text, **options)
        assert len(modules) == 1, modules
        return next(iter(modules.values()))


@contextmanager
def project(folder: Path) -> Iterator[Project]:
    """The project as the running program; registries and current folder are put back."""
    cwd, pool = os.getcwd(), dict(Registry._registry_pool)
    Registry._registry_pool.clear()
    (folder / ".excore.toml").write_text(
        'registries = ["*Model", "*Backbone", "*Data: TrainData, TestData", "*Loss", "*Optimizer", "Head", '
        '"Transform", "Block", "Hook", "module"]\n',
        "utf-8",
    )
    os.chdir(folder)
    workspace.reset()
    made = Project(folder)
    (folder / f"{MODULE}.py").write_text(SOURCE, "utf-8")
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        made.models = importlib.import_module(MODULE)
        yield made
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(MODULE, None)
        os.chdir(cwd)
        Registry._registry_pool.clear()
        Registry._registry_pool.update(pool)
        workspace.reset()
