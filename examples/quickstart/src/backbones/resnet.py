"""Residual networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import BACKBONE
from ..blocks.activations import relu
from ..blocks.conv import ConvModule
from ..blocks.residual import BasicBlock, Bottleneck
from .base import BaseBackbone


@BACKBONE.register(stride=1, paper="Deep Residual Learning for Image Recognition")
class ResNet(BaseBackbone):
    """Residual network at full resolution.

    Args:
        layers (int): Number of residual blocks, at least one.
        in_channels (int): Channels of the image.
        channels (int): Channels of the features.
        block (type[BasicBlock]): The kind of block to stack.
        act (Callable[[float], float]): Activation function.
        frozen (bool): Keep the weights as they are.

    Example:
        >>> ResNet(layers=2, channels=4).out_channels
        4
    """

    def __init__(
        self,
        layers: int = 2,
        in_channels: int = 3,
        channels: int = 6,
        block: type[BasicBlock] = BasicBlock,
        act: Callable[[float], float] = relu,
        frozen: bool = False,
    ) -> None:
        super().__init__(in_channels, channels, frozen)
        if layers < 1:
            raise ValueError(f"a ResNet needs at least one layer, not {layers}")
        self.layers = layers
        self.stages = [ConvModule(in_channels, channels, act=act)]
        self.stages += [block(channels, channels, act=act) for _ in range(layers)]
        self.freeze()

    @classmethod
    def from_pretrained(cls) -> ResNet:
        """Return a small network that stays as it is."""
        return cls(layers=1, frozen=True)


@BACKBONE.register(stride=1)
class ResNet50(ResNet):
    """A ResNet of bottlenecks; what it does not name itself goes on to ResNet."""

    def __init__(self, width: float = 1.0, layers: int = 3, **kwargs: Any) -> None:
        super().__init__(layers, channels=max(2, int(8 * width)), block=Bottleneck, **kwargs)
