"""`excore show --full`: a config with every default filled in, which builds the same whatever defaults become."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_kit import Run, Write

from excore import Registry, config

FILES = """
    #- fullnets.py
    from excore import Registry
    MODEL = Registry("Model")
    class Thing:
        def __eq__(self, other):
            return type(self) is type(other) and vars(self) == vars(other)
        __hash__ = None
    @MODEL.register()
    class Top(Thing):
        def __init__(self, channels: int = 3, names=["a", "b"]):
            self.channels, self.names = channels, names
    @MODEL.register()
    class Net(Thing):
        def __init__(self, head: Top, layers: int, act: str = "re\\"lu", size=(8, 8), more=None, *, rate=1e-3,
                     table={"a": {"b": [1, 2.5]}}, limit=float("inf"), kind=None):
            self.__dict__.update(vars(), self=None)
    @MODEL.register()
    class Kept(Thing):
        def __init__(self, width: int = 1): ...
    #- .excore.toml
    registries = ["*Model"]
    #- base.toml
    epochs = 3
    [Model.Net]
    layers = 4
    #- run.toml
    __base__ = ["base.toml"]
    [Model.Net]
    !head = "Top"
    act = "gelu"
    $kind = "Kept"
"""


@pytest.fixture
def full(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write(FILES)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(Registry, "_registry_pool", {})
    sys.modules.pop("fullnets", None)
    importlib.import_module("fullnets")
    return folder


def test_full_has_every_default(full: Path, run: Run) -> None:
    assert run("show", "run.toml", "--full", "--no-origins").stdout.splitlines() == [
        "epochs = 3",
        "",
        "[Model.Net]",
        "layers = 4",
        '!head = "Top"',
        'act = "gelu"',
        '$kind = "Kept"',
        "# size = (8, 8)",
        "# more = None",
        "rate = 0.001",
        "table = { a = { b = [1, 2.5] } }",
        '# limit = float("inf")',
        "",
        "[Top]",
        "channels = 3",
        'names = ["a", "b"]',
    ]
    assert "channels = 3  # default, fullnets.py:9" in run("show", "run.toml", "--full").stdout


@pytest.mark.parametrize("options", [[], ["--no-origins"], ["--quoted"]])
def test_full_builds_the_same(full: Path, run: Run, options: list[str]) -> None:
    (full / "whole.toml").write_text(run("show", "run.toml", "--full", *options).stdout)
    assert config.load("whole.toml").build_all() == config.load("run.toml").build_all()
    (full / "again.toml").write_text(run("show", "whole.toml", "--full", *options).stdout)
    assert config.load_config("again.toml") == config.load_config("whole.toml")
    assert run("check", "whole.toml").stdout.startswith("1 file checked: no problems")


def test_full_as_json(full: Path, run: Run) -> None:
    values: dict[str, Any] = json.loads(run("show", "run.toml", "--full", "--json").stdout)["values"]
    assert (values["Top"]["channels"], values["Model"]["Net"]["rate"]) == (3, 0.001)
