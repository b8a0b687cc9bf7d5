"""Rename of registered classes where the cursor is in a Python file: configs follow, and nothing else is taken over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from kit_changing import check_no_rename, check_rename, errors, sources, texts_after, world_of

from excore.lang.workspace.host import File
from excore_server.ide.rename.rename import rename_in_all
from kit import ROOT, path_of, world

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"

MODELS = """
#- src/nets.py
from excore import Registry
MODEL = Registry("Model")
@MODEL.register()
class ResNet:
    def __init__(self, layers: int = 3): ...
class Plain: ...
#- src/uses.py
from src.nets import ResNet
first = MODEL["ResNet"]
def make():
    return ResNet()
last = 3
#- run.toml
[Model.ResNet]
layers = 3
"""
RENAMED = MODELS.replace("ResNet", "ConvNet")


@pytest.mark.parametrize(
    "place",
    ["class Res<|>Net", "class <|>ResNet", "import ResNet<|>", "return <|>ResNet", 'MODEL["Res<|>Net"]'],
)
def test_wherever_the_class_is_named(place: str) -> None:
    check_rename(MODELS.replace(place.replace("<|>", ""), place), "ConvNet", RENAMED)


@pytest.mark.parametrize(
    "place",
    ["class Pl<|>ain", "self, lay<|>ers", "def ma<|>ke", 'Registry("Mo<|>del")', "<|>class ResNet", "from src.ne<|>ts"],
)
def test_the_rest_is_for_the_python_server(place: str) -> None:
    check_no_rename(MODELS.replace(place.replace("<|>", ""), place), "Other", "not ours")


def test_a_name_that_is_another_thing_here() -> None:
    check_no_rename(MODELS + "#- src/other.py\nResNet = 3\nprint(Res<|>Net)\n", "Other", "not ours")


def test_names_it_cannot_have() -> None:
    text = MODELS.replace("class ResNet", "class Res<|>Net")
    check_no_rename(text, "Model", "field or registry")
    check_no_rename(text, "class", "cannot be the name")


def test_a_project_without_configs() -> None:
    check_no_rename(MODELS.partition("#- run.toml")[0].replace("class ResNet", "class Res<|>Net"), "A", "not ours")


def test_every_class_and_hook_of_the_quickstart() -> None:
    """The configs mean the same afterwards, and the old name is nowhere in code."""
    paths = [path for path in QUICKSTART.rglob("*") if path.suffix in (".py", ".toml") and "broken" not in path.parts]
    before = {path.relative_to(QUICKSTART).as_posix(): path.read_text("utf-8") for path in sorted(paths)}
    here = world("".join(f"#- {name}\n{text}" for name, text in before.items()))
    assert {name: here.fixture.files[name] for name in before} == before
    tried = set()
    for entry in list(here.catalog):
        if entry.location is None or entry.source != "source" or entry.name in tried or entry.kind == "module":
            continue
        tried.add(entry.name)
        path = entry.location.path
        lines = here.text(path).splitlines(keepends=True)
        offset = sum(map(len, lines[: entry.location.line])) + entry.location.column
        change = rename_in_all(here.snapshot, ROOT, path, offset, "Renamed", sources(before))
        assert change is not None, entry.name
        there = world_of(texts_after(before, change), here)
        assert errors(there) == [one.replace(entry.name, "Renamed") for one in errors(here)], entry.name
        assert there.catalog.find(entry.name) is None
        for name in here.fixture.configs:
            file = there.snapshot.file(path_of(name))
            assert file is not None
            assert not re.search(rf"\b{entry.name}\b", code(file)), f"{entry.name} in {name}"
    assert {"FCN", "ResNet", "BnWeightDecayHook", "SeedEverything", "CountParameters"} <= tried


def code(file: File) -> str:
    return "\n".join(line.partition("#")[0] for line in file.text.splitlines())
