"""Building pieces, and the Python modules that configs may reach into."""

import math
import statistics

from .. import MODULE
from . import activations, conv, residual

# `$act = "math.tanh"` and `!mean = "statistics.fmean(...)"` work because the modules are registered.
MODULE.register_module(math)
MODULE.register_module(statistics)


def is_public(name: str, module: object) -> bool:
    """Tell whether ``match`` should register a name of a Python module."""
    return not name.startswith("_")


MODULE.match(activations, is_public)

__all__ = ["activations", "conv", "residual"]
