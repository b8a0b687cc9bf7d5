"""`excore show`, `blame`, `diff`, `graph`, `python`, `stubs`: one config seen in other ways."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from cli_kit import Run, Write

from excore import config, record
from excore.cli.main import COMMANDS

BASES = """
    #- configs/base.toml
    epochs = 2
    [Model.FCN]
    layers = 3
    act = "gelu"
    #- configs/over.toml
    __base__ = ["base.toml"]
    [Model.FCN]
    !head = "Top"
    layers = 4 # more
"""


@pytest.fixture
def bases(project: Path, write: Write) -> Path:
    return write(BASES)


def test_show_is_a_config_that_loads_to_the_same(bases: Path, run: Run) -> None:
    shown = run("show", "configs/over.toml").stdout
    assert "layers = 4  # from over.toml:4 (overrides base.toml:3)\n" in shown
    assert 'act = "gelu"  # from base.toml:4\n' in shown
    (bases / "whole.toml").write_text(shown)
    assert config.load_config("whole.toml") == config.load_config("configs/over.toml")
    plain = run("show", "configs/over.toml", "--no-origins", "--quoted").stdout
    assert "#" not in plain
    assert '"!head" = "Top"' in plain
    (bases / "plain.toml").write_text(plain)
    assert config.load_config("plain.toml") == config.load_config("configs/over.toml")


def test_show_as_json(bases: Path, run: Run) -> None:
    found = json.loads(run("show", "configs/over.toml", "--json").stdout)
    assert found["values"] == config.load_config("configs/over.toml")
    assert [os.path.basename(path) for path in found["files"]] == ["base.toml", "over.toml"]
    line = next(line for line in found["lines"] if line["text"] == "layers = 4")
    assert (os.path.basename(line["file"]), line["line"]) == ("over.toml", 4)


def test_a_config_with_errors_is_shown_and_said_to_have_them(project: Path, write: Write, run: Run) -> None:
    write("#- configs/bad.toml\n[Model.FCM]\nlayers = 3\n")
    for name in ("show", "python", "graph"):
        result = run(name, "configs/bad.toml", code=1)
        assert "1 error; see `excore check configs/bad.toml`" in result.stderr
    assert "layers = 3" in run("show", "configs/bad.toml", code=1).stdout


@pytest.mark.parametrize("command", [["show"], ["graph"], ["python"], ["stubs"], ["blame", "Model"]])
def test_a_config_that_is_not_there(project: Path, run: Run, command: list[str]) -> None:
    name, *more = command
    result = run(name, "configs/none.toml", *more, code=2)
    assert "configs/none.toml: no such file" in result.stderr


def test_blame(bases: Path, run: Run) -> None:
    text = run("blame", "configs/over.toml", "Model.FCN.layers").stdout
    assert text == "  configs/over.toml:4: layers = 4\n  overrides configs/base.toml:3: layers = 3\n"
    whole = run("blame", "configs/over.toml", "Model.FCN").stdout
    assert 'Model.FCN.!head\n  configs/over.toml:3: !head = "Top"\n' in whole
    assert "did you mean Model.FCN.layers?" in run("blame", "configs/over.toml", "Model.FCN.layer", code=2).stderr


def test_graph_in_every_form(bases: Path, run: Run) -> None:
    assert run("graph", "configs/over.toml").stdout.startswith("flowchart LR\n")
    assert run("graph", "configs/over.toml", "--format", "dot").stdout.startswith("digraph")
    assert ET.fromstring(run("graph", "configs/over.toml", "-f", "svg").stdout).tag.endswith("svg")
    found = json.loads(run("graph", "configs/over.toml", "-f", "json").stdout)
    assert [(node["name"], node["place"]) for node in found["nodes"]] == [
        ("FCN", "configs/over.toml:2"),
        ("Top", "configs/over.toml:3"),
    ]
    run("graph", "configs/over.toml", "-f", "svg", "-o", "out/picture.svg")
    assert ET.parse(bases / "out" / "picture.svg").getroot().tag.endswith("svg")


def test_python(bases: Path, run: Run) -> None:
    text = run("python", "configs/over.toml").stdout
    ast.parse(text)
    assert 'model = FCN(layers=4, act="gelu", head=Top())' in text
    run("python", "configs/over.toml", "--output", "made.py")
    assert (bases / "made.py").read_text() == text


def test_commands_run_nothing_of_the_project(bases: Path, run: Run) -> None:
    source = bases / "things" / "nets.py"
    source.write_text(source.read_text() + "\nopen('marker', 'w')\nraise SystemExit(3)\n")
    for command in (["show"], ["graph"], ["python"], ["stubs"], ["diff", "configs/run.toml"]):
        run(command[0], "configs/over.toml", *command[1:], code=1 if len(command) > 1 else 0)
    assert not (bases / "marker").exists()


# -- diff


def test_diff_of_two_configs(bases: Path, run: Run, write: Write) -> None:
    write("#- configs/same.toml\n[Model.FCN]\n'!head' = 'Top'\nact = \"gelu\"\nlayers = 0x4\n")
    same = run("diff", "configs/over.toml", "configs/same.toml", code=1).stdout
    assert same == "- epochs: 2  (configs/base.toml:1)\n"
    assert run("diff", "configs/over.toml", "configs/over.toml").stdout == ""
    text = run("diff", "configs/base.toml", "configs/over.toml", code=1).stdout
    assert text.split("\n") == [
        "~ Model.FCN.layers: 3 -> 4  (configs/base.toml:3) -> (configs/over.toml:4)",
        "+ Model.FCN.head: new Top  (configs/over.toml:3)",
        "",
    ]
    found = json.loads(run("diff", "configs/base.toml", "configs/over.toml", "--json", code=1).stdout)
    assert found[0] == {
        "key": "Model.FCN.layers",
        "before": {"value": "3", "place": "configs/base.toml:3"},
        "after": {"value": "4", "place": "configs/over.toml:4"},
    }


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_diff_with_a_revision(bases: Path, run: Run) -> None:
    git(bases, "init", "-q")
    git(bases, "add", ".")
    git(bases, "commit", "-q", "-m", "first")
    base = bases / "configs" / "base.toml"
    assert run("diff", "configs/over.toml", "--git", "HEAD").stdout == ""
    tables = base.read_text()
    base.write_text('[Model.FCN]\nact = "relu" # other\nlayers = 3\n')
    text = run("diff", "configs/over.toml", "--git", "HEAD", code=1).stdout
    assert text.split("\n") == [
        '~ Model.FCN.act: "gelu" -> "relu"  (HEAD:configs/base.toml:4) -> (configs/base.toml:2)',
        "- epochs: 2  (HEAD:configs/base.toml:1)",
        "",
    ]
    base.write_text(tables)
    assert run("diff", "configs/over.toml", "--git", "HEAD~0").stdout == ""


def test_diff_that_cannot_be_done(bases: Path, run: Run) -> None:
    assert "give a second config" in run("diff", "configs/over.toml", code=2).stderr
    assert "no such file" in run("diff", "configs/over.toml", "configs/none.toml", code=2).stderr
    assert run("diff", "configs/over.toml", "--git", "HEAD", code=2).stderr  # no repository
    git(bases, "init", "-q")
    assert "no such revision" in run("diff", "configs/over.toml", "--git", "HEAD", code=2).stderr
    git(bases, "add", "configs/run.toml")
    git(bases, "commit", "-q", "-m", "first")
    result = run("diff", "configs/over.toml", "--git", "HEAD", code=2)
    assert "configs/over.toml is not in HEAD" in result.stderr
    assert run("diff", "configs/over.toml", "--git", "--output=x", code=2).stderr
    assert not (bases / "x").exists()


# -- stubs


def checked(folder: Path, text: str) -> str:
    """What mypy says of a module beside the project."""
    (folder / "use.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder.parent / "mypy"), "use.py"],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


USE = """\
from typing import TYPE_CHECKING, cast

