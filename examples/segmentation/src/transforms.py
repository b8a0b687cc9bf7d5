"""What happens to a picture and its label map before a model sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

import torch
from torch import Tensor
from torch.nn import functional

from . import TRANSFORM

IGNORE = 255


class Axis(Enum):
    """Which way to mirror; a config gives the name."""

    HORIZONTAL = auto()
    VERTICAL = auto()


@TRANSFORM.register()
class RandomFlip:
    """Mirror with a certain probability.

    Args:
        prob: How often to mirror.
        axis: Which way.
    """

    def __init__(self, prob: float = 0.5, axis: Axis = Axis.HORIZONTAL) -> None:
        self.prob = prob
        self.axis = Axis[axis] if isinstance(axis, str) else axis

    def __call__(self, image: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        if float(torch.rand(())) >= self.prob:
            return image, label
        dim = -1 if self.axis is Axis.HORIZONTAL else -2
        return image.flip(dim), label.flip(dim)


@TRANSFORM.register()
@dataclass
class Normalize:
    """Subtract the mean and divide by the standard deviation.

    Attributes:
        mean: One number a channel.
        std: One number a channel.
    """

    mean: list[float] = field(default_factory=lambda: [0.4, 0.4, 0.5])
    std: list[float] = field(default_factory=lambda: [0.2, 0.2, 0.3])

    def __call__(self, image: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (self.mean, self.std))
        return (image - mean) / std, label


@TRANSFORM.register()
class RandomResize:
    """Resize by a random factor.

    Parameters
    ----------
    min_scale : float
        Smallest factor.
    max_scale : float
        Largest factor.
    """

    def __init__(self, min_scale: float = 0.75, max_scale: float = 1.0) -> None:
        self.min_scale = min_scale
        self.max_scale = max_scale

    def __call__(self, image: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        factor = self.min_scale + (self.max_scale - self.min_scale) * float(torch.rand(()))
        size = [max(1, round(side * factor)) for side in label.shape]
        image = functional.interpolate(image[None], size=size, mode="nearest")[0]
        small = functional.interpolate(label[None, None].float(), size=size, mode="nearest")[0, 0]
        return image, small.long()


@TRANSFORM.register()
class Pad:
    """Fill up at the right and at the bottom; the filling does not count.

    :param pad_size: Height and width to reach.
    :param value: What to fill the picture with.
    """

    def __init__(self, pad_size: int, value: float = 0.0) -> None:
        self.pad_size = pad_size
        self.value = value

    def __call__(self, image: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        height, width = label.shape
        border = (0, self.pad_size - width, 0, self.pad_size - height)
        return functional.pad(image, border, value=self.value), functional.pad(label, border, value=IGNORE)
