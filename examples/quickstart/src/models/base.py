"""What all models share."""

from __future__ import annotations

from ..engine.module import Module
from ..engine.tensor import Tensor


class Segmentor(Module):
    """Gives every pixel one score a class."""

    def predict(self, x: Tensor) -> list[int]:
        """Return the best class of every pixel, in evaluation mode."""
        self.train(False)
        scores = self.forward(x)
        self.train(True)
        return [max(range(len(row)), key=row.__getitem__) for row in scores.data]

    def extra_scores(self) -> list[Tensor]:
        """Return further scores of the last forward pass that a loss should see too."""
        return []
