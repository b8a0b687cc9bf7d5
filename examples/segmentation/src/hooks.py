"""Hooks on an argument: ``@params = "$Model::FCN@BnWeightDecayHook"``."""

from __future__ import annotations

from typing import Any

import torch

from excore.engine.hook import ConfigArgumentHook

from . import HOOK


@HOOK.register()
class BnWeightDecayHook(ConfigArgumentHook):
    """Give normalisation layers a weight decay of zero.

    Args:
        node: The model before it is built; filled in by ExCore.
        bn_weight_decay: Whether to treat normalisation layers apart.
        weight_decay: The weight decay of all other parameters.
        enabled: Off means the model itself is passed on.
    """

    def __init__(self, node: Any, bn_weight_decay: bool, weight_decay: float, enabled: bool = True) -> None:
        super().__init__(node, enabled)
        self.bn_weight_decay = bn_weight_decay
        self.weight_decay = weight_decay

    def hook(self) -> list[dict[str, Any]]:
        """Return the parameters of the model in groups."""
        named = list(self.node().named_parameters())
        if not self.bn_weight_decay:
            return [{"params": [p for _, p in named], "weight_decay": self.weight_decay}]
        return [
            {"params": [p for name, p in named if "bn" in name], "weight_decay": 0.0},
            {"params": [p for name, p in named if "bn" not in name], "weight_decay": self.weight_decay},
        ]


@HOOK.register()
class TwoModels(ConfigArgumentHook):
    """Collect what an optimizer should train of two models; the shared backbone comes once.

    Args:
        node: The first model before it is built; filled in by ExCore.
        other: The second model.
        weight_decay: For all but normalisation layers.
    """

    def __init__(self, node: Any, other: Any, weight_decay: float = 0.01) -> None:
        super().__init__(node)
        self.other = other
        self.weight_decay = weight_decay

    def hook(self) -> list[dict[str, Any]]:
        """Return the parameters of both models in groups."""
        named = {id(p): (name, p) for model in (self.node(), self.other) for name, p in model.named_parameters()}
        bn = [p for name, p in named.values() if "bn" in name]
        rest = [p for name, p in named.values() if "bn" not in name]
        return [{"params": bn, "weight_decay": 0.0}, {"params": rest, "weight_decay": self.weight_decay}]


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
        torch.manual_seed(self.seed)
        return True
