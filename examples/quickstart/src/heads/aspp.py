"""Heads that look at several distances or several feature maps."""

from __future__ import annotations

from typing import Any

from .. import HEAD
from ..blocks.conv import ConvModule
from ..engine.module import Linear
from ..engine.tensor import Tensor, concat
from .simple import SimpleHead


@HEAD.register()
class ASPPHead(SimpleHead):
    """Atrous spatial pyramid pooling: the same features seen with several dilations.

    Parameters
    ----------
    in_channels : int
        Channels of the feature map.
    dilations : tuple of int
        One branch for each.
    branch_channels : int
        Channels of each branch.
    """

    def __init__(
        self,
        in_channels: int,
        dilations: tuple[int, ...] = (1, 2),
        branch_channels: int = 4,
        **kwargs: Any,
    ) -> None:
        super().__init__(branch_channels * len(dilations), **kwargs)
        self.branches = [ConvModule(in_channels, branch_channels, dilation=d) for d in dilations]

    def forward(self, x: list[Tensor]) -> Tensor:
        return self.classifier(concat([branch(x[self.level]) for branch in self.branches]))


@HEAD.register()
class PyramidHead(SimpleHead):
    """Looks at all feature maps of the backbone at once.

    :param in_channels: Channels of each feature map.
    :param levels: How many feature maps there are.
    :param num_classes: Number of classes to tell apart.
    """

    def __init__(self, in_channels: int, levels: int, num_classes: int = 3) -> None:
        super().__init__(in_channels, num_classes)
        self.levels = levels
        self.classifier = Linear(in_channels * levels, num_classes)

    def forward(self, x: list[Tensor]) -> Tensor:
        return self.classifier(concat(x[-self.levels :]))
