"""Activation functions: plain functions from a number to a number."""

import math


def relu(x: float) -> float:
    """Return ``x`` when positive, else zero."""
    return x if x > 0.0 else 0.0


def leaky_relu(x: float, slope: float = 0.1) -> float:
    """Return ``x`` when positive, else ``slope * x``.

    Args:
        x: The value.
        slope: Steepness on the negative side.
    """
    return x if x > 0.0 else slope * x


def gelu(x: float) -> float:
    """Return the tanh approximation of the Gaussian error linear unit."""
    return 0.5 * x * (1.0 + math.tanh(0.7978845608 * (x + 0.044715 * x**3)))


def identity(x: float) -> float:
    """Return ``x``."""
    return x
