"""Plain stacks of convolutions."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from .. import BACKBONE
from .blocks import ConvBnAct


@BACKBONE.register(stride=2)
class VGG(nn.Module):
    """Convolutions with a pooling in the middle.

    Parameters
    ----------
    depth : int
        Number of convolutions, at least two.
    in_channel : int
        Channels of the picture.
    channels : int
        Channels of the features.
    pool : {"max", "mean"}
        How to halve height and width.
    """

    def __init__(
        self, depth: int, in_channel: int = 3, channels: int = 12, pool: Literal["max", "mean"] = "max"
    ) -> None:
        super().__init__()
        if depth < 2:
            raise ValueError(f"a VGG needs a depth of at least 2, not {depth}")
        convs = [ConvBnAct(channels if i else in_channel, channels) for i in range(depth)]
        self.before = nn.Sequential(*convs[: depth // 2])
        self.pool = nn.MaxPool2d(2) if pool == "max" else nn.AvgPool2d(2)
        self.after = nn.Sequential(*convs[depth // 2 :])
        self.out_channels = channels

    def forward(self, x: Tensor) -> list[Tensor]:
        first = self.before(x)
        return [first, self.after(self.pool(first))]
