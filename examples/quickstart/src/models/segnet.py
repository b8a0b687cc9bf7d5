"""Encoder-decoder networks."""

from __future__ import annotations

from typing import Any

from .. import MODEL
from ..backbones.base import BaseBackbone
from ..blocks.conv import ConvModule
from ..engine.tensor import Tensor, add, pool, resize
from ..heads.simple import SimpleHead
from .base import Segmentor


@MODEL.register(task="segmentation", paper="SegNet")
class SegNet(Segmentor):
    """Shrinks the features of the backbone and enlarges them again.

    Parameters
    ----------
    backbone : BaseBackbone
        The feature extractor.
    num_classes : int
        Number of classes to tell apart.
    skip : bool
        Add the features from before shrinking to the enlarged ones.
    """

    def __init__(self, backbone: BaseBackbone, num_classes: int = 3, skip: bool = True) -> None:
        channels = backbone.out_channels
        self.backbone = backbone
        self.skip = skip
        self.decoder = ConvModule(channels, channels)
        self.head = SimpleHead(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        feature = self.backbone(x)[-1]
        assert feature.size is not None
        large = resize(self.decoder(pool(feature)), feature.size)
        return self.head([add(large, feature) if self.skip else large])


@MODEL.register()
class SegNetLite(SegNet):
    """A SegNet without the skip connection."""

    def __init__(self, backbone: BaseBackbone, **kwargs: Any) -> None:
        super().__init__(backbone, skip=False, **kwargs)
