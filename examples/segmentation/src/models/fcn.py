"""A backbone, and a head at the size of the picture."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from .. import MODEL
from ..backbones.resnet import ResNet
from ..heads import SimpleHead


@MODEL.register(task="segmentation")
class FCN(nn.Module):
    """A fully convolutional network.

    Args:
        backbone: The feature extractor; several models may share it.
        head: Turns features into scores.
    """

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, image: Tensor) -> Tensor:
        scores = self.head(self.backbone(image))
        return functional.interpolate(scores, size=image.shape[-2:], mode="bilinear", align_corners=False)

    def target(self, label: Tensor) -> Tensor:
        """Return what the scores should say for a label map."""
        return label


@MODEL.register(task="segmentation")
def make_fcn(channels: int = 8, num_classes: int = 3) -> FCN:
    """Return an FCN on a ResNet: a function can be registered like a class.

    Args:
        channels: Channels of the first stage.
        num_classes: Number of classes to tell apart.
    """
    backbone = ResNet(channels=channels)
    return FCN(backbone, SimpleHead(backbone.out_channels, num_classes))
