"""Reverse-mode differentiation over two-dimensional tensors, in plain Python.

A feature map of ``n`` images of ``h`` by ``w`` pixels is a tensor of ``n * h * w`` rows, one row of channels a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import add as plus
from operator import mul

Rows = list[list[float]]
Size = tuple[int, int, int]


class Tensor:
    """Rows of numbers which remember how they were computed."""

    def __init__(
        self,
        data: Rows,
        parents: Sequence[Tensor] = (),
        backward: Callable[[Rows], Sequence[Rows]] | None = None,
        size: Size | None = None,
    ) -> None:
        self.data = data
        self.grad: Rows | None = None
        self.size = size
        self._parents = tuple(parents)
        self._backward = backward

    @property
    def columns(self) -> int:
        return len(self.data[0])

    def item(self) -> float:
        """Return the only number of a 1 x 1 tensor."""
        return self.data[0][0]

    def backward(self) -> None:
        """Fill ``grad`` of every tensor this one was computed from."""
        order: list[Tensor] = []
        seen: set[int] = set()
        stack: list[tuple[Tensor, bool]] = [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent in node._parents)
        self.grad = [[1.0] * self.columns for _ in self.data]
        for node in reversed(order):
            if node._backward is None or node.grad is None:
                continue
            for parent, grad in zip(node._parents, node._backward(node.grad), strict=True):
                if parent.grad is None:
                    parent.grad = grad
                else:
                    parent.grad = [list(map(plus, a, b)) for a, b in zip(parent.grad, grad, strict=True)]
            if node._parents:
                node.grad = None


def matmul(x: Tensor, w: Tensor) -> Tensor:
    """Return ``x @ w``."""
    columns = list(zip(*w.data, strict=True))
    out = [[sum(map(mul, row, column)) for column in columns] for row in x.data]

    def backward(grad: Rows) -> tuple[Rows, Rows]:
        dx = [[sum(map(mul, row, line)) for line in w.data] for row in grad]
        grad_columns = list(zip(*grad, strict=True))
        dw = [[sum(map(mul, xs, gs)) for gs in grad_columns] for xs in zip(*x.data, strict=True)]
        return dx, dw

    return Tensor(out, (x, w), backward, x.size)


def add(x: Tensor, y: Tensor) -> Tensor:
    """Return ``x + y``; a ``y`` of one row is added to every row."""
    one_row = len(y.data) == 1 and len(x.data) > 1
    if one_row:
        out = [list(map(plus, row, y.data[0])) for row in x.data]
    else:
        out = [list(map(plus, a, b)) for a, b in zip(x.data, y.data, strict=True)]

    def backward(grad: Rows) -> tuple[Rows, Rows]:
        return grad, [[sum(column) for column in zip(*grad, strict=True)]] if one_row else grad

    return Tensor(out, (x, y), backward, x.size)


def scale(x: Tensor, factor: float) -> Tensor:
    """Return ``x`` times a plain number."""
    out = [[value * factor for value in row] for row in x.data]
    return Tensor(out, (x,), lambda grad: ([[g * factor for g in row] for row in grad],), x.size)


def concat(tensors: Sequence[Tensor]) -> Tensor:
    """Put the channels of feature maps of one size beside each other."""
    out = [[value for part in parts for value in part] for parts in zip(*(t.data for t in tensors), strict=True)]
    widths = [t.columns for t in tensors]

    def backward(grad: Rows) -> list[Rows]:
        parts, start = [], 0
        for width in widths:
            parts.append([row[start : start + width] for row in grad])
            start += width
        return parts

    return Tensor(out, tensors, backward, tensors[0].size)


def elementwise(x: Tensor, function: Callable[[float], float], step: float = 1e-4) -> Tensor:
    """Apply any scalar function; its slope is measured by a central difference, so ``math.tanh`` will do."""
    out = [[function(value) for value in row] for row in x.data]

    def backward(grad: Rows) -> tuple[Rows]:
        half = 0.5 / step
        return (
            [
                [g * (function(v + step) - function(v - step)) * half for g, v in zip(gs, vs, strict=True)]
                for gs, vs in zip(grad, x.data, strict=True)
            ],
        )

    return Tensor(out, (x,), backward, x.size)


def gather(x: Tensor, index: Sequence[Sequence[int]], size: Size) -> Tensor:
    """Make row ``i`` the mean of the rows ``index[i]``: neighbourhoods, pooling and upsampling are all this."""
    width = x.columns
    out = []
    for sources in index:
        if len(sources) == 1:
            out.append(x.data[sources[0]])
        else:
            out.append([sum(column) / len(sources) for column in zip(*(x.data[s] for s in sources), strict=True)])

    def backward(grad: Rows) -> tuple[Rows]:
        dx = [[0.0] * width for _ in x.data]
        for row, sources in zip(grad, index, strict=True):
            share = row if len(sources) == 1 else [g / len(sources) for g in row]
            for s in sources:
                dx[s] = list(map(plus, dx[s], share))
        return (dx,)

    return Tensor(out, (x,), backward, size)


@lru_cache(maxsize=64)
def neighbour_index(size: Size, dilation: int = 1) -> list[list[int]]:
    """Return, for every pixel, the pixels ``dilation`` steps above, below, left and right that exist."""
    n, h, w = size
    index = []
    for image in range(n):
        for y in range(h):
            for x in range(w):
                around = ((y - dilation, x), (y + dilation, x), (y, x - dilation), (y, x + dilation))
                inside = [image * h * w + b * w + a for b, a in around if 0 <= b < h and 0 <= a < w]
                index.append(inside or [image * h * w + y * w + x])
    return index


def pool(x: Tensor) -> Tensor:
    """Halve height and width by averaging squares of two by two pixels (odd edges keep what they have)."""
    assert x.size is not None
    n, h, w = x.size
    small_h, small_w = (h + 1) // 2, (w + 1) // 2
    index = [
        [i * h * w + b * w + a for b in range(2 * y, min(2 * y + 2, h)) for a in range(2 * c, min(2 * c + 2, w))]
        for i in range(n)
        for y in range(small_h)
        for c in range(small_w)
    ]
    return gather(x, index, (n, small_h, small_w))


def resize(x: Tensor, size: Size) -> Tensor:
    """Resize a feature map to ``size`` by taking the nearest pixel."""
    assert x.size is not None
    n, h, w = x.size
    _, out_h, out_w = size
    index = [
        [i * h * w + (y * h // out_h) * w + c * w // out_w]
        for i in range(n)
        for y in range(out_h)
        for c in range(out_w)
    ]
    return gather(x, index, (n, out_h, out_w))


def softmax(x: Tensor) -> Tensor:
    """Turn every row into probabilities."""
    out = []
    for row in x.data:
        top = max(row)
        powers = [math.exp(value - top) for value in row]
        total = sum(powers)
        out.append([power / total for power in powers])

    def backward(grad: Rows) -> tuple[Rows]:
        dx = []
        for probabilities, gs in zip(out, grad, strict=True):
            mean = sum(map(mul, probabilities, gs))
            dx.append([p * (g - mean) for p, g in zip(probabilities, gs, strict=True)])
        return (dx,)

    return Tensor(out, (x,), backward, x.size)
