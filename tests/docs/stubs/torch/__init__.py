"""As much of PyTorch as the examples of the documentation name."""

from __future__ import annotations
