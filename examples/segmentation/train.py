"""Train what a config describes: ``python train.py configs/fcn.toml``; without a config, all of them in turn."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import src  # noqa: F401  (fills the registries)
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from excore import config


def as_list(built: Any) -> list[Any]:
    """Return the objects of a field: a field of several tables comes as a mapping."""
    return list(built.values()) if hasattr(built, "values") else [built]


def endless(dataset: Any, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield shuffled batches for ever."""
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    while True:
        yield from loader


@torch.no_grad()
def accuracy(model: Any, dataset: Any) -> float:
    """Return the part of the pixels that is right."""
    model.eval()
    image, label = next(iter(DataLoader(dataset, batch_size=len(dataset))))
    return float((model(image).argmax(1) == model.target(label)).float().mean())


def run(path: str, steps: int | None) -> None:
    """Train and evaluate what one config describes."""
    modules, info = config.build_all(config.load(path))
    models = as_list(modules.Model)
    print(f"config  {path}")
    for model in models:
        print(f"model   {type(model).__name__} with {sum(p.numel() for p in model.parameters())} parameters")
    if len(models) > 1:
        print(f"shared  backbone: {all(model.backbone is models[0].backbone for model in models)}")
    for group in modules.Optimizer.param_groups:
        print(f"group   {len(group['params'])} tensors with weight decay {group['weight_decay']}")

    batches = endless(modules.TrainData, info["batch_size"])
    steps = steps or info["steps"]
    for step in range(1, steps + 1):
        image, label = next(batches)
        losses = [modules.Loss(model(image), model.target(label)) for model in models]
        modules.Optimizer.zero_grad()
        sum(losses[1:], losses[0]).backward()
        modules.Optimizer.step()
        modules.LRSche.step()
        print(f"step    {step}/{steps}  loss {'  '.join(f'{loss.item():.4f}' for loss in losses)}")

    for model in models:
        print(f"eval    {type(model).__name__}  accuracy {accuracy(model, modules.TestData):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="*", help="files of configs/; all of them when left out")
    parser.add_argument("--steps", type=int, help="train so many steps instead of what the config says")
    args = parser.parse_args()
    torch.set_num_threads(2)
    for path in args.config or sorted(str(p) for p in Path("configs").glob("*.toml")):
        run(path, args.steps)


if __name__ == "__main__":
    main()
