"""The first description of ExCore, snippet by snippet: each does what is said there.

Section headers, decorators and results that plain text had lost stand here again.
"""

from __future__ import annotations

import sys
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from excore import ConfigArgumentHook, Registry, config
from excore.config import ClassNode, GetAttr, InterNode, LazyConfig, ModuleNode, ReusedNode, VariableReference
from excore.errors import CoreConfigParseError
from excore.plugins.path_manager import PathManager

PROJECT = """
registries = ["*Model", "*Backbone", "*Data: TrainData, TestData", "Transform", "Block", "Hook", "Head", "*Optimizer",
    "module"]
"""


class Recorded:
    """Remembers what it was made with."""

    def __init__(self, **given: Any) -> None:
        self.given = given


@dataclass
class Here:
    """A project in which configs are written and built."""

    folder: Path
    made: types.ModuleType

    def register(self, registry: str, *names: str, **members: Any) -> list[type[Any]]:
        """New classes under these names, registered and importable."""
        found = []
        for name in names:
            cls = type(name, (Recorded,), {"__module__": self.made.__name__, **members})
            setattr(self.made, name, Registry(registry).register_module(cls))
            found.append(cls)
        return found

    def add(self, registry: str, obj: Any) -> Any:
        """Register a class or function of this file."""
        obj.__module__, obj.__qualname__ = self.made.__name__, obj.__name__
        setattr(self.made, obj.__name__, Registry(registry).register_module(obj))
        return obj

    def write(self, text: str, name: str = "run.toml") -> str:
        (self.folder / name).write_text(textwrap.dedent(text), "utf-8")
        return name

    def load(self, text: str) -> LazyConfig:
        return config.load(self.write(text))

    def build(self, text: str) -> Any:
        return config.build_all(self.load(text))[0]


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    (folder / ".excore.toml").write_text(PROJECT, "utf-8")
    made = types.ModuleType("made_for_the_seed")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return Here(folder, made)


# -- get rid of `type`


def test_the_header_says_what_is_built(here: Here) -> None:
    (resnet,) = here.register("Model", "ResNet")
    modules = here.build("""
        [Model.ResNet]
        layers = 50
        num_classes = 1
    """)
    assert type(modules.Model) is resnet
    assert modules.Model.given == {"layers": 50, "num_classes": 1}


# -- eliminate modules nesting


@pytest.mark.parametrize("key", ["!transforms", '"!transforms"'])
@pytest.mark.parametrize("normalize", ["", "[Normalize]"])
def test_modules_as_arguments(key: str, normalize: str, here: Here) -> None:
    (cityscapes,) = here.register("Data", "Cityscapes")
    here.register("Transform", "ResizeStepScale", "RandomPaddingCrop", "Normalize")
    data = here.build(f"""
        [TrainData.Cityscapes]
        dataset_root = "data/cityscapes"
        mode = 'train'
        {key} = ["ResizeStepScale", "RandomPaddingCrop", "Normalize"]

        [ResizeStepScale]
        min_scale_factor = 0.5
        max_scale_factor = 2.0
        scale_step_size = 0.25

        [Transform.RandomPaddingCrop]
        crop_size = [1024, 512]

        {normalize}
    """).TrainData
    assert type(data) is cityscapes
    assert (data.given["dataset_root"], data.given["mode"]) == ("data/cityscapes", "train")
    assert [(type(each).__name__, each.given) for each in data.given["transforms"]] == [
        ("ResizeStepScale", {"min_scale_factor": 0.5, "max_scale_factor": 2.0, "scale_step_size": 0.25}),
        ("RandomPaddingCrop", {"crop_size": [1024, 512]}),
        ("Normalize", {}),
    ]


# -- config inheritance


def test_only_dicts_are_updated_locally(here: Here) -> None:
    here.write("size = 1\nlist = [1, 2]\ntable = { a = 1, b = 2 }\n", "xxx.toml")
    here.write("size = 2\n", "xxxx.toml")
    cfg = config.load_config(here.write('__base__ = ["xxx.toml", "xxxx.toml"]\nlist = [3]\ntable = { b = 3 }\n'))
    assert cfg == {"size": 2, "list": [3], "table": {"a": 1, "b": 3}}


