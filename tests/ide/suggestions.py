"""A project of somebody who trains segmentation networks, and sixty places of unfinished configs in it.

Each place says what one would write there, judged before anything was computed: the text of its line, and of what
follows in the same acceptance, begins with what is wanted. ``|`` separates answers that are equally good.
"""

from __future__ import annotations

PROJECT = '''
#- .excore.toml
primary_fields = ["Model", "Backbone", "TrainData", "TestData", "Loss", "Optimizer", "LRSche"]

[primary_to_registry]
TrainData = "Data"
TestData = "Data"
#- seg/__init__.py
from excore import Registry

MODEL = Registry("Model")
BACKBONE = Registry("Backbone")
NECK = Registry("Neck")
HEAD = Registry("Head")
DATA = Registry("Data")
TRANSFORM = Registry("Transform")
LOSS = Registry("Loss")
OPTIM = Registry("Optimizer")
LRSCHE = Registry("LRSche")
HOOK = Registry("Hook")
MODULE = Registry("module")
#- seg/models.py
from typing import Any, Literal, Optional, Protocol
import torch
from torch import nn
from . import BACKBONE, HEAD, MODEL, MODULE, NECK

MODULE.register_module(torch)

class Features(Protocol):
    def __call__(self, image: Any) -> Any: ...

@MODEL.register()
class DepthNet(nn.Module):
    """Distances instead of classes."""
    def __init__(self, backbone: nn.Module, max_depth: float = 80.0): ...

@MODEL.register()
class Distiller(nn.Module):
    """Train a student by a teacher."""
    def __init__(self, teacher: nn.Module, student: nn.Module, temperature: float = 4.0): ...

@MODEL.register()
class EMA(nn.Module):
    """The moving average of a model."""
    def __init__(self, model: nn.Module, decay: float): ...

@MODEL.register()
class Segmentor(nn.Module):
    """A backbone and a head."""
    def __init__(
        self,
        backbone: nn.Module,
        decode_head: nn.Module,
        neck: Optional[nn.Module] = None,
        auxiliary_head: Any = None,
        pretrained: Optional[str] = None,
    ): ...

class BasicBlock(nn.Module):
    expansion = 1

class Bottleneck(nn.Module):
    expansion = 4

BACKBONE.register_module(BasicBlock)
BACKBONE.register_module(Bottleneck)

@BACKBONE.register()
class ConvNeXt(nn.Module):
    out_channels: int = 768
    def __init__(self, arch: str = "tiny", drop_path: float = 0.1): ...

@BACKBONE.register()
class MobileNet(nn.Module):
    out_channels: int = 320
    def __init__(self, width: float = 1.0): ...

@BACKBONE.register()
class ResNet(nn.Module):
    """A residual network.

    Args:
        depth: Number of layers.
        norm: Kind of normalisation.
    """
    out_channels: int = 2048
    def __init__(
        self,
        depth: int,
        block: type[nn.Module] = Bottleneck,
        norm: Literal["bn", "gn", "ln", "syncbn"] = "bn",
        frozen_stages: int = -1,
        pretrained: Optional[str] = None,
    ): ...
    def stage_channels(self, level: int = -1) -> int: ...

@BACKBONE.register()
class SwinTransformer(nn.Module):
    out_channels: int = 768
    def __init__(self, embed_dim: int, depths: list[int], window_size: int = 7, act: Any = None): ...

@NECK.register()
class ChannelMapper(nn.Module):
    def __init__(self, in_channels: list[int], out_channels: int = 256): ...

@NECK.register()
class FPN(nn.Module):
    def __init__(self, in_channels: list[int], out_channels: int = 256): ...

@HEAD.register()
class ASPPHead(nn.Module):
    def __init__(
        self, in_channels: int, num_classes: int, dilations: tuple[int, ...] = (1, 6, 12), loss: nn.Module = None
    ): ...

@HEAD.register()
class DepthHead(nn.Module):
    def __init__(self, in_channels: int, loss: nn.Module = None): ...

@HEAD.register()
class FCNHead(nn.Module):
    def __init__(self, in_channels: int, num_classes: int, dropout: float = 0.1, loss: nn.Module = None): ...

@HEAD.register()
class UPerHead(nn.Module):
    def __init__(self, features: Features, in_channels: list[int], num_classes: int, loss: nn.Module = None): ...
#- seg/data.py
import enum
from typing import Any, Literal, Sequence
from . import DATA, TRANSFORM

class Color(enum.Enum):
    BGR = "bgr"
    GRAY = "gray"
    RGB = "rgb"

@DATA.register()
class ADE20K:
    def __init__(self, root: str, split: Literal["test", "train", "val"], transforms: Sequence[Any] = ()): ...

@DATA.register()
class Cityscapes:
    def __init__(self, root: str, split: Literal["test", "train", "val"], transforms: Sequence[Any] = ()): ...

@DATA.register()
class ConcatDataset:
    def __init__(self, datasets: list): ...

@DATA.register()
class RepeatDataset:
    def __init__(self, dataset: object, times: int): ...

@TRANSFORM.register()
class ColorJitter:
    def __init__(self, brightness: float = 0.2): ...

@TRANSFORM.register()
class LoadImage:
    def __init__(self, color: Color = Color.BGR): ...

@TRANSFORM.register()
class Normalize:
    def __init__(self, mean: list[float], std: list[float]): ...

@TRANSFORM.register()
class PackInputs: ...

@TRANSFORM.register()
class Pad:
    def __init__(self, size: tuple[int, int], fill: int = 0): ...

@TRANSFORM.register()
class RandomCrop:
    def __init__(self, crop_size: tuple[int, int]): ...

@TRANSFORM.register()
class RandomFlip:
    def __init__(self, prob: float = 0.5): ...

@TRANSFORM.register()
class Resize:
    def __init__(self, scale: tuple[int, int], keep_ratio: bool = True): ...
#- seg/train.py
from typing import Any, Literal, Mapping, Optional
from torch import nn
from excore.engine.hook import ConfigArgumentHook
from . import HOOK, LOSS, LRSCHE, OPTIM
from .models import EMA, ResNet

@LOSS.register()
class CrossEntropyLoss(nn.Module):
    def __init__(self, ignore_index: int = -100, reduction: Literal["mean", "none", "sum"] = "mean"): ...

@LOSS.register()
class BoundaryLoss(nn.Module):
    def __init__(self, width: int = 3): ...

@LOSS.register()
class DiceLoss(nn.Module):
    def __init__(self, smooth: float = 1.0): ...

@LOSS.register()
class WeightedSum(nn.Module):
    def __init__(self, losses: Mapping[str, nn.Module], weights: Optional[Mapping[str, float]] = None): ...

@OPTIM.register()
class Adam:
    def __init__(self, params, lr: float = 0.001): ...

@OPTIM.register()
class AdamW:
    def __init__(self, params, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), weight_decay: float = 0.01): ...

@OPTIM.register()
class SGD:
    def __init__(
        self, params, lr: float, dampening: float = 0.0, momentum: float = 0.0, nesterov: bool = False,
        weight_decay: float = 0.0,
    ): ...

@LRSCHE.register()
class CosineLR:
    def __init__(self, optimizer, total_steps: int, min_lr: float = 0.0): ...

@LRSCHE.register()
class ConstantLR:
    def __init__(self, optimizer, factor: float = 0.3): ...

@LRSCHE.register()
class PolyLR:
    def __init__(self, optimizer, total_steps: int, power: float = 1.0): ...

@LRSCHE.register()
class WarmupLR:
    def __init__(self, optimizer, warmup_steps: int, after: object = None): ...

@HOOK.register()
class BnWeightDecayHook(ConfigArgumentHook):
    def __init__(self, node: Any, weight_decay: float = 0.0): ...

@HOOK.register()
class SaveCheckpoint:
    __HookType__ = "after_build"
    def __init__(self, interval: int, folder: str = "work"): ...

@HOOK.register()
class SeedEverything:
    __HookType__ = "pre_build"
    def __init__(self, seed: int = 0): ...

def average(model):
    return EMA(model, decay=0.9998)

def probe():
    return EMA(ResNet(depth=18, norm="syncbn"), decay=0.9998)
#- configs/_base_/runtime.toml
max_iters = 40000
batch_size = 8
num_classes = 19

[ExcoreHook.SeedEverything]
seed = 0

[ExcoreHook.SaveCheckpoint]
interval = 4000
#- configs/_base_/datasets/cityscapes.toml
[TrainData.Cityscapes]
&root = "${DATA_ROOT}/cityscapes"
split = "train"
!transforms = ["LoadImage", "Resize", "RandomCrop", "RandomFlip", "Normalize", "PackInputs"]

[TestData.Cityscapes]
&root = "${DATA_ROOT}/cityscapes"
split = "val"
!transforms = ["LoadImage", "Resize", "Normalize", "PackInputs"]

[LoadImage]
color = "RGB"

[Resize]
scale = [2048, 1024]
keep_ratio = false

[RandomCrop]
crop_size = [512, 1024]

[Normalize]
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]
#- configs/_base_/datasets/ade20k.toml
num_classes = 150

[TrainData.ADE20K]
root = "data/ade"
split = "train"
!transforms = ["LoadImage", "Resize", "RandomCrop", "RandomFlip", "Normalize", "PackInputs"]

[TestData.ADE20K]
root = "data/ade"
split = "val"
!transforms = ["LoadImage", "Resize", "Normalize", "PackInputs"]

[Resize]
scale = [2048, 512]
keep_ratio = false

[RandomCrop]
crop_size = [512, 512]

[Normalize]
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]
#- configs/_base_/schedules/sgd_40k.toml
[Optimizer.SGD]
@params = "$Model.parameters()"
lr = 0.01
momentum = 0.9
weight_decay = 0.0005

[LRSche.PolyLR]
@optimizer = "$Optimizer"
&total_steps = "max_iters"
power = 0.9
#- configs/_base_/schedules/adamw_160k.toml
max_iters = 160000

[Optimizer.AdamW]
@params = "$Model@BnWeightDecayHook"
lr = 6e-5
weight_decay = 0.01

[LRSche.WarmupLR]
@optimizer = "$Optimizer"
warmup_steps = 1500
!after = "CosineLR"

[CosineLR]
@optimizer = "$Optimizer"
&total_steps = "max_iters"
#- configs/_base_/models/fcn_r50.toml
[Model.Segmentor]
@backbone = "ResNet"
!decode_head = "FCNHead"

[Backbone.ResNet]
depth = 50
norm = "syncbn"
$block = "Bottleneck"
pretrained = "weights/resnet50.pth"

[Head.FCNHead]
@in_channels = "ResNet.out_channels"
&num_classes = "num_classes"
!loss = "CrossEntropyLoss"

[CrossEntropyLoss]
ignore_index = 255
#- configs/_base_/models/upernet_swin.toml
[Model.Segmentor]
@backbone = "SwinTransformer"
!decode_head = "UPerHead"

[Backbone.SwinTransformer]
embed_dim = 96
depths = [2, 2, 6, 2]
$act = "torch.nn.GELU"

[Head.UPerHead]
@features = "SwinTransformer"
in_channels = [96, 192, 384, 768]
&num_classes = "num_classes"
!loss = "CrossEntropyLoss"

[CrossEntropyLoss]
ignore_index = 255
#- configs/fcn/fcn_r50_cityscapes.toml
__base__ = ["../_base_/models/fcn_r50.toml", "../_base_/datasets/cityscapes.toml", "../_base_/schedules/sgd_40k.toml", "../_base_/runtime.toml"]
#- configs/fcn/fcn_r50_ade20k.toml
__base__ = ["../_base_/models/fcn_r50.toml", "../_base_/runtime.toml", "../_base_/datasets/ade20k.toml", "../_base_/schedules/sgd_40k.toml"]
#- configs/fcn/fcn_r101_cityscapes.toml
__base__ = ["fcn_r50_cityscapes.toml"]

[Backbone.ResNet]
depth = 101
pretrained = "weights/resnet101.pth"
#- configs/deeplab/deeplab_r50_cityscapes.toml
__base__ = ["../fcn/fcn_r50_cityscapes.toml"]

[Model.Segmentor]
!decode_head = "ASPPHead"

[Head.ASPPHead]
@in_channels = "ResNet.out_channels"
&num_classes = "num_classes"
dilations = [1, 12, 24]
!loss = "CrossEntropyLoss"
#- configs/swin/upernet_swin_ade20k.toml
__base__ = ["../_base_/models/upernet_swin.toml", "../_base_/runtime.toml", "../_base_/datasets/ade20k.toml", "../_base_/schedules/adamw_160k.toml"]
#- configs/depth/depth_mobile.toml
__base__ = ["../_base_/datasets/cityscapes.toml", "../_base_/schedules/sgd_40k.toml", "../_base_/runtime.toml"]

[Model.DepthNet]
!backbone = "MobileNet"

[MobileNet]
width = 0.5

[Loss.WeightedSum]
!losses = { entropy = "CrossEntropyLoss", overlap = "DiceLoss" }
'''

