"""Run in an example project with pairs of config and Python file: what each of the two builds, as JSON.

Every object of the project's classes that is made is noted with what it was given. What is told of a build are the
objects its fields hold, what those were given, and so on; an object that was told before is a number.
"""

from __future__ import annotations

import functools
import importlib
import json
import runpy
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

sys.path.insert(0, ".")
importlib.import_module("src")

from excore import Registry, config  # noqa: E402
from excore.config import ModuleNode  # noqa: E402

made: dict[int, tuple[Any, str, dict[str, Any]]] = {}  # id -> the object, what made it, what it was given
names: dict[int, str] = {}  # id of what is registered -> its name
making: set[int] = set()


def note_class(cls: type) -> None:
    init = cls.__init__  # type: ignore[misc]
    if init is object.__init__:
        return

    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        if id(self) in making:
            init(self, *args, **kwargs)
            return
        making.add(id(self))
        made[id(self)] = (self, type(self).__name__, {**{f"#{i}": arg for i, arg in enumerate(args)}, **kwargs})
        init(self, *args, **kwargs)
        making.discard(id(self))

    cls.__init__ = __init__  # type: ignore[misc]


def note_function(function: FunctionType) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        made[id(result)] = (result, function.__name__, kwargs)
        return result

    return call


def watch() -> None:
    for registry, entries in Registry._registry_pool.items():
        for name, path in entries.items():
            module, _, last = path.rpartition(".")
            target = getattr(importlib.import_module(module), last) if module else importlib.import_module(path)
            if isinstance(target, type) and module.startswith("src."):
                note_class(target)
            elif isinstance(target, FunctionType) and registry == "Model":
                target = note_function(target)
                setattr(importlib.import_module(module), last, target)
            names[id(target)] = name


class Told:
    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}

    def tell(self, value: Any) -> Any:
        known = made.get(id(value))
        if id(value) in names:
            return {"is": names[id(value)]}
        if isinstance(value, (type, FunctionType, ModuleType)):
            return {"is": value.__qualname__ if not isinstance(value, ModuleType) else value.__name__}
        if value is None or isinstance(value, (bool, int, float, str)):
            return repr(value)
        if isinstance(value, ModuleNode):
            return self.once(value, value.target.__name__, dict(value))
        if known is not None:
            return self.once(value, known[1], known[2])
        if isinstance(value, (list, tuple)):
            return [self.tell(item) for item in value]
        if isinstance(value, dict):
            return {"dict": {key: self.tell(item) for key, item in value.items()}}
        return self.once(value, type(value).__name__, {})

    def once(self, value: Any, name: str, given: dict[str, Any]) -> Any:
        if id(value) in self.numbers:
            return {"number": self.numbers[id(value)]}
        number = self.numbers[id(value)] = len(self.numbers)
        return {"number": number, "name": name, "given": {key: self.tell(item) for key, item in given.items()}}


def main() -> None:
    watch()
    found = {}
    keep = []
    for config_file, python_file in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        modules, info = config.build_all(config.load(config_file))
        code = runpy.run_path(python_file)
        keep.append((modules, code))
        found[config_file] = {
            "built": [Told().tell(dict(modules)), Told().tell(dict(info))],
            "run": [Told().tell(code["fields"]), Told().tell(code["info"])],
        }
    json.dump(found, sys.stdout)


main()
