"""Losses that PyTorch does not bring."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional

from . import LOSS


@LOSS.register()
class DiceLoss(nn.Module):
    """One minus the overlap of predicted and right regions.

    Args:
        smooth: Keeps classes that are not in the picture from dividing by zero.
        ignore_index: Pixels with this label do not count.
    """

    def __init__(self, smooth: float = 1.0, ignore_index: int = 255) -> None:
        super().__init__()
        self.smooth = smooth
        self.ignore_index = ignore_index

    def forward(self, scores: Tensor, label: Tensor) -> Tensor:
        counts = (label != self.ignore_index).unsqueeze(1)
        safe = label.masked_fill(label == self.ignore_index, 0)
        wanted = functional.one_hot(safe, scores.shape[1]).permute(0, 3, 1, 2) * counts
        found = scores.softmax(1) * counts
        both = (found * wanted).sum((0, 2, 3))
        size = found.sum((0, 2, 3)) + wanted.sum((0, 2, 3))
        return 1 - ((2 * both + self.smooth) / (size + self.smooth)).mean()


@LOSS.register()
class WeightedSum(nn.Module):
    """Several losses by name.

    :param losses: The losses.
    :param weights: Their weights by the same names; 1 when left out.
    """

    def __init__(self, losses: Mapping[str, nn.Module], weights: Mapping[str, float] | None = None) -> None:
        super().__init__()
        self.losses = nn.ModuleDict(losses)
        self.weights = dict(weights or {})

    def forward(self, scores: Tensor, label: Tensor) -> Tensor:
        parts = [loss(scores, label) * self.weights.get(name, 1.0) for name, loss in self.losses.items()]
        return sum(parts[1:], parts[0])
