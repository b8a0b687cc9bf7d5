"""Heads of one or two layers."""

from __future__ import annotations

from typing import Any

from .. import HEAD
from ..blocks.conv import ConvModule
from ..engine.module import Linear, Module
from ..engine.tensor import Tensor


@HEAD.register()
class SimpleHead(Module):
    """One linear layer a pixel.

    Args:
        in_channels: Channels of the feature map.
        num_classes: Number of classes to tell apart.
        level: Which feature map of the backbone to use.
    """

    def __init__(self, in_channels: int, num_classes: int = 3, level: int = -1) -> None:
        self.in_channels = in_channels
        self.num_classes = num_classes
        self.level = level
        self.classifier = Linear(in_channels, num_classes)

    def forward(self, x: list[Tensor]) -> Tensor:
        return self.classifier(x[self.level])


@HEAD.register()
class ConvHead(SimpleHead):
    """A convolution before the linear layer.

    Args:
        hidden: Channels between the two layers.
        **kwargs: Handed on to SimpleHead.
    """

    def __init__(self, in_channels: int, hidden: int = 6, **kwargs: Any) -> None:
        super().__init__(hidden, **kwargs)
        self.reduce = ConvModule(in_channels, hidden)

    def forward(self, x: list[Tensor]) -> Tensor:
        return self.classifier(self.reduce(x[self.level]))
