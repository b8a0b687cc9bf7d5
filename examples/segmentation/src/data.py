"""Synthetic street scenes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.utils.data import Dataset

from . import DATA

COLOURS = ((0.3, 0.5, 0.9), (0.5, 0.4, 0.4), (0.3, 0.3, 0.35))

Pair = tuple[Tensor, Tensor]


@DATA.register()
class CityScapes(Dataset[Pair]):
    """Streets: sky above, road below, buildings in between; the same ones for the same seed.

    Args:
        data_path: Where pictures would be if they were not synthetic.
        transforms: Applied to picture and label map in turn.
        length: Number of pictures.
        size: Height and width.
        noise: Standard deviation of the noise in the colours.
        seed: Which pictures to draw.
    """

    classes = ("sky", "building", "road")

    def __init__(
        self,
        data_path: str,
        transforms: Sequence[Callable[[Tensor, Tensor], Pair]] = (),
        length: int = 32,
        size: int | tuple[int, int] = 32,
        noise: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.data_path = data_path
        self.transforms = list(transforms)
        self.height, self.width = (size, size) if isinstance(size, int) else (size[0], size[1])
        self.noise = noise
        generator = torch.Generator().manual_seed(seed)
        self.pairs = [self.draw(generator) for _ in range(length)]

    def draw(self, generator: torch.Generator) -> Pair:
        """Return a new picture and its label map."""
        height, width = self.height, self.width
        road = height - int(torch.randint(height // 4, height // 2, (1,), generator=generator))
        skyline = torch.randint(1, road, (width // 4 + 1,), generator=generator).repeat_interleave(4)[:width]
        rows = torch.arange(height).unsqueeze(1).expand(height, width)
        label = torch.ones(height, width, dtype=torch.long)
        label[rows < skyline] = 0
        label[rows >= road] = 2
        image = torch.tensor(COLOURS)[label].permute(2, 0, 1)
        return image + self.noise * torch.randn(image.shape, generator=generator), label

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Pair:
        image, label = self.pairs[index]
        for transform in self.transforms:
            image, label = transform(image, label)
        return image, label
