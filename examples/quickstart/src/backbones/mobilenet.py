"""Networks for small devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from .. import BACKBONE
from ..blocks.activations import leaky_relu
from ..blocks.conv import ConvModule
from ..engine.tensor import Tensor, pool, resize
from .base import BaseBackbone


class MobileNet(BaseBackbone):
    """Works on a feature map of half the height and width.

    :param width: Channels of the features.
    :type width: int
    :param depth: Number of convolutions on the small map.
    :param act: Activation function; leaky ReLU when left out.
    :param in_channels: Channels of the image.
    """

    def __init__(
        self,
        width: int = 6,
        depth: int = 2,
        act: Optional[Callable[[float], float]] = None,  # noqa: UP045
        in_channels: int = 3,
    ) -> None:
        super().__init__(in_channels, width)
        act = act or leaky_relu
        self.stem = ConvModule(in_channels, width, act=act)
        self.stages = [ConvModule(width, width, act=act) for _ in range(depth)]
        self.freeze()

    def forward(self, x: Tensor) -> list[Tensor]:
        full = self.stem(x)
        assert full.size is not None
        return [full, *(resize(feature, full.size) for feature in super().forward(pool(full)))]


BACKBONE.register_module(MobileNet, stride=2)
