"""From features to one score a class and pixel."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from . import HEAD
from .backbones.blocks import ConvBnAct


@HEAD.register()
class SimpleHead(nn.Module):
    """A convolution with a kernel of one pixel.

    Args:
        in_channels: Channels of the last feature map.
        num_classes: Number of classes to tell apart.
        dropout: Part of the channels that is left out at random while training.
    """

    def __init__(self, in_channels: int, num_classes: int = 3, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(in_channels, num_classes, 1)

    def forward(self, features: list[Tensor]) -> Tensor:
        return self.classifier(self.dropout(features[-1]))


@HEAD.register()
class FCNHead(SimpleHead):
    """A convolution before the last one.

    Args:
        hidden: Channels in between.
        **kwargs: Handed on to SimpleHead.
    """

    def __init__(self, in_channels: int, hidden: int = 16, **kwargs: Any) -> None:
        super().__init__(hidden, **kwargs)
        self.reduce = ConvBnAct(in_channels, hidden)

    def forward(self, features: list[Tensor]) -> Tensor:
        return self.classifier(self.dropout(self.reduce(features[-1])))


@HEAD.register()
class EdgeHead(nn.Module):
    """Tells for each pixel whether it is at the edge of a region.

    :param in_channels: Channels of the last feature map.
    :type in_channels: int
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.classifier = nn.Conv2d(in_channels, 2, 1)

    def forward(self, features: list[Tensor]) -> Tensor:
        return self.classifier(features[-1])

    @staticmethod
    def target(label: Tensor) -> Tensor:
        """Return 1 where a pixel differs from its right or lower neighbour, else 0, and 255 where nothing counts."""
        edge = torch.zeros_like(label)
        edge[:, :, :-1] |= (label[:, :, 1:] != label[:, :, :-1]).long()
        edge[:, :-1, :] |= (label[:, 1:, :] != label[:, :-1, :]).long()
        return edge.masked_fill(label == 255, 255)
