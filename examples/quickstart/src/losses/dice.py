"""Losses that look at whole regions, and losses made of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import LOSS
from ..data.base import IGNORE
from ..engine.tensor import Rows, Tensor, add, scale, softmax

Loss = Callable[[Tensor, "list[int]"], Tensor]


@LOSS.register()
class DiceLoss:
    """One minus the overlap of predicted and right regions.

    Parameters
    ----------
    smooth : float
        Keeps classes that are not in the picture from dividing by zero.
    ignore_index : int
        Pixels with this label do not count.
    """

    def __init__(self, smooth: float = 1.0, ignore_index: int = IGNORE) -> None:
        self.smooth = smooth
        self.ignore_index = ignore_index

    def __call__(self, scores: Tensor, labels: list[int]) -> Tensor:
        probabilities = softmax(scores)
        classes = scores.columns
        both = [self.smooth] * classes
        size = [2 * self.smooth] * classes
        for row, c in zip(probabilities.data, labels, strict=True):
            if c != self.ignore_index:
                both[c] += row[c]
                size[c] += 1.0
                size = [s + p for s, p in zip(size, row, strict=True)]

        def backward(grad: Rows) -> tuple[Rows]:
            g = grad[0][0] / classes
            elsewhere = [2 * g * b / s**2 for b, s in zip(both, size, strict=True)]
            out = []
            for label in labels:
                row = [0.0] * classes if label == self.ignore_index else list(elsewhere)
                if label != self.ignore_index:
                    row[label] -= 2 * g / size[label]
                out.append(row)
            return (out,)

        value = 1.0 - sum(2 * b / s for b, s in zip(both, size, strict=True)) / classes
        return Tensor([[value]], (probabilities,), backward)


@LOSS.register()
class WeightedSum:
    """Several losses by name.

    :param losses: The losses.
    :type losses: dict[str, Loss]
    :param weights: Their weights by the same names; 1 when left out.
    """

    def __init__(self, losses: Mapping[str, Loss], weights: Mapping[str, float] | None = None) -> None:
        self.losses = dict(losses)
        self.weights = dict(weights or {})

    def __call__(self, scores: Tensor, labels: list[int]) -> Tensor:
        first, *rest = (scale(loss(scores, labels), self.weights.get(n, 1.0)) for n, loss in self.losses.items())
        for loss in rest:
            first = add(first, loss)
        return first
