"""A segmentation project with PyTorch: its own nets, and PyTorch's optimizers, schedules and losses."""

import torch
from torch import optim
from torch.nn.modules import loss
from torch.optim import lr_scheduler

from excore import Registry

try:
    import torchvision
except (ImportError, RuntimeError):  # not installed, or built for another PyTorch
    torchvision = None

MODEL = Registry("Model", extra_field=["task"])
BACKBONE = Registry("Backbone", extra_field=["stride"])
HEAD = Registry("Head")
DATA = Registry("Data")
TRANSFORM = Registry("Transform")
OPTIM = Registry("Optimizer")
LRSCHE = Registry("LRSche")
LOSS = Registry("Loss")
HOOK = Registry("Hook")
MODULE = Registry("module")


def is_class(name: str, module: object) -> bool:
    """Tell classes from functions by the way they are written."""
    return name[0].isupper()


def is_schedule(name: str, module: object) -> bool:
    """Leave out what lr_scheduler only imports."""
    return name.endswith("LR")


def is_loss(name: str, module: object) -> bool:
    """Leave out the base classes of losses."""
    return name.endswith("Loss") and not name.startswith("_")


OPTIM.match(optim, is_class)
LRSCHE.match(lr_scheduler, is_schedule)
LOSS.match(loss, is_loss)

MODULE.register_module(torch)
if torchvision is not None:
    MODULE.register_module(torchvision)

# The registries exist before the modules that fill them are imported.
from . import backbones, data, heads, hooks, losses, models, transforms  # noqa: E402

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
    "data",
    "heads",
    "hooks",
    "losses",
    "models",
    "transforms",
]
