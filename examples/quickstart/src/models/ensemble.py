"""Several models as one."""

from __future__ import annotations

from .. import MODEL
from ..engine.tensor import Tensor, add, scale
from .base import Segmentor


@MODEL.register(task="segmentation")
class Ensemble(Segmentor):
    """The mean of the scores of several models.

    :param models: The members.
    :param weights: One weight a member; all equal when left out.
    """

    def __init__(self, models: list[Segmentor], weights: list[float] | None = None) -> None:
        self.models = models
        self.weights = weights or [1.0 / len(models)] * len(models)

    def forward(self, x: Tensor) -> Tensor:
        first, *rest = (scale(m(x), w) for m, w in zip(self.models, self.weights, strict=True))
        for scores in rest:
            first = add(first, scores)
        return first
