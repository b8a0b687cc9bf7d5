"""Losses that look at each pixel alone."""

from __future__ import annotations

import math
from typing import Any, Literal

from .. import LOSS
from ..data.base import IGNORE
from ..engine.tensor import Rows, Tensor, softmax


@LOSS.register()
class CrossEntropy:
    """The negative logarithm of the probability of the right class.

    Args:
        ignore_index: Pixels with this label do not count.
        class_weights: One weight a class; all equal when left out.
        reduction: Whether to take the mean or the sum over the pixels.
    """

    def __init__(
        self,
        ignore_index: int = IGNORE,
        class_weights: list[float] | None = None,
        reduction: Literal["mean", "sum"] = "mean",
    ) -> None:
        self.ignore_index = ignore_index
        self.class_weights = class_weights
        self.reduction = reduction

    def focus(self, p: float) -> tuple[float, float]:
        """Return the factor on the logarithm for a probability, and its slope."""
        return 1.0, 0.0

    def __call__(self, scores: Tensor, labels: list[int]) -> Tensor:
        probabilities = softmax(scores)
        weights = self.class_weights or [1.0] * scores.columns
        counted = [(i, c) for i, c in enumerate(labels) if c != self.ignore_index]
        share = 1.0 / max(1, len(counted)) if self.reduction == "mean" else 1.0
        total, slopes = 0.0, {}
        for i, c in counted:
            p = max(probabilities.data[i][c], 1e-12)
            factor, slope = self.focus(p)
            total -= weights[c] * factor * math.log(p)
            slopes[i] = -weights[c] * (slope * math.log(p) + factor / p) * share

        def backward(grad: Rows) -> tuple[Rows]:
            out = [[0.0] * scores.columns for _ in labels]
            for i, c in counted:
                out[i][c] = slopes[i] * grad[0][0]
            return (out,)

        return Tensor([[total * share]], (probabilities,), backward)


@LOSS.register()
class FocalLoss(CrossEntropy):
    """Cross entropy which looks away from pixels that are right already.

    Args:
        gamma: How much to look away.
        **kwargs: Handed on to CrossEntropy.
    """

    def __init__(self, gamma: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gamma = gamma

    def focus(self, p: float) -> tuple[float, float]:
        wrong = max(1.0 - p, 1e-12)
        return wrong**self.gamma, -self.gamma * wrong ** (self.gamma - 1)
