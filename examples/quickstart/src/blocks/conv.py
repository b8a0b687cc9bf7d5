"""Convolution with normalisation and activation."""

from __future__ import annotations

from collections.abc import Callable

from .. import MODULE
from ..engine.module import Conv, Module, Parameter
from ..engine.tensor import Rows, Tensor, elementwise
from .activations import relu


@MODULE.register()
class BatchNorm(Module):
    """Normalise every channel over the batch, or over running statistics when evaluating.

    Args:
        channels: Number of channels.
        momentum: Weight of the newest batch in the running statistics.
        eps: Added to the variance.
    """

    def __init__(self, channels: int, momentum: float = 0.3, eps: float = 1e-5) -> None:
        self.momentum = momentum
        self.eps = eps
        self.gamma = Parameter([[1.0] * channels])
        self.beta = Parameter([[0.0] * channels])
        self.running_mean = [0.0] * channels
        self.running_var = [1.0] * channels

    def forward(self, x: Tensor) -> Tensor:
        count = len(x.data)
        if self.training:
            columns = list(zip(*x.data, strict=True))
            mean = [sum(c) / count for c in columns]
            var = [sum((v - m) ** 2 for v in c) / count for c, m in zip(columns, mean, strict=True)]
            keep, new = 1.0 - self.momentum, self.momentum
            self.running_mean = [keep * a + new * b for a, b in zip(self.running_mean, mean, strict=True)]
            self.running_var = [keep * a + new * b for a, b in zip(self.running_var, var, strict=True)]
        else:
            mean, var = self.running_mean, self.running_var
        inverse = [1.0 / (v + self.eps) ** 0.5 for v in var]
        normal = [[(v - m) * i for v, m, i in zip(row, mean, inverse, strict=True)] for row in x.data]
        gamma, beta = self.gamma.data[0], self.beta.data[0]
        out = [[v * g + b for v, g, b in zip(row, gamma, beta, strict=True)] for row in normal]

        def backward(grad: Rows) -> tuple[Rows, Rows, Rows]:
            grad_columns = list(zip(*grad, strict=True))
            total = [sum(c) for c in grad_columns]
            dot = [
                sum(g * v for g, v in zip(gs, vs, strict=True))
                for gs, vs in zip(grad_columns, zip(*normal, strict=True), strict=True)
            ]
            factor = [g * i for g, i in zip(gamma, inverse, strict=True)]
            dx = [
                [f * (g - (t + v * d) / count) for f, g, t, v, d in zip(factor, row, total, values, dot, strict=True)]
                for row, values in zip(grad, normal, strict=True)
            ]
            return dx, [dot], [total]

        return Tensor(out, (x, self.gamma, self.beta), backward, x.size)


@MODULE.register()
class ConvModule(Module):
    """Convolution, then normalisation, then activation.

    Args:
        in_channels: Channels coming in.
        out_channels: Channels going out.
        dilation: Distance of the neighbours a pixel looks at.
        norm: Whether to normalise.
        act: Any function of one number, or None for none.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        dilation: int = 1,
        norm: bool = True,
        act: Callable[[float], float] | None = relu,
    ) -> None:
        self.out_channels = out_channels
        self.conv = Conv(in_channels, out_channels, dilation)
        self.bn = BatchNorm(out_channels) if norm else None
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        if self.bn is not None:
            x = self.bn(x)
        return x if self.act is None else elementwise(x, self.act)
