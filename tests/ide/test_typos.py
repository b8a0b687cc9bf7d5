"""A slip of one character, anywhere in the example's configs, is undone by the fix that is offered first."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import pytest

from excore.lang.text import Span
from excore.lang.workspace.host import Host
from excore_server.ide.code_action.code_action import quick_fixes
from excore_server.ide.edits import applied
from kit import open_project

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
CONFIGS = QUICKSTART / "configs"
LETTERS = "abcdefghijklmnopqrstuvwxyz_"


class Name(NamedTuple):
    """A name in «» in a line of a config."""

    file: str
    line: str


KINDS: dict[str, list[Name]] = {
    "field": [
        Name("function_model.toml", "[«Model».make_fcn]"),
        Name("function_model.toml", "[«TrainData».Stripes]"),
        Name("function_model.toml", "[«Optimizer».Adam]"),
        Name("function_model.toml", "[«LRSche».WarmupLR]"),
        Name("function_model.toml", "[«Loss».DiceLoss]"),
    ],
    "class in a header": [
        Name("fcn_resnet.toml", "[Model.«FCN»]"),
        Name("fcn_resnet.toml", "[Head.«SimpleHead»]"),
        Name("backbones/vgg.toml", "[Backbone.«VGG»]"),
        Name("shared_backbone.toml", "[Head.«ASPPHead»]"),
        Name("hooks.toml", "[ExcoreHook.«BuildTrace»]"),
    ],
    "class in a reference": [
        Name("fcn_resnet.toml", '@backbone = "«ResNet»"'),
        Name("scratchpads.toml", 'entropy = "«CrossEntropy»"'),
        Name("pretrained.toml", '["«RandomNoise»", "RandomFlip"]'),
        Name("quoted.toml", '"$act" = "«gelu»"'),
    ],
    "parameter": [
        Name("fcn_resnet.toml", "@«backbone» ="),
        Name("fcn_resnet.toml", "&«num_classes» ="),
        Name("shared_backbone.toml", "«branch_channels» ="),
        Name("variables.toml", "«momentum» ="),
        Name("backbones/vgg.toml", "«dilations» ="),
    ],
    "reference to a field": [
        Name("function_model.toml", '"$«Model».parameters()"'),
        Name("function_model.toml", '"$«Optimizer»"'),
        Name("variables.toml", '"$«Backbone»"'),
        Name("scratchpads.toml", '"$«Shallow»::'),
        Name("scratchpads.toml", '"$«Members»::*'),
    ],
    "member of a field": [
        Name("shared_backbone.toml", "$Backbone::«ResNet»."),
        Name("scratchpads.toml", "$Shallow::«VGGWide»"),
        Name("pretrained.toml", "$Night::«CityScapes»"),
    ],
    "variable": [
        Name("fcn_resnet.toml", '= "«num_classes»"'),
        Name("variables.toml", "&«train_pipeline»"),
        Name("variables.toml", '["«ground_weight»"'),
        Name("variables.toml", "«schedule».gamma"),
    ],
    "key of a variable": [Name("variables.toml", "schedule.«milestones»"), Name("variables.toml", "schedule.«gamma»")],
    "hook": [
        Name("hooks.toml", "@«BnWeightDecayHook»"),
        Name("python_modules.toml", "@«LayerDecayHook»"),
        Name("ensemble.toml", "@«RepeatHook»"),
    ],
    "attribute": [
        Name("fcn_resnet.toml", "ResNet.«out_channels»"),
        Name("pretrained.toml", ".«from_pretrained»()"),
        Name("shared_backbone.toml", "ResNet.«feature_channels»("),
    ],
    "one of some values": [
        Name("_base_/default.toml", 'reduction = "«mean»"'),
        Name("scratchpads.toml", 'norm = "«none»"'),
        Name("_base_/cityscapes.toml", 'mode = "«EDGE»"'),
    ],
    "base": [
        Name("fcn_resnet.toml", '"«_base_/default.toml»"'),
        Name("fcn_resnet.toml", '"«backbones/resnet.toml»"'),
        Name("hooks.toml", '"«fcn_resnet.toml»"'),
        Name("_base_/cityscapes.toml", '"«runtime.toml»"'),
    ],
    "environment": [Name("environment.toml", "${«QUICKSTART_DATA»}")],
    "keyword": [
        Name("fcn_resnet.toml", "«__base__» ="),
        Name("python_modules.toml", "«__no_call__» ="),
        Name("hooks.toml", "[«ExcoreHook».SeedEverything]"),
    ],
}


@pytest.fixture(scope="module")
def host() -> Host:
    host = open_project(QUICKSTART, "src")
    host.environment = {"QUICKSTART_DATA": "data", "HOME": "/home/me", "PATH": "/bin"}
    for path in list(host.toml_files):
        if f"{QUICKSTART.name}/broken/" in path.replace("\\", "/"):
            del host.toml_files[path]
    return host


def typos(name: str, chance: random.Random) -> set[str]:
    """A letter left out, added, taken for another, or two that changed places; the first letter is seldom wrong."""
    found = set()
    for at in range(1, len(name)):
        letter = chance.choice(LETTERS)
        found.add(name[:at] + name[at + 1 :])
        found.add(name[:at] + letter + name[at:])
        found.add(name[:at] + letter + name[at + 1 :])
        found.add(name[:at] + name[at : at + 2][::-1] + name[at + 2 :])
    return found - {name}


def undone(host: Host, at: Name, chance: random.Random) -> tuple[int, int, list[str]]:
    """How many typos of a name the first fix undoes, of how many; and those it does not."""
    path = str(CONFIGS / at.file)
    text = Path(path).read_text("utf-8")
    before, name, after = at.line.replace("»", "«").split("«")
    start = text.index(before + name + after) + len(before)
    right, wrong = 0, []
    found = sorted(typos(name, chance))
    for typo in found:
        broken = text[:start] + typo + text[start + len(name) :]
        host.open(path, broken)
        fixes = quick_fixes(host.snapshot(), path, Span(start, start + len(typo)))
        first = next((fix for fix in fixes if fix.preferred and path in fix.change.edits), None)
        if first is not None and applied(broken, first.change.edits[path]) == text:
            right += 1
        else:
            wrong.append(f"{typo}: {first.title if first else 'no fix'}")
    host.close(path)
    return right, len(found), wrong


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_fix_undoes_a_typo(kind: str, host: Host) -> None:
    chance = random.Random(kind)
    right = total = 0
    missed = []
    for name in KINDS[kind]:
        good, all_of_it, wrong = undone(host, name, chance)
        right, total = right + good, total + all_of_it
        missed += wrong
    assert right / total >= 0.95, missed