from excore import load

if TYPE_CHECKING:
    from types_of_run import Run

cfg = cast("Run", load("configs/run.toml"))
"""


def test_stubs_are_types_that_mypy_accepts(project: Path, run: Run) -> None:
    (project / "things" / "nets.py").write_text(
        "from __future__ import annotations\nfrom . import HEAD, MODEL\n\n"
        "@HEAD.register()\nclass Top:\n    pass\n\n"
        "@MODEL.register()\nclass FCN:\n    def __init__(self, head: Top, layers: int) -> None:\n"
        "        self.layers = layers\n"
    )
    (project / "things" / "data.py").write_text(
        "from __future__ import annotations\nfrom . import DATA\n\n"
        "@DATA.register()\nclass City:\n    def __init__(self, path: str) -> None:\n        self.path = path\n\n"
        "@DATA.register()\ndef shapes(count: int) -> list[int]:\n    return [count]\n"
    )
    run("stubs", "configs/run.toml", "-o", "types_of_run.pyi")
    text = (project / "types_of_run.pyi").read_text()
    ast.parse(text)
    good = "modules, info = cfg.build_all()\nlayers: int = modules.Model.layers\nepochs: int = info['epochs']\n"
    good += "path: str = cfg.TrainData().path\nnames: list[str] = cfg.names\ncfg.Model.FCN.add(layers=3)\n"
    assert "Success" in checked(project, USE + good), checked(project, USE + good)
    bad = "modules, info = cfg.build_all()\nlayers: str = modules.Model.layers\nepochs: str = info['epochs']\n"
    found = checked(project, USE + bad)
    assert found.count("Incompatible types in assignment") == 2, found
    slips = "modules, info = cfg.build_all()\nmodules.Modle\nmodules.TestData.Shapes\n"
    slips += "cfg.Modle\ncfg.Model.FNC\ninfo['epohcs']\n"
    found = checked(project, USE + slips)
    assert found.count("has no attribute") == 4, found
    assert found.count("TypedDict") == 1, found


def test_stubs_say_what_functions_return(project: Path, run: Run) -> None:
    (project / "things" / "nets.py").write_text(
        "from __future__ import annotations\nfrom . import DATA, HEAD, MODEL\n\n"
        "@HEAD.register()\nclass Top:\n    pass\n\n@MODEL.register()\ndef FCN(**all) -> Top:\n    return Top()\n\n"
        "@DATA.register()\ndef many() -> list[Top]:\n    return []\n\n"
        "@DATA.register()\ndef maybe() -> Top | None:\n    return None\n\n"
        "@DATA.register()\ndef size() -> int:\n    return 1\n"
    )
    (project / "configs" / "run.toml").write_text("[Model.FCN]\n[TestData.many]\n[TestData.maybe]\n[TestData.size]\n")
    text = run("stubs", "configs/run.toml").stdout
    for line in ("Model: things.nets.Top", "many: Any", "maybe: Any", "size: int"):
        assert f"    {line}\n" in text
    assert "import things.nets\n" in text


@pytest.mark.parametrize("text", ["[Model.FCN\nlayers = 3\n", "[Model.FCM]\nlayers = 3\n"], ids=["syntax", "class"])
def test_types_of_a_config_with_errors_are_not_written(project: Path, write: Write, run: Run, text: str) -> None:
    write(f"#- configs/bad.toml\n{text}")
    for command in (
        ["stubs", "configs/bad.toml", "-o", "bad.pyi"],
        ["generate-typehints", "--config", "configs/bad.toml"],
    ):
        result = run(*command, code=2)
        assert "see `excore check configs/bad.toml`" in result.stderr
    assert not (project / "bad.pyi").exists()
    assert not (project / "things" / "module_types.py").exists()


def test_stubs_have_a_name(project: Path, run: Run, write: Write) -> None:
    write("#- configs/3d-net_big.toml\n[Model.FCN]\n")
    assert "class Config3dNetBig:" in run("stubs", "configs/3d-net_big.toml").stdout
    assert "class Mine:" in run("stubs", "configs/run.toml", "--class-name", "Mine").stdout
    assert "is not the name of a class" in run("stubs", "configs/run.toml", "--class-name", "a b", code=2).stderr


def test_the_commands_are_late() -> None:
    assert {"show", "blame", "diff", "graph", "python", "stubs"} <= set(COMMANDS)
    code = "import sys, excore.cli.main; sys.exit('excore.views' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


OVERRIDDEN = """
    #- configs/run.toml
    epochs = 2
    [Model.FCN]
    !head = "Top"
    layers = 4
