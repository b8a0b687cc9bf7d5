"""Segmentation models."""

from . import edge, fcn

__all__ = ["edge", "fcn"]
