"""Samples, batches, and what all data sets share."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..engine.tensor import Tensor

IGNORE = 255


@dataclass
class Sample:
    """A picture and its labels, row by row."""

    image: list[list[float]]
    label: list[int]
    height: int
    width: int


Transform = Callable[[Sample], Sample]


class SegmentationData:
    """A data set of synthetic pictures, the same ones for the same seed.

    Args:
        length: Number of pictures.
        size: Height and width, or one number for both.
        transforms: Applied to each picture in turn whenever it is read.
        noise: Standard deviation of the noise in the colours.
        seed: Which pictures to draw.
        data_path: Where pictures would be if they were not synthetic.
    """

    classes: Sequence[str] = ()

    def __init__(
        self,
        length: int = 8,
        size: int | tuple[int, int] = 8,
        transforms: Sequence[Transform] = (),
        noise: float = 0.1,
        seed: int = 0,
        data_path: str = "",
    ) -> None:
        self.size = (size, size) if isinstance(size, int) else (size[0], size[1])
        self.transforms = list(transforms)
        self.noise = noise
        self.data_path = data_path
        draw = random.Random(seed)
        self.samples = [self.draw(draw) for _ in range(length)]

    def draw(self, random: random.Random) -> Sample:
        """Return a new picture."""
        raise TypeError(f"{type(self).__name__} cannot draw pictures")

    def paint(self, random: random.Random, colours: Sequence[Sequence[float]], label: list[int]) -> Sample:
        """Return a picture with the colour of its class, and some noise, in every pixel."""
        height, width = self.size
        image = [[random.gauss(channel, self.noise) for channel in colours[c]] for c in label]
        return Sample(image, label, height, width)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Sample:
        sample = self.samples[index]
        for transform in self.transforms:
            sample = transform(sample)
        return sample

    def batches(self, batch_size: int) -> Iterator[tuple[Tensor, list[int]]]:
        """Yield all pictures once, as feature maps with labels.

        Raises ValueError when the pictures of a batch differ in size.
        """
        for start in range(0, len(self), batch_size):
            samples = [self[i] for i in range(start, min(start + batch_size, len(self)))]
            sizes = {(s.height, s.width) for s in samples}
            if len(sizes) > 1:
                raise ValueError(f"pictures of one batch differ in size: {sorted(sizes)}; add a Pad")
            (height, width), *_ = sizes
            rows = [row for s in samples for row in s.image]
            labels = [c for s in samples for c in s.label]
            yield Tensor(rows, size=(len(samples), height, width)), labels