"""


def test_over_1_commands_take_overrides(project: Path, write: Write, run: Run) -> None:
    write(OVERRIDDEN)
    config_file = "configs/run.toml"
    changes = ["Model.FCN.layers=7", "+note=x", "Top.channels=2"]
    assert "layers = 7  # from overrides:1 (overrides run.toml:4)" in run("show", config_file, *changes).stdout
    assert "FCN(head=Top(channels=2), layers=7)" in run("python", config_file, *changes).stdout.replace("\n", "")
    shown = run("show", config_file, "+a=[x, 1]", "+b={c = y}").stdout
    assert 'a = ["x", 1]  # from overrides:1' in shown
    assert 'c = "y"' in shown or '{ c = "y" }' in shown
    assert "FCN" in run("graph", config_file, *changes).stdout
    differences = run("diff", config_file, *changes, code=1).stdout
    assert "~ Model.FCN.layers: 4 -> 7  (configs/run.toml:4) -> (overrides:1)" in differences
    assert "+ note" in differences
    assert run("check", config_file, *changes).stdout == "1 file checked: no problems\n"
    found = run("check", config_file, "Model.FCN.layer=7", "lr=3", code=1).stdout
    assert "overrides:1:11: error[unknown-parameter]" in found
    assert "overrides:2:1: error[unknown-key]" in found
    assert (
        "see `excore check configs/run.toml '~epochs' lr=3`"
        in run("show", config_file, "~epochs", "lr=3", code=1).stderr
    )
    assert "one config" in run("check", "configs", "a=1", code=2).stderr
    assert run("diff", config_file, code=2).exit_code == 2


def test_rec_4_runs_side_by_side(project: Path, write: Write, run: Run) -> None:
    write(OVERRIDDEN)
    for number, changes in enumerate((["epochs=2"], ["epochs=3", "Model.FCN.layers=9"], ["+note=x"])):
        record(config.load("configs/run.toml", overrides=changes), f"runs/{number}")
    lines = run("runs", "runs").stdout.splitlines()
    assert lines[0].split() == ["run", "time", "commit", "epochs", "Model.FCN.layers", "note"]
    assert [line.split()[0] for line in lines[2:]] == ["0", "1", "2"]
    assert lines[3].split()[-2:] == ["3", "9"]
    assert lines[4].split()[-3:] == ["2", "4", "x"]
    found = json.loads(run("runs", "runs", "--json").stdout)
    assert found[1]["run"]["overrides"] == ["epochs=3", "Model.FCN.layers=9"]
    differences = run("diff", "runs/0", "runs/1", code=1).stdout
    assert "~ epochs: 2 -> 3" in differences
    assert "no record" in run("runs", "configs", code=2).stderr
    assert "no such folder" in run("runs", "none", code=2).stderr
