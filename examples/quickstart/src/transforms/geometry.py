"""Transforms that move pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Union

from .. import TRANSFORM
from ..data.base import IGNORE, Sample
from ..engine.module import generator


class PadMode(Enum):
    """What padding is filled with; a config gives the name."""

    CONSTANT = auto()
    EDGE = auto()


@TRANSFORM.register(random=True)
class RandomResize:
    """Resize by a random factor.

    Args:
        min_scale: Smallest factor.
        max_scale: Largest factor.
    """

    def __init__(self, min_scale: float = 0.75, max_scale: float = 1.0) -> None:
        if not 0 < min_scale <= max_scale:
            raise ValueError(f"need 0 < min_scale <= max_scale, not {min_scale} and {max_scale}")
        self.min_scale = min_scale
        self.max_scale = max_scale

    def __call__(self, sample: Sample) -> Sample:
        factor = generator().uniform(self.min_scale, self.max_scale)
        return resized(sample, max(1, round(sample.height * factor)), max(1, round(sample.width * factor)))


@TRANSFORM.register(random=False)
class Resize:
    """Resize to a fixed size.

    Parameters
    ----------
    size : int or tuple of int
        Height and width, or one number for both.
    """

    def __init__(self, size: Union[int, tuple[int, int]]) -> None:  # noqa: UP007
        self.size = (size, size) if isinstance(size, int) else (size[0], size[1])

    def __call__(self, sample: Sample) -> Sample:
        return resized(sample, *self.size)


@TRANSFORM.register(random=True)
@dataclass
class RandomFlip:
    """Mirror with a certain probability.

    Attributes:
        prob: How often to mirror.
        axis: 0 swaps top and bottom, 1 left and right.
    """

    prob: float = 0.5
    axis: int = 1

    def __call__(self, sample: Sample) -> Sample:
        if generator().random() >= self.prob:
            return sample
        h, w = sample.height, sample.width
        index = [y * w + (w - 1 - x) if self.axis else (h - 1 - y) * w + x for y in range(h) for x in range(w)]
        return picked(sample, index, h, w)


@TRANSFORM.register()
class Pad:
    """Fill up at the right and at the bottom.

    :param pad_size: Height and width to reach.
    :param mode: What to fill with.
    :type mode: PadMode
    :param value: The number that fills, in mode CONSTANT.
    """

    def __init__(self, pad_size: int, mode: PadMode = PadMode.CONSTANT, value: float = 0.0) -> None:
        self.pad_size = pad_size
        self.mode = PadMode[mode] if isinstance(mode, str) else mode
        self.value = value

    def __call__(self, sample: Sample) -> Sample:
        h, w, size = sample.height, sample.width, self.pad_size
        if h > size or w > size:
            raise ValueError(f"a picture of {h} x {w} is larger than pad_size {size}")
        index = [min(y, h - 1) * w + min(x, w - 1) for y in range(size) for x in range(size)]
        padded = picked(sample, index, size, size)
        for i in range(size * size):
            if i // size >= h or i % size >= w:
                padded.label[i] = IGNORE
                if self.mode is PadMode.CONSTANT:
                    padded.image[i] = [self.value] * len(padded.image[i])
        return padded


def picked(sample: Sample, index: list[int], height: int, width: int) -> Sample:
    """Return a picture made of the pixels ``index`` of another."""
    return Sample([sample.image[i] for i in index], [sample.label[i] for i in index], height, width)


def resized(sample: Sample, height: int, width: int) -> Sample:
    """Return a picture of another size, each pixel the nearest one of the old."""
    h, w = sample.height, sample.width
    index = [(y * h // height) * w + x * w // width for y in range(height) for x in range(width)]
    return picked(sample, index, height, width)
