"""Parameters, and the base class of everything that holds some."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from .tensor import Rows, Tensor, add, concat, gather, matmul, neighbour_index

_GENERATOR = random.Random(0)


def seed_everything(seed: int) -> None:
    """Make weights, shuffling and random transforms repeatable."""
    _GENERATOR.seed(seed)


def generator() -> random.Random:
    """Return the one source of randomness of the project."""
    return _GENERATOR


class Parameter(Tensor):
    """A tensor that an optimizer may change."""

    def __init__(self, data: Rows) -> None:
        super().__init__(data)
        self.trainable = True


class Module:
    """Finds the parameters of itself and of the modules it holds, by attribute name."""

    training = True

    def children(self) -> Iterator[tuple[str, Module]]:
        """Yield the modules held directly, also those in lists, with their names."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value
            elif isinstance(value, (list, tuple)):
                for i, item in enumerate(value):
                    if isinstance(item, Module):
                        yield f"{name}.{i}", item

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter with its dotted name."""
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                yield prefix + name, value
        for name, child in self.children():
            yield from child.named_parameters(f"{prefix}{name}.")

    def parameters(self) -> list[Parameter]:
        """Return every parameter."""
        return [parameter for _, parameter in self.named_parameters()]

    def train(self, mode: bool = True) -> None:
        """Switch to training, or with ``mode=False`` to evaluation, all the way down."""
        self.training = mode
        for _, child in self.children():
            child.train(mode)

    def forward(self, x: Any) -> Any:
        raise TypeError(f"{type(self).__name__} has no forward()")

    def __call__(self, x: Any) -> Any:
        return self.forward(x)


class Conv(Module):
    """A cross-shaped convolution: each pixel sees its own channels and the mean of its four neighbours."""

    def __init__(self, in_channels: int, out_channels: int, dilation: int = 1, gain: float = 1.0) -> None:
        bound = gain * (3.0 / in_channels) ** 0.5
        draw = _GENERATOR.uniform
        self.dilation = dilation
        self.weight = Parameter([[draw(-bound, bound) for _ in range(out_channels)] for _ in range(2 * in_channels)])
        self.bias = Parameter([[0.0] * out_channels])

    def forward(self, x: Tensor) -> Tensor:
        assert x.size is not None
        around = gather(x, neighbour_index(x.size, self.dilation), x.size)
        return add(matmul(concat([x, around]), self.weight), self.bias)


class Linear(Module):
    """A convolution that sees one pixel only."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        bound = (1.0 / in_channels) ** 0.5
        draw = _GENERATOR.uniform
        self.weight = Parameter([[draw(-bound, bound) for _ in range(out_channels)] for _ in range(in_channels)])
        self.bias = Parameter([[0.0] * out_channels])

    def forward(self, x: Tensor) -> Tensor:
        return add(matmul(x, self.weight), self.bias)
