"""Plain stacks of convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from .. import BACKBONE
from ..blocks.activations import relu
from ..blocks.conv import ConvModule
from .base import BaseBackbone

Norm = Literal["bn", "none"]


@BACKBONE.register(stride=1, paper="Very Deep Convolutional Networks for Large-Scale Image Recognition")
class VGG(BaseBackbone):
    """A plain stack of convolutions.

    Parameters
    ----------
    depth : int
        Number of convolutions.
    norm : {"bn", "none"}
        Whether to normalise after each convolution.
    dilations : list of int, optional
        Distance of the neighbours in each convolution; 1 everywhere when left out.
    act : callable
        Activation function.
    **kwargs
        Handed on to the base class.
    """

    def __init__(
        self,
        depth: int,
        norm: Norm = "bn",
        dilations: list[int] | None = None,
        act: Callable[[float], float] = relu,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.depth = depth
        dilations = dilations or [1] * depth
        if len(dilations) != depth:
            raise ValueError(f"{depth} convolutions need {depth} dilations, not {len(dilations)}")
        ins = [self.in_channels] + [self.channels] * (depth - 1)
        self.stages = [
            ConvModule(i, self.channels, dilation=d, norm=norm == "bn", act=act)
            for i, d in zip(ins, dilations, strict=True)
        ]
        self.freeze()


@BACKBONE.register()
class VGGWide(VGG):
    """A VGG with more channels."""

    def __init__(self, widen: int = 2, **kwargs: Any) -> None:
        super().__init__(channels=6 * widen, **kwargs)
