"""`excore migrate`: configs of other systems become tables that the resolver proves to mean the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli_kit import Run

import kit
from excore.lang.project.model import Project
from excore.migrate.migration import Migration
from excore.migrate.source import Environment, Group

HERE = Path(__file__).parent
PROJECTS = HERE.parents[1] / "benchmarks" / "hydra_projects.txt"
COMPOSED = json.loads((HERE / "hydra_composed.json").read_text("utf-8"))
"""What `hydra.compose` of Hydra 1.3.8 and OmegaConf's `to_container(resolve=True)` gave, with the environment below."""
ENVIRONMENT = {"DATA": "/data", "HF_HOME": "/hf", "PROJECT_ROOT": "/p", "USER": "me"}

MODELS = """
#- models.py
from excore import Registry

MODEL = Registry("Model")
PART = Registry("Part")


@MODEL.register()
class FCN:
    def __init__(self, backbone: dict, head=None, heads=(), norm=None, size=None, options=None):
        self.backbone = MODEL.build(backbone)


@PART.register()
class ResNet:
    def __init__(self, depth=50, norm=None, sizes=()): ...


@PART.register()
class VGG:
    def __init__(self, depth): ...


@PART.register()
class Head:
    def __init__(self, width=8, weight=1.0): ...
"""


def write(folder: Path, text: str) -> None:
    for name, content in kit.parse(MODELS + text).files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    (folder / "pyproject.toml").touch()


def toml(folder: Path, name: str) -> str:
    return (folder / "new" / name).read_text("utf-8")


def test_migrate_python_configs_keep_bases_names_and_comments(folder: Path, run: Run) -> None:
    write(
        folder,
        """
#- old/base.py
# what all share
size = (4, 8)
norm = dict(type='BN', eps=None)
model = dict(
    type='FCN',
    # a deep one
    backbone=dict(type='ResNet', depth=101, sizes=[i * 2 for i in range(3)]),
    heads=[dict(type='Head', width=w) for w in size],
    head=None,
    norm=norm,
    size=size)
extra = dict(path='a' + '/b', keep=True)
#- old/child.py
_base_ = ['./base.py']
model = dict(
    backbone=dict(_delete_=True, type='VGG', depth=16), size={{_base_.size}}, options=dict(a=1, b=dict(type='Nobody')))
extra = dict(keep=False, _delete_=False)
late = [1]
_base_.extra.late = late
late.append(2)
#- old/shorter.py
_base_ = 'base.py'
extra = dict(_delete_=True, other=1)
""",
    )
    result = run("migrate", "old", "--to", "new")
    assert "3 of 3 files converted and proved equal (100.0%)" in result.output
    base, child = toml(folder, "base.toml"), toml(folder, "child.toml")
    for line in (
        "# what all share\nsize = [4, 8]",
        '# a deep one\n!backbone = "ResNet"',
        '!heads = ["Head", "$Heads::Head"]',
        '&head = "None"',
        '&size = "size"',
    ):
        assert line in base, base
    for line in ('__base__ = ["base.toml"]', '!backbone = "VGG"', "[VGG]\ndepth = 16", "keep = false\nlate = [1]\n"):
        assert line in child, child
    assert "Head" not in child, "what a base says is not said again"
    assert "_delete_" not in child
    assert "__base__" not in toml(folder, "shorter.toml"), "merging cannot take `extra.keep` away"
    assert "`FCN` builds `backbone`" in toml(folder, "migration.md").replace("models.", "")
    assert "`Nobody`" in toml(folder, "migration.md")
    run("check", "new")
    run("migrate", "old", "--to", "new")  # what it wrote itself it writes again
    run("migrate", "old", "--to", "old", code=2)


def test_migrate_reads_python_and_never_runs_it(folder: Path, run: Run) -> None:
    write(
        folder,
        """
#- old/run.py
import os
from models import ResNet
from detectron2.config import LazyCall as L
open('ran', 'w').close()
rate = 10 ** 9 ** 9
lots = [0] * 10**9
model = dict(type='FCN', backbone=L(ResNet)(depth=18))
model['backbone'].depth = 34
home = os.environ['HOME']
if model['type'] == 'FCN':
    epochs = 3
""",
    )
    result = run("migrate", "old", "--to", "new", code=1)
    assert not (folder / "ran").exists()
    lines = [line.split(": ")[1] for line in result.output.splitlines() if line.startswith("old")]
    assert lines == ["`open('ran', 'w')`", "`10 ** 9 ** 9`", "`[0] * 10**9`", "`os.environ['HOME']`"], result.output
    assert "[ResNet]\ndepth = 34" in toml(folder, "run.toml")
    assert "epochs = 3" in toml(folder, "run.toml")


def test_migrate_lazy_imports_of_bases(folder: Path, run: Run) -> None:
    write(
        folder,
        """
#- old/base.py
from models import FCN, ResNet
model = dict(type=FCN, backbone=dict(type=ResNet, depth=18))
#- old/run.py
from mmengine.config import read_base
with read_base():
    from .base import *
model.update(dict(head=dict(type='Head')))
""",
    )
    assert "2 of 2 files" in run("migrate", "old", "--to", "new").output
    assert toml(folder, "run.toml") == '__base__ = ["base.toml"]\n\n[model.FCN]\n!head = "Head"\n'


