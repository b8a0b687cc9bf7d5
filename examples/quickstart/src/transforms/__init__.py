"""What happens to a picture before the model sees it."""

from . import colour, compose, geometry

__all__ = ["colour", "compose", "geometry"]
