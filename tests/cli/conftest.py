"""A project in a folder of its own, with a cache of its own, and the command line run in it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import Run, Write
from click.testing import Result
from typer.testing import CliRunner

from excore import Registry, workspace
from excore.cli.main import app

PROJECT = """
    #- .excore.toml
    # what this project is
    name = "things"
    src_dir = "things"  # next to the configs
    registries = ["*Model", "*Data: TrainData, TestData", "Head", "module"]

    #- things/__init__.py
    from excore import Registry

    MODEL = Registry("Model", extra_field=["paper"])
    DATA = Registry("Data")
    HEAD = Registry("Head")
    MODULE = Registry("module")

    #- things/nets.py
    from . import HEAD, MODEL

    @HEAD.register()
    class Top:
        def __init__(self, channels: int = 3):
            self.channels = channels

    @MODEL.register(paper="1411.4038")
    class FCN:
        '''A network.

        Args:
            layers: How deep it is.
        '''
        def __init__(self, head: Top, layers: int, act: str = "relu"):
            self.head, self.layers, self.act = head, layers, act

    #- things/data.py
    import math
    from . import DATA, MODULE

    MODULE.register_module(math)

    @DATA.register()
    class City:
        def __init__(self, path: str, size: tuple[int, int] = (8, 8), **more):
            self.path, self.size, self.more = path, size, more

    @DATA.register()
    def shapes(count=4, *rest):
        return [count, *rest]

    #- configs/run.toml
    epochs = 3
    names = ["a", "b"]

    [Model.FCN]
    !head = "Top"
    layers = 4

    [TrainData.City]
    path = "here"

    [TestData.City]
    path = "there"

    [TestData.shapes]
    count = 2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, which is the current one."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    workspace.reset()
    pool = dict(Registry._registry_pool)
    yield home
    for name in [name for name in sys.modules if name.partition(".")[0] == "things"]:  # a test may load a config
        del sys.modules[name]
    Registry._registry_pool.clear()
    Registry._registry_pool.update(pool)
    workspace.reset()


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes the files of a text in which ``#- path`` begins each."""

    def files(text: str) -> Path:
        for part in textwrap.dedent(text).split("#- ")[1:]:
            name, _, body = part.partition("\n")
            path = folder / name.strip()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
        return folder

    return files


@pytest.fixture
def project(write: Write) -> Path:
    """The folder with a small project in it."""
    return write(PROJECT)


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs a command; its exit code must be ``code``, if one is given."""

    def command(*arguments: str, input: str | None = None, code: int | None = 0) -> Result:
        workspace.reset()
        result = CliRunner().invoke(app, list(arguments), input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert code is None or result.exit_code == code, result.output
        return result

    return command