PLACES = '''
#- new.toml
[<|>
=> [Model
#- configs/unet/new.toml
[Model.<|>
=> [Model.Segmentor]
#- configs/unet/new.toml
[Model.Seg<|>
=> [Model.Segmentor]
#- configs/unet/new.toml
[Optimizer.<|>
=> [Optimizer.SGD]%@params = "$Model.parameters()"
#- configs/unet/new.toml
[Optimizer.AdamW<|>]
=> [Optimizer.AdamW]%@params = "$Model@BnWeightDecayHook" | [Optimizer.AdamW]%@params = "$Model.parameters()"
#- configs/unet/new.toml
[LRSche.<|>]
=> [LRSche.PolyLR]%@optimizer = "$Optimizer"%&total_steps = "max_iters"
#- configs/unet/new.toml
[LRSche.Cos<|>
=> [LRSche.CosineLR]%@optimizer = "$Optimizer"%&total_steps = "max_iters"
#- configs/unet/new.toml
__base__ = ["../_base_/runtime.toml"]

[TrainData.City<|>
=> [TrainData.Cityscapes]%&root = "${DATA_ROOT}/cityscapes"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "FCNHead"

[<|>
=> [Head.FCNHead] | [FCNHead]
#- configs/unet/new.toml
__base__ = ["../_base_/models/fcn_r50.toml", "../_base_/datasets/cityscapes.toml", "../_base_/runtime.toml"]

[Optimizer.SGD]
@params = "$Model.parameters()"
lr = 0.02

[<|>
=> [LRSche
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"

[Ba<|>
=> [Backbone.ConvNeXt] | [Backbone
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "SwinTransformer"

[Backbone.<|>]
=> [Backbone.SwinTransformer]%embed_dim = 96%depths = [2, 2, 6, 2]
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "ASPPHead"

[Head.<|>
=> [Head.ASPPHead]
#- configs/unet/new.toml
[ExcoreHook.<|>
=> [ExcoreHook.SeedEverything] | [ExcoreHook.SaveCheckpoint]
#- configs/unet/new.toml
[Loss.<|>
=> [Loss.WeightedSum] | [Loss.CrossEntropyLoss]
#- configs/unet/new.toml
[Model.Segmentor]
<|>
=> @backbone = "ResNet"
#- configs/unet/new.toml
[Optimizer.SGD]
<|>
=> @params = "$Model.parameters()"
#- configs/unet/new.toml
[Optimizer.SGD]
@params = "$Model.parameters()"
<|>
=> lr = 0.01
#- configs/unet/new.toml
[Optimizer.SGD]
@params = "$Model.parameters()"
lr = 0.01
<|>
=> momentum = 0.9
#- configs/unet/new.toml
[LRSche.PolyLR]
@<|>
=> @optimizer = "$Optimizer"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "FCNHead"

[Head.FCNHead]
@in_channels = "ConvNeXt.out_channels"
<|>
=> &num_classes = "num_classes"
#- configs/unet/new.toml
__base__ = ["../_base_/runtime.toml"]

[TestData.ADE20K]
root = "data/ade"
<|>
=> split = "val"
#- configs/unet/new.toml
__base__ = ["../_base_/runtime.toml"]

[TrainData.ADE20K]
root = "data/ade"
split = "train"
<|>
=> !transforms = ["
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
dec<|>
=> !decode_head = "FCNHead"
#- configs/unet/new.toml
<|>
=> __base__ = ["
#- configs/fcn/long.toml
__base__ = ["fcn_r50_cityscapes.toml"]

max<|>
=> max_iters = 
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "<|>"
=> @backbone = "ResNet"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "<|>
=> !decode_head = "FCNHead"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "FCNHead"
!neck = "<|>"
=> !neck = "FPN" | !neck = "ChannelMapper"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "UPerHead"
!auxiliary_head = "<|>"
=> !auxiliary_head = "FCNHead"
#- configs/unet/new.toml
[Head.DepthHead]
in_channels = 768
!loss = "<|>"
=> !loss = "CrossEntropyLoss"
#- configs/unet/new.toml
[Model.DepthNet]
!backbone = "ConvNeXt"

[Optimizer.SGD]
@params = "<|>"
=> @params = "$Model.parameters()"
#- configs/unet/new.toml
[Optimizer.SGD]
@params = "$Model.parameters()"
lr = 0.1

[LRSche.PolyLR]
@optimizer = "<|>"
=> @optimizer = "$Optimizer"
#- configs/unet/new.toml
__base__ = ["../_base_/runtime.toml"]

[LRSche.CosineLR]
@optimizer = "$Optimizer"
&total_steps = "<|>"
=> &total_steps = "max_iters"
#- configs/unet/new.toml
__base__ = ["../_base_/runtime.toml"]

[Head.FCNHead]
in_channels = 768
&num_classes = "<|>"
=> &num_classes = "num_classes"
#- configs/unet/new.toml
[Backbone.ResNet]
depth = <|>
=> depth = 50
#- configs/fcn/small.toml
__base__ = ["fcn_r101_cityscapes.toml"]

[Backbone.ResNet]
pretrained = "<|>"
=> pretrained = "weights/resnet101.pth" | pretrained = "weights/resnet50.pth"
#- configs/unet/new.toml
[Optimizer.SGD]
@params = "$Model.parameters()"
lr = <|>
=> lr = 0.01
#- configs/unet/new.toml
[Optimizer.AdamW]
@params = "$Model.parameters()"
lr = <|>
=> lr = 6e-5
#- configs/unet/new.toml
[TestData.Cityscapes]
root = "/data/cityscapes"
split = "<|>"
=> split = "val"
#- configs/unet/new.toml
[Backbone.ResNet]
depth = 34
norm = <|>
=> norm = "syncbn"
#- configs/unet/new.toml
[TrainData.Cityscapes]
root = "data"
split = "train"
!transforms = ["<|>"]
=> !transforms = ["LoadImage"
#- configs/unet/new.toml
[TrainData.Cityscapes]
root = "data"
split = "train"
!transforms = ["LoadImage", "Resize", "<|>"]
=> !transforms = ["LoadImage", "Resize", "RandomCrop"
#- configs/unet/new.toml
[Backbone.ResNet]
depth = 50
$block = "<|>"
=> $block = "Bottleneck"
#- configs/unet/new.toml
[Backbone.SwinTransformer]
embed_dim = 128
depths = [2, 2, 18, 2]
$act = "torch.nn.<|>"
=> $act = "torch.nn.GELU"
#- configs/unet/new.toml
[Model.DepthNet]
@backbone = "$<|>"

[Backbone.ConvNeXt]
=> @backbone = "$Backbone"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ResNet"
!decode_head = "FCNHead"

[Backbone.ResNet]
depth = 34

[Head.FCNHead]
@in_channels = "ResNet.<|>"
=> @in_channels = "ResNet.out_channels"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "FCNHead"

[Optimizer.SGD]
@params = "$Model.<|>"
=> @params = "$Model.parameters()"
#- configs/unet/new.toml
[Model.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "FCNHead"

[Optimizer.SGD]
@params = "$Model@<|>"
=> @params = "$Model@BnWeightDecayHook"
#- configs/unet/new.toml
__base__ = ["<|>"]
=> __base__ = ["../_base_/models/fcn_r50.toml" | __base__ = ["../_base_/runtime.toml"
#- configs/unet/new.toml
__base__ = ["../_base_/models/fcn_r50.toml", "<|>"]
=> __base__ = ["../_base_/models/fcn_r50.toml", "../_base_/datasets/cityscapes.toml" | __base__ = ["../_base_/models/fcn_r50.toml", "../_base_/runtime.toml"
#- configs/unet/new.toml
__base__ = ["../_base_/models/fcn_r50.toml", "../_base_/datasets/ade20k.toml", "../_base_/runtime.toml", "<|>"]
=> __base__ = ["../_base_/models/fcn_r50.toml", "../_base_/datasets/ade20k.toml", "../_base_/runtime.toml", "../_base_/schedules/sgd_40k.toml"
#- configs/unet/new.toml
[TestData.Cityscapes]
&root = "${<|>"
=> &root = "${DATA_ROOT}
#- configs/distill/new.toml
[Model.Distiller]
!teacher = "$<|>"

[Student.Segmentor]
@backbone = "MobileNet"
!decode_head = "FCNHead"

[Teacher.Segmentor]
@backbone = "ConvNeXt"
!decode_head = "FCNHead"
=> !teacher = "$Teacher
#- configs/unet/new.toml
[TrainData.RepeatDataset]
times = 4
!dataset = "<|>"
=> !dataset = "Cityscapes" | !dataset = "ADE20K"
#- configs/unet/new.toml
[LRSche.WarmupLR]
@optimizer = "$Optimizer"
warmup_steps = 500
!after = "<|>"
=> !after = "CosineLR" | !after = "PolyLR"
#- configs/unet/new.toml
[LoadImage]
color = "<|>"
=> color = "RGB"
#- configs/unet/new.toml
[Resize]
scale = [1024, 512]
keep_ratio = <|>
=> keep_ratio = false
#- configs/unet/new.toml
[Loss.WeightedSum]
!losses = { entropy = "<|>" }
=> !losses = { entropy = "CrossEntropyLoss"
#- configs/unet/new.toml
[Model.EMA]
!model = "Segmentor"
decay = <|>
=> decay = 0.9998
'''
