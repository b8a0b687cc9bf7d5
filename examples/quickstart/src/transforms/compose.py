"""Transforms made of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import TRANSFORM
from ..data.base import Sample
from ..engine.module import generator

Transform = Callable[[Sample], Sample]


@TRANSFORM.register()
class Compose:
    """Several transforms in a row.

    Args:
        transforms: Applied from first to last.
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = list(transforms)

    def __call__(self, sample: Sample) -> Sample:
        for transform in self.transforms:
            sample = transform(sample)
        return sample


@TRANSFORM.register(random=True)
class OneOf(Compose):
    """One of several transforms, chosen anew for each picture."""

    def __call__(self, sample: Sample) -> Sample:
        return generator().choice(self.transforms)(sample)
