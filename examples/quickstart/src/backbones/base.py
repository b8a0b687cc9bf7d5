"""What all backbones share."""

from __future__ import annotations

from ..engine.module import Module
from ..engine.tensor import Tensor


class BaseBackbone(Module):
    """A stack of stages; the result is one feature map a stage.

    Args:
        in_channels (int): Channels of the image.
        channels (int): Channels of the features.
        frozen (bool): Keep the weights as they are.
    """

    def __init__(self, in_channels: int = 3, channels: int = 6, frozen: bool = False) -> None:
        self.in_channels = in_channels
        self.channels = channels
        self.stages: list[Module] = []
        self.frozen = frozen

    def freeze(self) -> None:
        """Take all parameters out of training when the backbone is frozen."""
        for parameter in self.parameters():
            parameter.trainable = not self.frozen

    @property
    def out_channels(self) -> int:
        """Channels of the last feature map: what a head needs to know."""
        return self.channels

    def feature_channels(self, level: int = -1) -> int:
        """Return the channels of one stage's feature map."""
        return [self.channels for _ in self.stages][level]

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features
