"""Hooks on an argument: ``@params = "$Model@BnWeightDecayHook"``."""

from __future__ import annotations

from typing import Any

from excore.engine.hook import ConfigArgumentHook

from .. import HOOK
from ..optim.sgd import ParamGroup


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

    def hook(self) -> list[ParamGroup]:
        """Return the parameters of the model in groups."""
        named = list(self.node().named_parameters())
        if not self.bn_weight_decay:
            return [{"params": [p for _, p in named], "weight_decay": self.weight_decay}]
        return [
            {"params": [p for name, p in named if "bn" in name], "weight_decay": 0.0},
            {"params": [p for name, p in named if "bn" not in name], "weight_decay": self.weight_decay},
        ]


@HOOK.register()
class LayerDecayHook(ConfigArgumentHook):
    """Let the backbone learn slower than the rest.

    Args:
        node: The model before it is built; filled in by ExCore.
        backbone_lr: Factor on the learning rate of the backbone.
        enabled: Off means the model itself is passed on.
    """

    def __init__(self, node: Any, backbone_lr: float = 0.5, enabled: bool = True) -> None:
        super().__init__(node, enabled)
        self.backbone_lr = backbone_lr

    def hook(self) -> list[ParamGroup]:
        """Return the parameters of the model in groups."""
        named = list(self.node().named_parameters())
        return [
            {"params": [p for name, p in named if name.startswith("backbone.")], "lr": self.backbone_lr},
            {"params": [p for name, p in named if not name.startswith("backbone.")]},
        ]


@HOOK.register()
class RepeatHook(ConfigArgumentHook):
    """Pass on a list of several fresh objects.

    :param node: What to build; filled in by ExCore.
    :param times: How often.
    """

    def __init__(self, node: Any, times: int = 2) -> None:
        super().__init__(node)
        self.times = times

    def hook(self) -> list[Any]:
        """Return the objects."""
        return [self.node() for _ in range(self.times)]
