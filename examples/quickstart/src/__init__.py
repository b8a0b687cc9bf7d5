"""A small segmentation project: every class a config can name lives in this package."""

from excore import Registry

MODEL = Registry("Model", extra_field=["task", "paper"])
BACKBONE = Registry("Backbone", extra_field=["stride", "paper"])
HEAD = Registry("Head")
DATA = Registry("Data", extra_field="num_classes")
TRANSFORM = Registry("Transform", extra_field=["random"])
OPTIM = Registry("Optimizer")
LRSCHE = Registry("LRSche")
LOSS = Registry("Loss")
HOOK = Registry("Hook")
MODULE = Registry("module")

# The registries exist before the packages that fill them are imported.
from . import backbones, blocks, data, heads, hooks, losses, models, optim, transforms  # noqa: E402

__all__ = [
    "BACKBONE",
    "DATA",
    "HEAD",
    "HOOK",
    "LOSS",
    "LRSCHE",
    "MODEL",
    "MODULE",
    "OPTIM",
    "TRANSFORM",
    "backbones",
    "blocks",
    "data",
    "heads",
    "hooks",
    "losses",
    "models",
    "optim",
    "transforms",
]
