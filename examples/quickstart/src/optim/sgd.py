"""Gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, Union

from .. import OPTIM
from ..engine.module import Parameter


class ParamGroup(TypedDict, total=False):
    """Parameters with settings of their own."""

    params: list[Parameter]
    lr: float
    weight_decay: float


Params = Iterable[Union[Parameter, ParamGroup, "Params"]]


def flatten(params: Any) -> list[ParamGroup]:
    """Return groups of parameters out of parameters, groups and lists of them; nothing comes twice."""
    groups: list[ParamGroup] = []
    seen: set[int] = set()

    def walk(item: Any, into: ParamGroup) -> None:
        if isinstance(item, Parameter):
            if id(item) not in seen and item.trainable:
                seen.add(id(item))
                into["params"].append(item)
        elif isinstance(item, dict):
            group: ParamGroup = {**item, "params": []}  # type: ignore[typeddict-item]
            groups.append(group)
            walk(item["params"], group)
        else:
            for part in item:
                walk(part, into)

    plain: ParamGroup = {"params": []}
    walk(params, plain)
    return [group for group in [plain, *groups] if group["params"]]


class BaseOptimizer:
    """Holds parameters and the learning rate."""

    def __init__(self, params: Params, lr: float, weight_decay: float = 0.0) -> None:
        self.groups = flatten(params)
        self.lr = lr
        self.weight_decay = weight_decay
        if not self.groups:
            raise ValueError("no parameters to optimize")

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.groups:
            for parameter in group["params"]:
                parameter.grad = None

    def step(self) -> None:
        """Change every parameter that has a gradient."""
        for group in self.groups:
            factor = self.lr * group.get("lr", 1.0)
            decay = group.get("weight_decay", self.weight_decay)
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                for i, (values, grads) in enumerate(zip(parameter.data, parameter.grad, strict=True)):
                    moves = self.direction(parameter, i, values, grads, decay)
                    parameter.data[i] = [v - factor * m for v, m in zip(values, moves, strict=True)]

    def direction(
        self, parameter: Parameter, row: int, values: list[float], grads: list[float], decay: float
    ) -> list[float]:
        """Return where to go, for one row of a parameter."""
        raise TypeError(f"{type(self).__name__} has no direction()")


@OPTIM.register()
class SGD(BaseOptimizer):
    """Stochastic gradient descent with momentum.

    Args:
        params: Parameters, parameter groups, or lists of them.
        lr: Learning rate.
        momentum: How much of the last step goes into the next.
        weight_decay: How much of each parameter is taken away every step.
        nesterov: Look ahead along the momentum.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 0.1,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum = momentum
        self.nesterov = nesterov
        self.velocity: dict[tuple[int, int], list[float]] = {}

    def direction(
        self, parameter: Parameter, row: int, values: list[float], grads: list[float], decay: float
    ) -> list[float]:
        grads = [g + decay * v for g, v in zip(grads, values, strict=True)]
        last = self.velocity.get((id(parameter), row), [0.0] * len(values))
        new = [self.momentum * v + g for v, g in zip(last, grads, strict=True)]
        self.velocity[id(parameter), row] = new
        if self.nesterov:
            return [self.momentum * v + g for v, g in zip(new, grads, strict=True)]
        return new
