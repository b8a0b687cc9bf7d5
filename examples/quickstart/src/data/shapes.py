"""Abstract pictures, and data sets made of others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from .. import DATA
from .base import Sample, SegmentationData


@DATA.register(num_classes=3)
class Shapes(SegmentationData):
    """A square and a disc on plain ground."""

    classes = ("ground", "square", "disc")

    def draw(self, random: random.Random) -> Sample:
        height, width = self.size
        top, left = random.randrange(height - 3), random.randrange(width - 3)
        centre_y, centre_x = random.randrange(height), random.randrange(width)
        label = []
        for y in range(height):
            for x in range(width):
                square = top <= y < top + 4 and left <= x < left + 4
                disc = (y - centre_y) ** 2 + (x - centre_x) ** 2 <= 6
                label.append(1 if square else 2 if disc else 0)
        return self.paint(random, ((0.1, 0.1, 0.1), (0.9, 0.2, 0.2), (0.2, 0.3, 0.9)), label)


@DATA.register(num_classes=2)
class Stripes(SegmentationData):
    """Light and dark stripes.

    Parameters
    ----------
    direction : {"rows", "columns"}
        Which way they run.
    period : int
        Pixels until the pattern repeats.
    length : int
        Number of pictures.
    size : int
        Height and width.
    """

    classes = ("dark", "light")

    def __init__(
        self, direction: Literal["rows", "columns"] = "rows", period: int = 4, length: int = 8, size: int = 8
    ) -> None:
        self.direction = direction
        self.period = period
        super().__init__(length=length, size=size)

    def draw(self, random: random.Random) -> Sample:
        height, width = self.size
        shift = random.randrange(self.period)
        label = []
        for y in range(height):
            for x in range(width):
                along = y if self.direction == "rows" else x
                label.append(int((along + shift) % self.period < self.period // 2))
        return self.paint(random, ((0.1, 0.1, 0.1), (0.9, 0.9, 0.9)), label)


@DATA.register()
class ConcatData(SegmentationData):
    """Several data sets after each other.

    :param datasets: The data sets; their own transforms stay in force.
    :type datasets: list[SegmentationData]
    """

    def __init__(self, datasets: Sequence[SegmentationData]) -> None:
        super().__init__(length=0)
        self.datasets = list(datasets)
        self.classes = self.datasets[0].classes

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self.datasets)

    def __getitem__(self, index: int) -> Sample:
        for dataset in self.datasets:
            if index < len(dataset):
                return dataset[index]
            index -= len(dataset)
        raise IndexError(index)