# -- `@`: reused module

NETS = """
    [Model.FCN]
    {prefix}backbone = "ResNet"

    [Model.SegNet]
    {prefix}backbone = "ResNet"

    [ResNet]
    layers = 50
    in_channel = 3
"""


def test_a_reused_module_is_one_object(here: Here) -> None:
    here.register("Model", "FCN", "SegNet")
    here.register("Backbone", "ResNet")
    models = here.build(NETS.format(prefix="@")).Model
    assert models.FCN.given["backbone"] is models.SegNet.given["backbone"]
    assert models.FCN.given["backbone"].given == {"layers": 50, "in_channel": 3}


def test_with_an_exclamation_mark_there_are_two(here: Here) -> None:
    here.register("Model", "FCN", "SegNet")
    here.register("Backbone", "ResNet")
    models = here.build(NETS.format(prefix="!")).Model
    one, other = models.FCN.given["backbone"], models.SegNet.given["backbone"]
    assert one is not other
    assert one.given == other.given == {"layers": 50, "in_channel": 3}


# -- `$`: the class, and other files


def test_a_class_is_not_instantiated(here: Here) -> None:
    here.register("Model", "ResNet")
    (block,) = here.register("Block", "BasicBlock")
    model = here.build("""
        [Model.ResNet]
        $block = "BasicBlock"
        layers = 50
        in_channel = 3
    """).Model
    assert model.given == {"block": block, "layers": 50, "in_channel": 3}


@pytest.mark.parametrize(("file", "name"), [("A", "ResNet"), ("B", "SegNet")])
def test_a_field_is_referred_to_across_files(file: str, name: str, here: Here) -> None:
    here.register("Backbone", "ResNet", "SegNet")
    here.register("Head", "SimpleHead")
    here.register("Model", "FCN")
    here.write("[Backbone.ResNet]\n", "A.toml")
    here.write("[Backbone.SegNet]\n", "B.toml")
    here.write('[Model.FCN]\n@backbone = "$Backbone"\n@head = "SimpleHead"\n', "C.toml")
    modules = here.build(f'__base__ = ["{file}.toml", "C.toml"]')
    assert type(modules.Backbone).__name__ == name
    assert modules.Model.given["backbone"] is modules.Backbone


# -- `&`: variable reference

VARIABLES = """
    size = 224

    [TrainData.CityScapes]
    &train_size = "size"
    !transforms = ['RandomResize', 'Pad']
    data_path = 'xxx'

    [Transform.Pad]
    &pad_size = "size"

    [TestData.CityScapes]
    !transforms = ['Normalize']
    &test_size = "size"
    data_path = 'xxx'
"""


def test_variables_have_their_value_everywhere(here: Here) -> None:
    here.register("Data", "CityScapes")
    here.register("Transform", "RandomResize", "Pad", "Normalize")
    modules, info = config.build_all(here.load(VARIABLES))
    train, test = modules.TrainData.given, modules.TestData.given
    assert (train["train_size"], test["test_size"], train["data_path"]) == (224, 224, "xxx")
    assert train["transforms"][1].given == {"pad_size": 224}
    assert info == {"size": 224}


def test_a_variable_may_be_overwritten_when_inheriting(here: Here) -> None:
    here.register("Data", "CityScapes")
    here.register("Transform", "RandomResize", "Pad", "Normalize")
    here.write(VARIABLES, "base.toml")
    assert here.build('__base__ = ["base.toml"]\nsize = 512').TestData.given["test_size"] == 512


# -- python modules


@pytest.mark.parametrize(("prefix", "is_class"), [("$", True), ("!", False)])
def test_a_registered_python_module_is_used_in_a_config(prefix: str, is_class: bool, here: Here) -> None:
    import torch

    module = Registry("module")
    module.register_module(torch)
    here.register("Model", "ResNet")
    activation = here.build(f"""
        [Model.ResNet]
        {prefix}activation = "torch.nn.ReLU"
    """).Model.given["activation"]
    from torch.nn import ReLU

    assert activation is ReLU if is_class else type(activation) is ReLU


