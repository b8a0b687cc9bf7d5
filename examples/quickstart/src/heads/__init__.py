"""From features to one score a class and pixel."""

from . import aspp, simple

__all__ = ["aspp", "simple"]
