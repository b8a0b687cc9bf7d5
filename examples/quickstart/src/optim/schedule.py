"""Learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Optional

from .. import LRSCHE
from .sgd import BaseOptimizer


class Schedule:
    """Sets the learning rate of an optimizer before each step."""

    def __init__(self, optimizer: BaseOptimizer) -> None:
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.last_step = 0

    def factor(self, step: int) -> float:
        """Return what the learning rate is multiplied by in a step."""
        return 1.0

    def step(self) -> None:
        """Go to the next step."""
        self.last_step += 1
        self.optimizer.lr = self.base_lr * self.factor(self.last_step)


@LRSCHE.register()
class CosineLR(Schedule):
    """Down along half a cosine.

    Args:
        optimizer: Whose learning rate to set.
        total_steps: Length of the training.
        min_ratio: Where it ends, as a part of the first learning rate.
    """

    def __init__(self, optimizer: BaseOptimizer, total_steps: int, min_ratio: float = 0.1) -> None:
        super().__init__(optimizer)
        self.total_steps = total_steps
        self.min_ratio = min_ratio

    def factor(self, step: int) -> float:
        done = min(1.0, step / self.total_steps)
        return self.min_ratio + (1 - self.min_ratio) * 0.5 * (1 + math.cos(math.pi * done))


@LRSCHE.register()
class StepLR(Schedule):
    """Multiply by `gamma` at each milestone.

    :param optimizer: Whose learning rate to set.
    :param milestones: The steps at which to go down.
    :param gamma: What to multiply by.
    """

    def __init__(self, optimizer: BaseOptimizer, milestones: Sequence[int], gamma: float = 0.3) -> None:
        super().__init__(optimizer)
        self.milestones = list(milestones)
        self.gamma = gamma

    def factor(self, step: int) -> float:
        return self.gamma ** sum(step >= milestone for milestone in self.milestones)


@LRSCHE.register()
class PolyLR(CosineLR):
    """Down along a power.

    Args:
        power: 1 is a straight line.
        **kwargs: Handed on to CosineLR.
    """

    def __init__(self, power: float = 0.9, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.power = power

    def factor(self, step: int) -> float:
        left = 1 - min(1.0, step / self.total_steps)
        return self.min_ratio + (1 - self.min_ratio) * left**self.power


@LRSCHE.register()
class WarmupLR(Schedule):
    """Up from nearly nothing, then as another schedule says.

    Parameters
    ----------
    optimizer : BaseOptimizer
        Whose learning rate to set.
    warmup_steps : int
        Length of the way up.
    after : Schedule, optional
        What comes then; constant when left out.
    """

    def __init__(
        self,
        optimizer: BaseOptimizer,
        warmup_steps: int = 3,
        after: Optional[Schedule] = None,  # noqa: UP045
    ) -> None:
        super().__init__(optimizer)
        self.warmup_steps = warmup_steps
        self.after = after
        optimizer.lr = self.base_lr * self.factor(0)

    def factor(self, step: int) -> float:
        if step < self.warmup_steps:
            return (step + 1) / (self.warmup_steps + 1)
        return 1.0 if self.after is None else self.after.factor(step - self.warmup_steps)