def test_a_python_module_takes_no_arguments(here: Here) -> None:
    import torch

    Registry("module").register_module(torch)
    here.register("Model", "ResNet")
    with pytest.raises(CoreConfigParseError):
        here.build('[torch]\na = 1\n[Model.ResNet]\n!activation = "torch.nn.ReLU"')


# -- argument-level hook


def test_methods_are_called_without_arguments(here: Here) -> None:
    here.register("Model", "FCN", parameters=lambda self: [self, "weights"])
    here.register("Optimizer", "AdamW")
    modules = here.build("""
        [Model.FCN]

        [Optimizer.AdamW]
        @params = "$Model.parameters()"
        weight_decay = 0.01
    """)
    assert modules.Optimizer.given == {"params": [modules.Model, "weights"], "weight_decay": 0.01}


@pytest.mark.parametrize("kind", [classmethod, staticmethod])
def test_class_and_static_methods(kind: Callable[..., Any], here: Here) -> None:
    here.register("Model", "FCN")
    here.register("Backbone", "A", from_pretained=kind(lambda *args: ["pretrained", *args]))
    model = here.build("""
        [Model.FCN]
        $backbone = "A.from_pretained()"
    """).Model
    assert model.given["backbone"][0] == "pretrained"


def test_attributes_and_chains(here: Here) -> None:
    here.register("Model", "FCN")

    class Block:
        out_channel = 64

        def __init__(self) -> None:
            self.last_conv = types.SimpleNamespace(out_channels=128)

    here.add("Block", Block)
    model = here.build("""
        [Model.FCN]
        !channel = "$Block.out_channel"
        !last = "$Block.last_conv.out_channels"

        [Block.Block]
    """).Model
    assert model.given == {"channel": 64, "last": 128}


class BnWeightDecayHook(ConfigArgumentHook):
    def __init__(self, node: Any, enabled: bool, bn_weight_decay: bool, weight_decay: float) -> None:
        super().__init__(node, enabled)
        self.bn_weight_decay = bn_weight_decay
        self.weight_decay = weight_decay

    def hook(self, **kwargs: Any) -> Any:
        model = self.node()
        if self.bn_weight_decay:
            return model.parameters()
        p_bn = [p for n, p in model.named_parameters() if "bn" in n]
        p_non_bn = [p for n, p in model.named_parameters() if "bn" not in n]
        return [{"params": p_bn, "weight_decay": 0}, {"params": p_non_bn, "weight_decay": self.weight_decay}]


HOOKED = """
    [Model.ResNet]

    [Optimizer.SGD]
    @params = "$Model@BnWeightDecayHook"
    lr = 0.05
    momentum = 0.9
    weight_decay = 0.0001

    [ConfigHook.BnWeightDecayHook]
    weight_decay = 0.0001
    bn_weight_decay = false
    enabled = {enabled}
"""


@pytest.mark.parametrize("enabled", [True, False])
def test_a_hook_computes_an_argument(enabled: bool, here: Here) -> None:
    from excore.engine import hook

    assert hook.ConfigArgumentHook is ConfigArgumentHook
    parameters = {"conv.weight": "c", "bn.weight": "b"}
    here.register(
        "Model",
        "ResNet",
        parameters=lambda self: list(parameters.values()),
        named_parameters=lambda self: list(parameters.items()),
    )
    here.register("Optimizer", "SGD")
    here.add("Hook", type("BnWeightDecayHook", (BnWeightDecayHook,), {}))
    modules = here.build(HOOKED.format(enabled=str(enabled).lower()))
    given = modules.Optimizer.given
    groups = [{"params": ["b"], "weight_decay": 0}, {"params": ["c"], "weight_decay": 0.0001}]
    assert given.pop("params") == (groups if enabled else modules.Model)
    assert given == {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.0001}


def test_an_instance_level_hook(here: Here) -> None:
    class Count:
        __HookType__: ClassVar[str] = "every_build"
        __LifeSpan__: ClassVar[float] = float("inf")
        __CallInter__: ClassVar[int] = 1

        def __call__(self, cfg: LazyConfig, modules: dict[str, Any], info: dict[str, Any]) -> bool:
            info["calls"] = info.get("calls", 0) + 1
            return True

    here.add("Hook", Count)
    here.register("Model", "FCN")
    here.register("Backbone", "ResNet")
    modules, info = here.load("[ExcoreHook.Count]\n[Model.FCN]\n[Backbone.ResNet]\n").build_all()
    assert (list(modules), info) == (["Model", "Backbone"], {"calls": 2})