def test_migrate_hydra_composes_groups_and_interpolations(folder: Path, run: Run) -> None:
    write(
        folder,
        """
#- conf/config.yaml
defaults:
  - model: small
  - optional data: nothing
  - _self_
  - override hydra/launcher: joblib
size: 7   # of the images
root: ${oc.env:DATA_ROOT,data}
name: run_${size}
tiny: 1e-3
optimizer:
  _target_: zoo.Adam
  _partial_: true
  lr: ${tiny}
  where: ${root}/x
blocks:
  _target_: zoo.Pair
  _args_: [1, null]
#- conf/model/small.yaml
# a small one
_target_: zoo.Net
size: ${size}
head:
  _target_: zoo.Pair
  left: 3
#- conf/model/large.yaml
defaults: [small]
head:
  left: 5
#- conf/experiment/big.yaml
# @package _global_
defaults:
  - /config
  - override /model: large
size: 9
#- zoo.py
class Net:
    def __init__(self, size, head=None): ...
class Pair:
    def __init__(self, left, right=2): ...
class Adam:
    def __init__(self, params, lr=0.1, where=""): ...
""",
    )
    assert "4 of 4 files" in run("migrate", "conf", "--to", "new").output
    config = toml(folder, "config.toml")
    for line in (
        '__base__ = ["model/small.toml"]',
        "# of the images\nsize = 7",
        'name = "run_7"',
        "tiny = 0.001",
        '&value = "${DATA_ROOT:-data}"',
        '&lr = "tiny"',
        '&where = "${DATA_ROOT:-data}/x"',
        "__no_call__ = true",
        'left = 1\n&right = "None"',
    ):
        assert line in config, config
    assert '[model.Net]\n&size = "size"\n!head = "Pair"' in toml(folder, "model/small.toml")
    assert toml(folder, "model/large.toml") == '__base__ = ["small.toml"]\n\n[Pair]\nleft = 5\n'
    run("check", "new/config.toml", "new/experiment/big.toml")


def test_migrate_yaml_and_json_of_mmengine(folder: Path, run: Run) -> None:
    write(
        folder,
        """
#- old/base.yaml
# both
size: 3
model:
  type: FCN
  backbone: {type: ResNet, depth: 18}
#- old/run.json
{"_base_": "base.yaml", "model": {"size": "{{_base_.size}}", "head": null}}
#- old/metafile.yaml
Name: no config
#- old/broken.yaml
type: [
""",
    )
    result = run("migrate", "old", "--to", "new", code=1)
    assert "2 of 3 files" in result.output
    assert "old/broken.yaml:2: `broken.yaml`: no YAML that is read" in result.output
    assert '[model.FCN]\n&size = "size"\n&head = "None"' in toml(folder, "run.toml")


def test_migrate_excore_files_get_quoted_keys(folder: Path, run: Run) -> None:
    write(folder, '#- old/run.toml\n[Model.FCN]  # one\n!backbone = "ResNet"\n#- old/pyproject.toml\n')
    assert "1 of 1 files" in run("migrate", "old", "--to", "new").output
    assert toml(folder, "run.toml") == '[Model.FCN]  # one\n"!backbone" = "ResNet"\n'


def test_migrate_takes_names_from_the_package_of_their_scope(folder: Path, run: Run) -> None:
    site = "env/lib/python3/site-packages"
    text = f"""
#- env/pyvenv.cfg
home = here
#- {site}/mmengine/registry.py
class Registry:
    def __init__(self, name, parent=None): ...
    def register_module(self, name=None, force=False, module=None): ...
MODELS = Registry("model")
TRANSFORMS = Registry("transform")
#- {site}/mmcv/transforms.py
from mmengine.registry import TRANSFORMS
@TRANSFORMS.register_module()
class Pad: ...
#- {site}/det/.mim/configs/net.py
model = dict(type='Net', width=3)
#- old/plain.py
default_scope = 'seg'
model = dict(type='Net')
pipeline = [dict(type='Pad')]
#- old/based.py
_base_ = 'det::net.py'
default_scope = 'seg'
#- old/prefixed.py
default_scope = 'seg'
model = dict(type='det.Net', width=2)
"""
    for package in ("seg", "det"):
        text += f"""
#- {site}/{package}/__init__.py
#- {site}/{package}/registry.py
from mmengine.registry import Registry, MODELS as ROOT, TRANSFORMS as SHARED
MODELS = Registry("model", parent=ROOT)
TRANSFORMS = Registry("transform", parent=SHARED)
#- {site}/{package}/nets.py
from {package}.registry import MODELS
@MODELS.register_module()
class Net:
    def __init__(self, width=1): ...
"""
    write(folder, text)
    assert "3 of 3 files" in run("migrate", "old", "--to", "new", "--python", "env").output
    assert "[model.Net]" in toml(folder, "plain.toml")
    assert '[pipeline.given]\n!value = ["Pad"]' in toml(folder, "plain.toml")
    assert "[model.det_model_Net]\nwidth = 3" in toml(folder, "based.toml")
    assert "[model.det_model_Net]\nwidth = 2" in toml(folder, "prefixed.toml")
    assert "- `det_model_Net` is `det.nets.Net`, whose own name means" in toml(folder, "migration.md")
    assert "from mmcv.transforms import Pad\n" in toml(folder, "config_parts.py").replace("  # noqa: E402", "")


