"""How wrong the scores are."""

from . import dice, entropy

__all__ = ["dice", "entropy"]
