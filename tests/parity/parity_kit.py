"""One fixture, both verdicts: what reading says of a config, and what loading and building it really raises."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from excore import Registry, config
from excore.engine.workspace import workspace
from excore.errors import ConfigError
from excore.index import Indexer
from excore.lang.workspace.host import Host

MODULE = "parity_models"
SETTINGS = """
registries = ["*Model", "*Backbone", "*Data: TrainData, TestData", "*Optimizer", "Head", "Transform", "Hook", "module"]
"""
MODELS = """
import math
from excore import Registry
from excore.engine.hook import ConfigArgumentHook

MODEL = Registry("Model")
BACKBONE = Registry("Backbone")
DATA = Registry("Data")
OPTIM = Registry("Optimizer")
HEAD = Registry("Head")
TRANSFORM = Registry("Transform")
HOOK = Registry("Hook")
MODULE = Registry("module")
MODULE.register_module(math)

class Base:
    def __init__(self, **kwargs):
        self.__dict__.update(kwargs)

@MODEL.register()
class FCN:
    def __init__(self, backbone, head=None, classes=2):
        self.backbone, self.head, self.classes = backbone, head, classes
    def parameters(self):
        return [1, 2]

@MODEL.register()
class SegNet(FCN):
    def __init__(self, backbone=None, other=None):
        super().__init__(backbone)
        self.other = other

@MODEL.register()
def make_net(depth, width=1):
    return [depth, width]

@BACKBONE.register()
class ResNet:
    width = 64
    def __init__(self, layers=50):
        self.layers = layers
    @classmethod
    def from_pretrained(cls):
        return cls(101)

@BACKBONE.register()
class VGG:
    def __init__(self, depth):
        self.depth = depth

@HEAD.register()
class SimpleHead(Base): ...

@DATA.register()
class City:
    def __init__(self, transforms=(), size=0, path=""):
        self.transforms, self.size, self.path = transforms, size, path

@TRANSFORM.register()
class Pad:
    def __init__(self, size=0):
        self.size = size

@TRANSFORM.register()
class Flip:
    def __init__(self, prob=0.5):
        self.prob = prob

@OPTIM.register()
class SGD:
    def __init__(self, params, lr=0.1):
        self.params, self.lr = params, lr

@HOOK.register()
class Twice(ConfigArgumentHook):
    def __init__(self, node, times=2, enabled=True):
        super().__init__(node, enabled)
        self.times = times
    def hook(self):
        return [self.node() for _ in range(self.times)]

@HOOK.register()
class Needy(ConfigArgumentHook):
    def __init__(self, node, factor):
        super().__init__(node)
        self.factor = factor
    def hook(self):
        return self.factor

@HOOK.register()
class Count:
    __HookType__ = "after_build"
    __LifeSpan__ = 1
    __CallInter__ = 1
    def __call__(self, cfg, modules, info):
        info["count"] = len(modules)
        return True
"""


@dataclass
class Verdict:
    """Problems as `"code file:line"`, sorted; `error` is what was raised."""

    problems: list[str]
    error: ConfigError | None = None
    built: Any = None


def write(folder: Path, text: str) -> None:
    """Write the files of a fixture: `#- path` begins each; what comes before the first is `run.toml`."""
    name, lines = "run.toml", list[str]()
    files = {".excore.toml": SETTINGS, f"{MODULE}.py": MODELS}
    for line in text.strip("\n").split("\n"):
        if line.startswith("#- "):
            files[name] = "\n".join(lines)
            name, lines = line[3:].strip(), []
        else:
            lines.append(line)
    files[name] = "\n".join(lines)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "utf-8")


@contextmanager
def imported(folder: Path) -> Iterator[None]:
    """The project of a fixture as the running program: its folder current, its module imported, nothing else known."""
    cwd, pool = os.getcwd(), dict(Registry._registry_pool)
    Registry._registry_pool.clear()
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    workspace.reset()
    try:
        sys.modules.pop(MODULE, None)
        importlib.invalidate_caches()
        importlib.import_module(MODULE)
        yield
    finally:
        os.chdir(cwd)
        sys.path.remove(str(folder))
        sys.modules.pop(MODULE, None)
        Registry._registry_pool.clear()
        Registry._registry_pool.update(pool)
        workspace.reset()


def read(folder: Path, root: str = "run.toml") -> Verdict:
    """What reading alone says."""
    host = Host(environment=dict(os.environ))
    host.set_catalog(str(folder), Indexer(folder, use_cache=False).build())
    snapshot = host.snapshot()
    found = set()
    for item in snapshot.root_problems(str(folder / root)):
        if item.severity == "error" or item.code == "unset-environment":
            file = snapshot.file(item.origin.file)
            assert file is not None
            line = file.position(file.absolute(item.origin).start)[0] + 1
            found.add(f"{item.code} {Path(item.origin.file).name}:{line}")
    return Verdict(sorted(found))


def run(folder: Path, root: str = "run.toml") -> Verdict:
    """What loading and building says."""
    with imported(folder):
        try:
            built = config.build_all(config.load(folder / root))
        except ConfigError as error:
            pairs = zip(error.problems, error.places, strict=True)
            return Verdict(sorted({f"{item.code} {Path(file).name}:{line}" for item, (file, line, _) in pairs}), error)
        return Verdict([], None, built)
