"""Residual blocks; a config passes the class itself: ``$block = "BasicBlock"``."""

from __future__ import annotations

from collections.abc import Callable

from .. import MODULE
from ..engine.module import Linear, Module
from ..engine.tensor import Tensor, add, elementwise
from .activations import relu
from .conv import ConvModule


class BasicBlock(Module):
    """Two convolutions and a shortcut.

    Args:
        in_channels: Channels coming in.
        out_channels: Channels going out.
        act: Activation after each convolution.
    """

    expansion = 1

    def __init__(self, in_channels: int, out_channels: int, act: Callable[[float], float] = relu) -> None:
        self.act = act
        self.out_channels = out_channels
        self.layers = self.make_layers(in_channels, out_channels)
        self.shortcut = None if in_channels == out_channels else Linear(in_channels, out_channels)

    def make_layers(self, in_channels: int, out_channels: int) -> list[ConvModule]:
        """Return the convolutions of the main path."""
        return [
            ConvModule(in_channels, out_channels, act=self.act),
            ConvModule(out_channels, out_channels, act=None),
        ]

    def forward(self, x: Tensor) -> Tensor:
        out = x
        for layer in self.layers:
            out = layer(out)
        short = x if self.shortcut is None else self.shortcut(x)
        return elementwise(add(out, short), self.act)


class Bottleneck(BasicBlock):
    """A residual block that works on fewer channels in between."""

    expansion = 2

    def make_layers(self, in_channels: int, out_channels: int) -> list[ConvModule]:
        middle = max(1, out_channels // self.expansion)
        return [
            ConvModule(in_channels, middle, act=self.act),
            ConvModule(middle, out_channels, act=None),
        ]


# Several at once.
MODULE.register_all([BasicBlock, Bottleneck])
