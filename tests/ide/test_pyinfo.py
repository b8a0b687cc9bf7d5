"""External classes through jedi (K4): read in the background, from a package in another environment, nothing run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from excore_server.ide.completion import complete
from excore_server.ide.definition import definition
from excore_server.ide.hover import hover
from excore_server.pyinfo import PyInfo, site_folders
from kit import world

PACKAGE = '''
from pathlib import Path
Path({marker!r}).touch()

class ReLU:
    """Cut off what is negative."""

    def __init__(self, inplace: bool = False): ...

    def forward(self, x): ...

def softmax(x, dim: int = 0): ...
'''
PATIENCE = 60  # seconds; a loaded machine is no failure


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment as it looks on disk, whose interpreter leaves a mark when it is started."""
    folder = tmp_path / "env" / "lib" / "python3.11" / "site-packages" / "nets"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("from . import nn\n")
    (folder / "nn.py").write_text(PACKAGE.format(marker=str(tmp_path / "ran")))
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    python.chmod(0o755)
    for name in ("sitecustomize", "usercustomize", "conftest", "setup"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    return tmp_path


@pytest.fixture
def python(environment: Path) -> Iterator[PyInfo]:
    info = PyInfo(str(environment), interpreter=str(environment / "env" / "bin" / "python"))
    yield info
    info.close()


def test_a_class_is_read_and_nothing_runs(python: PyInfo, environment: Path) -> None:
    assert python.get("nets.nn.ReLU") is None
    assert python.settle(PATIENCE), python.error
    entry = python.get("nets.nn.ReLU")
    assert entry is not None, python.error
    assert (entry.kind, entry.doc) == ("class", "Cut off what is negative.")
    assert [(p.name, p.annotation, p.default) for p in entry.signature.params] == [("inplace", "bool", "False")]
    assert [member.name for member in entry.members if member.name == "forward"] == ["forward"]
    assert entry.location is not None
    assert entry.location.path == str(environment / "env/lib/python3.11/site-packages/nets/nn.py")
    assert not (environment / "ran").exists()


def test_members_of_a_module(python: PyInfo) -> None:
    python.get("nets.nn")
    assert python.settle(PATIENCE)
    entry = python.get("nets.nn")
    assert entry is not None
    assert entry.kind == "module"
    assert {"ReLU", "softmax"} <= {member.name for member in entry.members}


def test_unknown_names_are_known_to_be_unknown(python: PyInfo) -> None:
    for path in ("nets.nn.Nothing", "nowhere.at.all", "not a path"):
        python.get(path)
    assert python.settle(PATIENCE)
    assert [python.get(path) for path in ("nets.nn.Nothing", "nowhere.at.all", "not a path")] == [None, None, None]


def test_ready_is_told_once_for_each_name(environment: Path) -> None:
    told: list[str] = []
    info = PyInfo(str(environment), interpreter=str(environment / "env/bin/python"), on_ready=told.append)
    for _ in range(3):
        info.get("nets.nn.softmax")
    assert info.settle(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
    info.close()
    assert told == ["nets.nn.softmax"]


def test_the_adapter_itself_does_not_import_jedi() -> None:
    code = "import sys, excore_server.pyinfo; sys.exit('jedi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_folders_of_an_environment(environment: Path) -> None:
    site = environment / "env/lib/python3.11/site-packages"
    (environment / "linked").mkdir()
    (site / "editable.pth").write_text(f"import os\n# comment\n{environment / 'linked'}\nmissing\n")
    assert site_folders(str(environment / "env/bin/python")) == (str(site), str(environment / "linked"))


MODELS = """
#- models.py
import nets
from excore import Registry
MODULE = Registry("module")
MODULE.register_module(nets)
MODEL = Registry("Model")
@MODEL.register()
class FCN:
    def __init__(self, act=None): ...
"""


def test_a_registered_class_of_another_package(python: PyInfo) -> None:
    source = """
        #- models.py
        import nets.nn
        from excore import Registry
        ACT = Registry("Act")
        ACT.register_module(nets.nn.ReLU)
        #- run.toml
        [Act.ReLU]
        """
    header, line = world(source.replace("[Act.Re", "[Act.Re<|>")), world(source.rstrip() + "\n        <|>")
    hover(header.snapshot, *header.cursor, python=python)
    assert python.settle(PATIENCE)
    about = hover(header.snapshot, *header.cursor, python=python)
    assert about is not None
    assert "Cut off what is negative." in about.markdown
    found = complete(line.snapshot, *line.cursor, python=python)
    assert [item.label for item in found.items][:1] == ["inplace"]
    (jump,) = definition(header.snapshot, *header.cursor, python=python)
    assert getattr(jump.goal, "path", "").endswith("nn.py")


def test_features_under_a_registered_module(python: PyInfo, environment: Path) -> None:
    here = world(MODELS + '#- run.toml\n[Model.FCN]\n$act = "nets.nn.Re<|>LU"')
    snapshot, (path, offset) = here.snapshot, here.cursor
    for _ in range(2):  # each round may ask for what the one before it made known
        complete(snapshot, path, offset, python=python)
        hover(snapshot, path, offset, python=python)
        definition(snapshot, path, offset, python=python)
        assert python.settle(PATIENCE)
    assert "ReLU" in [item.label for item in complete(snapshot, path, offset, python=python).items]
    about = hover(snapshot, path, offset, python=python)
    assert about is not None
    assert "class ReLU(inplace: bool = False)" in about.markdown
    (jump,) = definition(snapshot, path, offset, python=python)
    assert getattr(jump.goal, "path", "") == str(environment / "env/lib/python3.11/site-packages/nets/nn.py")
