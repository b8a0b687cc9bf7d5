"""Feature extractors."""

from . import base, mobilenet, resnet, vgg

__all__ = ["base", "mobilenet", "resnet", "vgg"]
