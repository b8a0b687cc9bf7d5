"""Residual networks."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from .. import BACKBONE
from .blocks import BasicBlock, ConvBnAct


@BACKBONE.register(stride=4)
class ResNet(nn.Module):
    """A small residual network; each stage after the first halves height and width.

    Args:
        layers (int): Number of stages.
        in_channel (int): Channels of the picture.
        channels (int): Channels of the first stage; each further stage has twice as many.
        block (type[BasicBlock]): What a stage is made of.
        act (type[nn.Module]): The class of the activation.
    """

    def __init__(
        self,
        layers: int = 3,
        in_channel: int = 3,
        channels: int = 8,
        block: type[BasicBlock] = BasicBlock,
        act: type[nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        self.stem = ConvBnAct(in_channel, channels, act=act)
        self.stages = nn.ModuleList()
        for i in range(layers):
            width = channels * 2**i
            self.stages.append(block(max(channels, width // 2), width, 2 if i else 1, act))
        self.out_channels = channels * 2 ** (layers - 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features


@BACKBONE.register(stride=2)
class ResNetLite(ResNet):
    """Two stages; what it does not name itself goes on to ResNet."""

    def __init__(self, channels: int = 6, **kwargs: Any) -> None:
        super().__init__(layers=2, channels=channels, **kwargs)
