"""The classes that the examples of the documentation build."""

from __future__ import annotations

from typing import Any, Literal

import torch

from excore import ConfigArgumentHook, Registry

MODEL = Registry("Model")
BACKBONE = Registry("Backbone")
HEAD = Registry("Head")
DATA = Registry("Data")
TRANSFORM = Registry("Transform")
OPTIMIZER = Registry("Optimizer")
BLOCK = Registry("Block")
HOOK = Registry("Hook")
MODULE = Registry("module")

MODULE.register_module(torch)


@BLOCK.register()
class BasicBlock:
    out_channel = 64

    def __init__(self, channels: int = 64) -> None: ...


class Base:
    """What all backbones are."""

    out_channel = 512


@BACKBONE.register()
class ResNet(Base):
    def __init__(
        self,
        layers: int = 50,
        in_channel: int = 3,
        norm: Literal["bn", "gn"] = "bn",
        block: type[BasicBlock] = BasicBlock,
        activation: Any = None,
    ) -> None: ...

    @classmethod
    def from_pretrained(cls) -> ResNet:
        return cls(layers=101)


@BACKBONE.register()
class VGG(Base):
    def __init__(self, depth: int, in_channel: int = 3) -> None: ...


@HEAD.register()
class SimpleHead:
    def __init__(self, in_channel: int = 512, neck: Any = None) -> None: ...


@HEAD.register()
class Neck:
    def __init__(self, head: Any = None) -> None: ...


@MODEL.register()
class FCN:
    def __init__(self, backbone: Base, head: Any = None, num_classes: int = 19) -> None:
        self.backbone = backbone

    def parameters(self) -> list[str]:
        return ["conv.weight", "bn.weight"]


@MODEL.register()
class SegNet:
    def __init__(self, backbone: Base, channel: int = 512) -> None: ...


@MODEL.register()
def small_fcn(num_classes: int = 19) -> FCN:
    return FCN(ResNet(layers=18), num_classes=num_classes)


@TRANSFORM.register()
class ResizeStepScale:
    def __init__(self, min_scale_factor: float, max_scale_factor: float, scale_step_size: float) -> None: ...


@TRANSFORM.register()
class RandomPaddingCrop:
    def __init__(self, crop_size: list[int]) -> None: ...


@TRANSFORM.register()
class Pad:
    def __init__(self, pad_size: int = 512) -> None: ...


@TRANSFORM.register()
class Normalize:
    def __init__(self, mean: float = 0.5, std: float = 0.5) -> None: ...


@DATA.register()
class Cityscapes:
    def __init__(
        self, dataset_root: str = "data/cityscapes", transforms: Any = (), mode: str = "train", size: int = 512
    ) -> None: ...


@OPTIMIZER.register()
class SGD:
    def __init__(self, params: Any, lr: float = 0.05, momentum: float = 0.9, weight_decay: float = 0.0) -> None: ...


@HOOK.register()
class NoDecayOfNorms(ConfigArgumentHook):
    """Two parameter groups: those of normalisation layers do not decay."""

    def __init__(self, node: Any, weight_decay: float, enabled: bool = True) -> None:
        super().__init__(node, enabled)
        self.weight_decay = weight_decay

    def hook(self, **kwargs: Any) -> list[dict[str, Any]]:
        names = self.node().parameters()
        return [
            {"params": [name for name in names if "bn" in name], "weight_decay": 0.0},
            {"params": [name for name in names if "bn" not in name], "weight_decay": self.weight_decay},
        ]
