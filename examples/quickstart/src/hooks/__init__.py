"""Hooks on single arguments, and hooks on the whole build."""

from . import argument, build

__all__ = ["argument", "build"]
