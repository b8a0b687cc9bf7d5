"""Train what a config describes: ``python train.py configs/fcn_resnet.toml``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

import src
from src.engine.module import seed_everything
from src.engine.tensor import Tensor, add

from excore import config, report

IGNORE = src.data.base.IGNORE


def as_list(built: Any) -> list[Any]:
    """Return the objects of a field: a field of several tables comes as a mapping."""
    return list(built.values()) if hasattr(built, "values") else [built]


def endless(dataset: Any, batch_size: int) -> Iterator[tuple[Tensor, list[int]]]:
    """Yield batches for ever."""
    while True:
        yield from dataset.batches(batch_size)


def loss_of(model: Any, loss: Any, image: Tensor, label: list[int]) -> Tensor:
    """Return the loss of a model on a batch, further heads included."""
    total = loss(model(image), label)
    for scores in model.extra_scores():
        total = add(total, loss(scores, label))
    return total


def evaluate(model: Any, dataset: Any, batch_size: int) -> tuple[float, float]:
    """Return the part of the pixels that is right, and the mean overlap over the classes."""
    right = total = 0
    both = [0] * len(dataset.classes)
    either = [0] * len(dataset.classes)
    for image, label in dataset.batches(batch_size):
        for predicted, wanted in zip(model.predict(image), label, strict=True):
            if wanted == IGNORE:
                continue
            total += 1
            right += predicted == wanted
            both[wanted] += predicted == wanted
            either[wanted] += 1
            either[predicted] += predicted != wanted
    overlaps = [b / e for b, e in zip(both, either, strict=True) if e]
    return right / total, sum(overlaps) / len(overlaps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="a file of configs/")
    parser.add_argument("--steps", type=int, help="train so many steps instead of what the config says")
    args = parser.parse_args()

    # configs/environment.toml reads this variable; any other value may be set outside.
    os.environ.setdefault("QUICKSTART_DATA", "data")

    seed_everything(0)
    modules, info = config.build_all(config.load(args.config))

    steps = args.steps or info["steps"]
    batch_size = info["batch_size"]
    batches = endless(modules.TrainData, batch_size)
    models = as_list(modules.Model)
    print(f"config  {args.config}")
    for model in models:
        numbers = sum(len(p.data) * p.columns for p in model.parameters())
        print(f"model   {type(model).__name__} with {numbers} parameters")

    for step in range(1, steps + 1):
        image, label = next(batches)
        modules.Optimizer.zero_grad()
        losses = [loss_of(model, modules.Loss, image, label) for model in models]
        total = losses[0]
        for loss in losses[1:]:
            total = add(total, loss)
        total.backward()
        lr = modules.Optimizer.lr
        modules.Optimizer.step()
        modules.LRSche.step()
        print(f"step    {step}/{steps}  loss {total.item():.4f}  lr {lr:.4f}")

    for model in models:
        accuracy, overlap = evaluate(model, modules.TestData, batch_size)
        print(f"eval    {type(model).__name__}  accuracy {accuracy:.3f}  mIoU {overlap:.3f}")
        report(accuracy=accuracy, mIoU=overlap)


if __name__ == "__main__":
    main()
