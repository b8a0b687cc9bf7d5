"""Feature extractors."""

from . import blocks, resnet, vgg

__all__ = ["blocks", "resnet", "vgg"]