def as_hydra_says(value: Any) -> Any:
    if isinstance(value, Environment):
        return re.sub(r"\$\{(\w+)(?::-(.*?))?\}", lambda found: ENVIRONMENT.get(found[1], found[2]), value)
    if isinstance(value, dict):
        partial = {"_partial_": True} if isinstance(value, Group) and value.partial else {}
        return {**{key: as_hydra_says(item) for key, item in value.items()}, **partial}
    return [as_hydra_says(item) for item in value] if isinstance(value, list) else value


def without_told(value: Any) -> Any:
    """What Hydra composes, without the keys that migration.md tells of."""
    if isinstance(value, dict):
        told = ("_convert_", "_recursive_")
        kept = {key: item for key, item in value.items() if key not in told and item not in ("???",)}
        return {key: without_told(item) for key, item in kept.items() if (key, item) != ("_partial_", False)}
    return [without_told(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("project", sorted({*(name.split("/")[0] for name in COMPOSED), "sweep"}))
def test_migrate_hydra_reads_what_hydra_composes(project: str, folder: Path, run: Run) -> None:
    for name, text in kit.parse(PROJECTS.read_text("utf-8")).files.items():
        path = folder / name
        if name.startswith(f"{project}/"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    (folder / project / "pyproject.toml").touch()
    conf = folder / project / "conf"
    migration = Migration([str(conf)], str(folder / "none"), Project(str(folder)), [])
    migration.read()
    for place, config in migration.configs.items():
        wanted = COMPOSED.get(Path(place).relative_to(folder).as_posix())
        if wanted is not None and not config.told:
            assert as_hydra_says(config.values) == wanted, place
        elif wanted is not None:
            assert as_hydra_says(config.values) == without_told(wanted), place
    is_code = project == "sweep"  # a resolver of its own
    result = run("migrate", str(conf), "--to", f"{project}/new", code=int(is_code))
    assert ("(100.0%)" in result.output) is not is_code, result.output
    told = (folder / project / "new" / "migration.md").read_text("utf-8")
    assert "what the resolver `eval` computes is not known" in told or not is_code
    for said in ("`must` has to be given", "`_convert_` is left out", "gets dicts, as `_recursive_: false` says"):
        assert said in told or project != "training"


def test_migrate_lazy_configs_of_detectron2(folder: Path, run: Run) -> None:
    write(
        folder,
        """
#- old/common/model.py
from functools import partial
import torch.nn as nn
from detectron2.config import LazyCall as L
from detectron2.layers import ShapeSpec
from models import FCN, Head, ResNet
model = L(FCN)(
    backbone=L(ResNet)(depth=50, norm=partial(nn.LayerNorm, eps=1e-6)),
    size=3,
    head=L(Head)(width="${..size}", weight=ShapeSpec(channels=2)),
)
#- old/common/schedule.py
from detectron2.config import LazyCall as L
from omegaconf import OmegaConf
def schedule(num, *, start=0.5):
    steps = num * 9
    if num <= 2:
        return L(Head)(width=steps, weight=start)
    return dict(steps=[steps - 6, steps])
from models import Head
short = schedule(1)
long = schedule(num=3)
loader = OmegaConf.create()
loader.train = dict(batch=2)
loader.test = dict(batch="${..train.batch}")
#- old/run.py
from .common.model import model
from .common.schedule import short as schedule, loader
from models import VGG
[model.backbone.pop(name) for name in ["norm"]]
model.backbone.update(_target_=VGG, depth=16)
model.size = 5
loader.train.batch = 4
hook = lambda name: name
""",
    )
    result = run("migrate", "old", "--to", "new", code=1)
    assert "2 of 3 files" in result.output
    assert "old/run.py:8: `lambda name: name`" in result.output
    model, schedule, config = (toml(folder, f"{name}.toml") for name in ("common/model", "common/schedule", "run"))
    for line in ("width = 3", 'norm = { _target_ = "torch.nn.LayerNorm", eps = 1e-06, _partial_ = true }'):
        assert line in model, model
    assert 'weight = { _target_ = "detectron2.layers.ShapeSpec", channels = 2 }' in model, "it is in no registry"
    for line in ("[short.Head]\nwidth = 9\nweight = 0.5", "steps = [21, 27]"):
        assert line in schedule, schedule
    for line in ('!backbone = "VGG"', "[VGG]\ndepth = 16", "size = 5", "[Head]\nwidth = 5", "batch = 4"):
        assert line in config, config
    assert "test = { batch = 2 }" in schedule
    assert "common/schedule.py: line 3: the function `schedule` is no value" in toml(folder, "migration.md")
    assert config.count("batch = 4") == 2
