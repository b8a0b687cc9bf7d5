"""Hooks on the build: tables under ``[ExcoreHook]``.

Such a hook says when it runs (``__HookType__``), how often it may say yes before it is dropped (``__LifeSpan__``)
and at which of the calls it runs (``__CallInter__``, every, every second ...).
"""

from __future__ import annotations

from typing import Any

from .. import HOOK
from ..engine.module import seed_everything


@HOOK.register()
class SeedEverything:
    """Fix the random numbers before anything is built.

    Args:
        seed: Which random numbers.
    """

    __HookType__ = "pre_build"
    __LifeSpan__ = 1
    __CallInter__ = 1

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def __call__(self, cfg: Any, modules: dict[str, Any], info: dict[str, Any]) -> bool:
        seed_everything(self.seed)
        return True


@HOOK.register()
class BuildTrace:
    """Write down which fields were there whenever another is about to be built.

    Args:
        key: Where the result goes among the isolated values.
    """

    __HookType__ = "every_build"
    __LifeSpan__ = float("inf")
    __CallInter__ = 1

    def __init__(self, key: str = "build_trace") -> None:
        self.key = key

    def __call__(self, cfg: Any, modules: dict[str, Any], info: dict[str, Any]) -> bool:
        info.setdefault(self.key, []).append(sorted(modules))
        return True


@HOOK.register()
class CountParameters:
    """Count the parameters of a field once all is built.

    Args:
        field: Which field.
        key: Where the result goes among the isolated values.
    """

    __HookType__ = "after_build"
    __LifeSpan__ = 1
    __CallInter__ = 1

    def __init__(self, field: str = "Model", key: str = "num_parameters") -> None:
        self.field = field
        self.key = key

    def __call__(self, cfg: Any, modules: dict[str, Any], info: dict[str, Any]) -> bool:
        named = modules[self.field].named_parameters()
        info[self.key] = sum(len(parameter.data) * parameter.columns for _, parameter in named)
        return True
