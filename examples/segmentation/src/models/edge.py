"""The second task on the same features."""

from __future__ import annotations

from torch import Tensor, nn

from .. import MODEL
from ..heads import EdgeHead
from .fcn import FCN


@MODEL.register(task="edges")
class EdgeNet(FCN):
    """Finds the edges of regions.

    :param backbone: The feature extractor; several models may share it.
    :param head: Turns features into scores.
    """

    def __init__(self, backbone: nn.Module, head: EdgeHead) -> None:
        super().__init__(backbone, head)

    def target(self, label: Tensor) -> Tensor:
        return EdgeHead.target(label)
