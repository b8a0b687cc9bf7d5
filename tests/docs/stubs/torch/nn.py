"""Layers without arithmetic."""

from __future__ import annotations


class ReLU:
    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace
