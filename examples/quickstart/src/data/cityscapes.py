"""Street scenes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from .. import DATA
from .base import Sample, SegmentationData, Transform

SKY, BUILDING, ROAD = range(3)
COLOURS = ((0.3, 0.5, 0.9), (0.5, 0.4, 0.4), (0.3, 0.3, 0.35))


@DATA.register(num_classes=3)
class CityScapes(SegmentationData):
    """Streets: sky above, road below, buildings in between.

    Args:
        data_path: Where pictures would be if they were not synthetic.
        transforms: Applied to each picture in turn whenever it is read.
        train_size: Height and width of the pictures; `test_size` wins when given.
        test_size: Height and width when evaluating.
        length: Number of pictures.
        **kwargs: Handed on to SegmentationData.
    """

    classes = ("sky", "building", "road")

    def __init__(
        self,
        data_path: str,
        transforms: Sequence[Transform] = (),
        train_size: int = 8,
        test_size: int | None = None,
        length: int = 8,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            length=length, size=test_size or train_size, transforms=transforms, data_path=data_path, **kwargs
        )

    def draw(self, random: random.Random) -> Sample:
        height, width = self.size
        road = height - random.randint(height // 4, height // 2)
        skyline = [random.randint(1, max(1, road - 1)) for _ in range(width)]
        label = [
            SKY if y < skyline[x] else ROAD if y >= road else BUILDING for y in range(height) for x in range(width)
        ]
        return self.paint(random, COLOURS, label)