# -- lazy config


def test_the_nodes_have_these_names() -> None:
    from excore.config import models

    assert models.InternNode is InterNode
    assert models.ChainedInvocationWrapper is GetAttr
    assert all(issubclass(node, ModuleNode) for node in (InterNode, ReusedNode, ClassNode, VariableReference))
    assert {"ConfigHookNode", "ModuleWrapper"} <= set(models.__all__)


LAZY = """
    epochs = 3

    [Model.FCN]
    layers = 50
"""


def test_primary_modules_and_isolated_objects(here: Here) -> None:
    (fcn,) = here.register("Model", "FCN")
    layz_cfg = here.load(LAZY)
    module_dict, run_info = config.build_all(layz_cfg)
    assert type(module_dict["Model"]) is fcn
    assert module_dict.Model is module_dict["Model"]
    assert run_info == {"epochs": 3}


def test_only_a_certain_module(here: Here) -> None:
    (fcn,) = here.register("Model", "FCN")
    lazy_cfg = here.load(LAZY)
    assert type(lazy_cfg.Model()) is fcn
    assert type(lazy_cfg["Model"]()) is fcn


@pytest.mark.parametrize("way", ["<<", "add"])
def test_arguments_are_altered_before_building(way: str, here: Here) -> None:
    here.register("Model", "FCN")
    lazy_cfg = here.load(LAZY)
    if way == "<<":
        _ = lazy_cfg.Model << {"pre_trained": "./"}
    else:
        lazy_cfg.Model.add(pre_trained="./")
    module_dict, _ = config.build_all(lazy_cfg)
    assert module_dict.Model.given == {"layers": 50, "pre_trained": "./"}


# -- config print

PRINTED = """
    size = 1024

    [TrainData.CityScapes]
    &train_size = "size"
    !transforms = ["RandomResize", "RandomFlip", "Normalize", "Pad"]
    data_path = "xxx"

    [Transform.RandomFlip]
    prob = 0.5
    axis = 0

    [Transform.Pad]
    &pad_size = "size"

    [Normalize]
    std = [0.5, 0.5, 0.5]
    mean = [0.5, 0.5, 0.5]

    [Model.FCN]
    @backbone = "ResNet"
    @head = "SimpleHead"
"""
ROWS = """\
│ size                 │ 1024                                                                 │
│ TrainData.CityScapes │ ╒═════════════╤════════════════════════════════════════════════════╕ │
│                      │ │ &train_size │ size                                               │ │
│                      │ ├─────────────┼────────────────────────────────────────────────────┤ │
│                      │ │ !transforms │ ['RandomResize', 'RandomFlip', 'Normalize', 'Pad'] │ │
│                      │ ├─────────────┼────────────────────────────────────────────────────┤ │
│                      │ │ data_path   │ xxx                                                │ │
│                      │ ╘═════════════╧════════════════════════════════════════════════════╛ │
│ Transform.RandomFlip │ ╒══════╤═════╕                                                       │
│                      │ │ prob │ 0.5 │                                                       │
│                      │ ├──────┼─────┤                                                       │
│                      │ │ axis │ 0   │                                                       │
│                      │ ╘══════╧═════╛                                                       │
│ Transform.Pad        │ ╒═══════════╤══════╕                                                 │
│                      │ │ &pad_size │ size │                                                 │
│                      │ ╘═══════════╧══════╛                                                 │
│ Normalize.std        │ [0.5, 0.5, 0.5]                                                      │
│ Normalize.mean       │ [0.5, 0.5, 0.5]                                                      │
│ Model.FCN            │ ╒═══════════╤════════════╕                                           │
│                      │ │ @backbone │ ResNet     │                                           │
│                      │ ├───────────┼────────────┤                                           │
│                      │ │ @head     │ SimpleHead │                                           │
│                      │ ╘═══════════╧════════════╛                                           │
"""


