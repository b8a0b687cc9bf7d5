"""Segmentation models: a backbone and one or more heads."""

from . import base, ensemble, fcn, segnet

__all__ = ["base", "ensemble", "fcn", "segnet"]
