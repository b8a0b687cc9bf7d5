"""A config and its overrides as arguments of scripts, their help, and completion in shells (OVER-7)."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from cli_kit import Run, Write
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from typer.core import TyperCommand
from typer.testing import CliRunner as TyperRunner

from excore import command_line
from excore.cli.main import app as excore

CONFIG = """
    #- run.toml
    epochs = 2
    [train]
    "a.b" = 1
    [Model.FCN]
    !head = "Top"
    layers = 4
    #- base/more.toml
    more = 1
"""


@pytest.fixture
def config(project: Path, write: Write) -> Path:
    return write(CONFIG)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "epochs= train. Model. base= Top. Model="),
        ("ep", "epochs="),
        ("Model.", "Model.FCN."),
        ("Model.FCN.", "Model.FCN.head= Model.FCN.layers= Model.FCN.act="),
        ("Model.FCN.!h", "Model.FCN.!head="),
        ("train.", 'train."a.b"='),
        ("~Model.F", "~Model.FCN. ~Model.FCN"),
        ("~e", "~epochs"),
        ("+Tr", "+TrainData= +TrainData."),
        ("+TrainData.", "+TrainData.City. +TrainData.shapes."),
        ("Top.", "Top.channels="),
        ("Model=", "Model=FCN"),
        ("Model.FCN=F", "Model.FCN=FCN"),
        ("Model.FCN.head=", "Model.FCN.head=Top"),
        ("Model.FCN.layers=", "Model.FCN.layers=4"),
        ("Model.FCN.act=", 'Model.FCN.act="relu"'),
        ("base=b", "base=base/"),
        ("base=base/", "base=base/more.toml"),
        ("nothing.", ""),
        ("nothing.x=", ""),
    ],
)
def test_over_7_words_of_a_command_line_are_completed(config: Path, typed: str, expected: str) -> None:
    found = command_line.complete(["python", "train.py", "--gpus", "2", "run.toml", typed])
    assert [word.text for word in found] == expected.split()
    assert command_line.complete([typed], default="run.toml") == found


def test_over_7_what_was_typed_before_counts(config: Path) -> None:
    found = command_line.complete(["run.toml", "+Model.FCN.more.deep=1", "Model.FCN.more."])
    assert [word.text for word in found] == ["Model.FCN.more.deep="]
    note = next(word.note for word in command_line.complete(["run.toml", "Model.FCN.la"]))
    assert note == "int: How deep it is."


HELP = "  Model.FCN.layers=7     int: How deep it is.\n"


def test_over_7_argparse(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(prog="train.py")
    parser.add_argument("--gpus", type=int)
    command_line.add_argument(parser, default="run.toml")
    for words in (["run.toml", "epochs=5"], ["epochs=5"], ["epochs=5", "--gpus", "2"]):
        assert parser.parse_args(words).config == ["run.toml", "epochs=5"]
    assert parser.parse_args([]).config == ["run.toml"]
    for words in (["a.toml", "b.toml"],):
        with pytest.raises(SystemExit, match="2"):
            parser.parse_args(words)
        assert "neither KEY=VALUE nor the only config" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="0"):
        parser.parse_args(["run.toml", "Model.FCN.layers=7", "--help"])
    assert HELP in capsys.readouterr().out
    completer: Any = next(action for action in parser._actions if action.dest == "config")
    assert completer.completer("ep") == ["epochs="]


def test_over_7_a_mistake_ends_a_script_without_a_traceback(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command_line.load(["run.toml", "epoch=3"])
    message = capsys.readouterr().err
    assert "overrides:1:1: error[unknown-key]" in message
    assert "Traceback" not in message
    for words, default in (([], ""), (["a.toml", "b.toml"], "run.toml"), (["none.toml"], "")):
        with pytest.raises(SystemExit, match="2"):
            command_line.load(words, default)
    cfg = command_line.load(["epochs=3", "Model.FCN.layers=9"], default="run.toml")
    assert (cfg.isolated["epochs"], cfg.Model.FCN.layers) == (3, 9)


def test_over_7_click(config: Path) -> None:
    given: list[Any] = []

    @click.command(cls=command_line.with_help(click.Command))
    @command_line.click_argument()
    def train(config: tuple[str, ...]) -> None:
        given.append(command_line.load(config).isolated["epochs"])

    assert CliRunner().invoke(train, ["run.toml", "epochs=7"]).exit_code == 0
    assert given == [7]
    assert HELP in CliRunner().invoke(train, ["run.toml", "Model.FCN.layers=7", "--help"]).output
    shell = ShellComplete(train, {}, "train", "_TRAIN_COMPLETE")
    assert [item.value for item in shell.get_completions(["run.toml"], "ep")] == ["epochs="]


def test_over_7_typer(config: Path) -> None:
    given: list[Any] = []
    app = typer.Typer()

    def train(config: Any = None) -> None:
        given.append(command_line.load(config, default="run.toml").isolated["epochs"])

    train.__annotations__["config"] = command_line.Words
    app.command(cls=command_line.with_help(TyperCommand))(train)
    runner = TyperRunner()
    assert runner.invoke(app, ["epochs=7"]).exit_code == 0
    assert given == [7]
    assert HELP in runner.invoke(app, ["run.toml", "Model.FCN.layers=7", "--help"]).output
    asked = {"_TRAIN_COMPLETE": "complete_bash", "COMP_WORDS": "train run.toml ep", "COMP_CWORD": "2"}
    assert runner.invoke(app, [], prog_name="train", env=asked).output.split() == ["epochs="]


def test_over_7_commands_of_excore_complete_overrides(config: Path) -> None:
    asked = {"_EXCORE_COMPLETE": "complete_bash", "COMP_WORDS": "excore show run.toml ep", "COMP_CWORD": "3"}
    assert TyperRunner().invoke(excore, [], prog_name="excore", env=asked).output.split() == ["epochs="]


def test_over_7_shells(config: Path, run: Run, tmp_path: Path) -> None:
    assert run("completion", "words", "--", "python", "run.toml", "~ep").stdout == "~epochs\t2\n"
    scripts = {shell: run("completion", shell, "python", "train.py").stdout for shell in ("bash", "zsh", "fish")}
    assert all("excore completion words" in script and "train.py" in script for script in scripts.values())
    tool = tmp_path / "bin" / "excore"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m excore.cli.main "$@"\n')
    tool.chmod(0o755)
    line = "python train.py run.toml Model.FCN.head=T"
    typed = f'PATH={tool.parent}:$PATH; COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}'
    ask = f'{typed}; _excore_complete; echo "${{COMPREPLY[@]}}"'
    answer = subprocess.run(
        ["bash", "-c", f"{scripts['bash']}\n{ask}"], capture_output=True, text=True, check=True, cwd=config
    )
    assert (answer.stdout, answer.stderr) == ("Top\n", "")
