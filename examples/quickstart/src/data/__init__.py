"""Synthetic pictures with a class for every pixel."""

from . import base, cityscapes, shapes

__all__ = ["base", "cityscapes", "shapes"]
