"""Fully convolutional networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import MODEL
from ..backbones.base import BaseBackbone
from ..backbones.vgg import VGG
from ..engine.tensor import Tensor
from ..heads.simple import SimpleHead
from .base import Segmentor


@MODEL.register(task="segmentation", paper="Fully Convolutional Networks for Semantic Segmentation")
class FCN(Segmentor):
    """A backbone and a head.

    Args:
        backbone: The feature extractor.
        head: A head, or something that makes one when called with ``in_channels``
            (a class, or a table with ``__no_call__ = true``).
        aux_heads: Further heads by name; the loss sees their scores too.
        num_classes: For a head that is made here.
    """

    def __init__(
        self,
        backbone: BaseBackbone,
        head: SimpleHead | Callable[..., SimpleHead],
        aux_heads: Mapping[str, SimpleHead] | None = None,
        num_classes: int = 3,
    ) -> None:
        self.backbone = backbone
        if not isinstance(head, SimpleHead):
            head = head(in_channels=backbone.out_channels, num_classes=num_classes)
        self.head = head
        self.aux_names = list(aux_heads or {})
        self.aux_heads = list((aux_heads or {}).values())
        self._extra: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        features = self.backbone(x)
        self._extra = [head(features) for head in self.aux_heads] if self.training else []
        return self.head(features)

    def extra_scores(self) -> list[Tensor]:
        return self._extra


@MODEL.register(task="segmentation")
def make_fcn(depth: int = 2, num_classes: int = 3, norm: str = "bn") -> FCN:
    """Return an FCN on a VGG: a function can be registered like a class.

    Args:
        depth: Number of convolutions.
        num_classes: Number of classes to tell apart.
        norm: "bn" or "none".
    """
    backbone = VGG(depth, norm="bn" if norm == "bn" else "none")
    return FCN(backbone, SimpleHead(backbone.out_channels, num_classes))