def test_a_config_is_printed_as_a_table(here: Here) -> None:
    printed = str(config.load_config(here.write(PRINTED)))
    kept = [line for line in printed.splitlines() if line[0] == "│"]
    assert "\n".join(kept) + "\n" == ROWS


# -- lazy registry


def test_only_what_a_config_uses_is_imported(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(here.folder))
    for name in ("seed_used", "seed_unused"):
        (here.folder / f"{name}.py").write_text(f"class {name.title()}: pass\n", "utf-8")
        Registry("Model")[name.title()] = f"{name}.{name.title()}"
    Registry.dump()
    Registry._registry_pool.clear()
    modules = here.build("[Model.Seed_Used]")
    assert type(modules.Model).__name__ == "Seed_Used"
    assert "seed_unused" not in sys.modules
    del sys.modules["seed_used"]


# -- registry


class ResNet: ...


class ResNet50: ...


class ResNet101: ...


class head: ...


@pytest.fixture
def models(no_registries: None) -> Registry:
    models = Registry("Model", extra_field="is_backbone")
    for backbone in (ResNet, ResNet50, ResNet101):
        assert models.register(is_backbone=True)(backbone) is backbone
    models.register(is_backbone=False)(head)
    return models


def rows(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line[0] == "│"]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_modules_classification(models: Registry) -> None:
    assert models.get_extra_info("ResNet", "is_backbone") is True
    assert rows(models.module_table(select_info="is_backbone")) == [
        ["Model", "is_backbone"],
        ["ResNet", "True"],
        ["ResNet101", "True"],
        ["ResNet50", "True"],
        ["head", "False"],
    ]
    assert models.filter("is_backbone") == ["ResNet", "ResNet101", "ResNet50"]


def test_fuzzy_search(models: Registry) -> None:
    assert rows(models.module_table("Res*")) == [["Model"], ["ResNet"], ["ResNet101"], ["ResNet50"]]


def test_register_all_that_match(no_registries: None) -> None:
    optim = types.ModuleType("made.optim")
    for name in ("Adadelta", "Adam", "SGD", "functional"):
        setattr(optim, name, type(name, (), {"__module__": f"made.optim.{name.lower()}"}))

    def _get_modules(name: str, module: types.ModuleType) -> bool:
        return name[0].isupper()

    registry = Registry("Optimizer")
    registry.match(optim, _get_modules)
    assert rows(str(registry)) == [
        ["NAME", "DIR"],
        ["Adadelta", "made.optim.adadelta.Adadelta"],
        ["Adam", "made.optim.adam.Adam"],
        ["SGD", "made.optim.sgd.SGD"],
    ]


def test_all_in_one(models: Registry) -> None:
    assert Registry.get_registry("Model") is models
    everything = Registry.make_global()
    assert dict(everything) == dict(models)


# -- path manager


def test_paths_in_a_structured_manner(tmp_path: Path) -> None:
    with PathManager(
        base_path=tmp_path / "exp",
        sub_folders=["folder1", "folder2"],
        config_name="config_dir",
        instance_name="test1",
    ) as pm:
        folder1_path, folder2_path = pm.get("folder1"), pm.get("folder2")
    found = sorted(path.relative_to(tmp_path / "exp").as_posix() for path in (tmp_path / "exp").rglob("test1"))
    assert found == ["folder1/config_dir/test1", "folder2/config_dir/test1"]
    assert folder1_path.is_dir()
    assert folder2_path.is_dir()


def test_created_folders_are_deleted_if_the_block_fails(tmp_path: Path) -> None:
    pm = PathManager(tmp_path, ["folder1"], "config_dir", "test1", remove_if_fail=True)

    def fail() -> None:
        with pm:
            assert pm.get("folder1").is_dir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not pm.get("folder1").exists()


@dataclass
class SubPath:
    folder1: str = "folder1"
    folder2: str = "folder2"


def test_a_dataclass_names_the_folders(tmp_path: Path) -> None:
    sub_path = SubPath()
    with PathManager(tmp_path / "exp", sub_path, "config_dir", "test1", return_str=True) as pm:
        folder1_path: str = pm.get(sub_path.folder1)
    assert Path(folder1_path) == tmp_path / "exp" / "folder1" / "config_dir" / "test1"
