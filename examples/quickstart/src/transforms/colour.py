"""Transforms that change colours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .. import TRANSFORM
from ..data.base import Sample
from ..engine.module import generator


@TRANSFORM.register(random=False)
@dataclass
class Normalize:
    """Subtract the mean and divide by the standard deviation.

    Attributes:
        mean: One number a channel.
        std: One number a channel.
    """

    mean: list[float] = field(default_factory=lambda: [0.4, 0.4, 0.5])
    std: list[float] = field(default_factory=lambda: [0.2, 0.2, 0.3])

    def __call__(self, sample: Sample) -> Sample:
        image = [[(v - m) / s for v, m, s in zip(row, self.mean, self.std, strict=True)] for row in sample.image]
        return replace(sample, image=image)


@TRANSFORM.register(random=True)
class RandomNoise:
    """Add noise to every channel.

    Parameters
    ----------
    std : float
        Standard deviation of the noise.
    """

    def __init__(self, std: float = 0.05) -> None:
        self.std = std

    def __call__(self, sample: Sample) -> Sample:
        gauss = generator().gauss
        return replace(sample, image=[[gauss(value, self.std) for value in row] for row in sample.image])


@TRANSFORM.register()
def grey(sample: Sample) -> Sample:
    """Replace all channels by their mean. A function: name it with ``$``, for calling it is the data set's job."""
    return replace(sample, image=[[sum(row) / len(row)] * len(row) for row in sample.image])


@TRANSFORM.register()
def clip(sample: Sample) -> Sample:
    """Bring all channels into the range from 0 to 1."""
    return replace(sample, image=[[min(1.0, max(0.0, value)) for value in row] for row in sample.image])
