"""Optimizers that scale each step by the size of past gradients."""

from __future__ import annotations

from typing import Any

from .. import OPTIM
from ..engine.module import Parameter
from .sgd import BaseOptimizer, Params


@OPTIM.register()
class Adam(BaseOptimizer):
    """Adaptive moment estimation.

    Parameters
    ----------
    params : list
        Parameters, parameter groups, or lists of them.
    lr : float
        Learning rate.
    betas : tuple of float
        Memory of the mean and of the square of the gradient.
    eps : float
        Added to the root.
    weight_decay : float
        Added to the gradient in proportion to the parameter.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 0.02,
        betas: tuple[float, float] = (0.9, 0.99),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.betas = (betas[0], betas[1])
        self.eps = eps
        self.memory: dict[tuple[int, int], tuple[int, list[float], list[float]]] = {}

    def direction(
        self, parameter: Parameter, row: int, values: list[float], grads: list[float], decay: float
    ) -> list[float]:
        return self.moments(parameter, row, [g + decay * v for g, v in zip(grads, values, strict=True)])

    def moments(self, parameter: Parameter, row: int, grads: list[float]) -> list[float]:
        """Return the mean of past gradients over the root of their mean square."""
        first, second = self.betas
        zeros = [0.0] * len(grads)
        count, mean, square = self.memory.get((id(parameter), row), (0, zeros, zeros))
        count += 1
        mean = [first * m + (1 - first) * g for m, g in zip(mean, grads, strict=True)]
        square = [second * s + (1 - second) * g * g for s, g in zip(square, grads, strict=True)]
        self.memory[id(parameter), row] = (count, mean, square)
        a, b = 1 - first**count, 1 - second**count
        return [m / a / ((s / b) ** 0.5 + self.eps) for m, s in zip(mean, square, strict=True)]


@OPTIM.register()
class AdamW(Adam):
    """Adam which applies weight decay to the parameter instead of the gradient."""

    def __init__(self, params: Params, weight_decay: float = 0.01, **kwargs: Any) -> None:
        super().__init__(params, weight_decay=weight_decay, **kwargs)

    def direction(
        self, parameter: Parameter, row: int, values: list[float], grads: list[float], decay: float
    ) -> list[float]:
        moves = self.moments(parameter, row, grads)
        return [m + decay * v for m, v in zip(moves, values, strict=True)]
