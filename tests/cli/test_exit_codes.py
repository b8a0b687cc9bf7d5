"""One rule for all commands: 0 all is well, 1 done but something is wrong, 2 the job cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_kit import Run, Write

from excore.cli.main import COMMANDS

TAKING_FILES = {
    "auto-register": ["things/none.py"],
    "blame": ["none.toml", "Model"],
    "check": ["none.toml"],
    "demo": ["none"],
    "diff": ["none.toml", "configs/run.toml"],
    "format": ["none.toml"],
    "generate-typehints": ["--config", "none.toml"],
    "graph": ["none.toml"],
    "init": ["--force", "--name", "n", "--src-dir", "none"],
    "list": ["--used-by", "none.toml"],
    "migrate": ["none.py", "--to", "out"],
    "python": ["none.toml"],
    "quote": ["none.toml"],
    "runs": ["none"],
    "show": ["none.toml"],
    "stubs": ["none.toml"],
    "sweep": ["none.toml"],
}
TAKING_NONE = {
    *("update", "registries", "primary-fields", "generate-registries", "config-extension", "schema"),
    *("cache-dir", "cache-list", "clear-cache", "clear-all-cache", "completion", "editor", "explain"),
}


def test_every_command_is_asked() -> None:
    assert TAKING_FILES.keys() | TAKING_NONE == COMMANDS.keys()


@pytest.mark.parametrize("command", TAKING_FILES)
@pytest.mark.usefixtures("project")
def test_a_file_that_is_not_there(run: Run, command: str) -> None:
    done = run(command, *TAKING_FILES[command], code=2)
    assert "none" in done.stderr or "folder" in done.output


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_that_is_not_there(run: Run, command: str) -> None:
    run(command, "--no-such-option", code=2)


@pytest.mark.parametrize(
    ("typed", "meant"), [("chek", "check"), ("grpah", "graph"), ("autoregister", "auto-register"), ("qoute", "quote")]
)
def test_a_mistyped_command(run: Run, typed: str, meant: str) -> None:
    assert f"No such command '{typed}'. Did you mean '{meant}'?" in run(typed, code=2).stderr


def test_a_command_like_no_other(run: Run) -> None:
    done = run("xyzzy", code=2)
    assert "No such command 'xyzzy'" in done.stderr
    assert "Did you mean" not in done.stderr


def test_quote_says_what_it_wrote(write: Write, run: Run) -> None:
    write("#- a.toml\n!x = 1\n#- sub/b.toml\n@y = 1\n")
    assert run("quote", ".").stdout == "wrote a_overrode.toml\nwrote sub/b_overrode.toml\n"
    assert run("quote", "sub", "--override").stdout == "changed sub/b.toml\n"
    assert run("quote", "sub", "--override").stdout == ""


def test_copies_are_configs_only_when_they_are_named(project: Path, run: Run) -> None:
    run("quote", "configs")
    (project / "configs" / "own_overrode.toml").write_text("[Model.FCN]\nlayers = 1\n")
    assert "2 files checked" in run("check", ".", code=1).stdout
    assert "1 file checked" in run("check", "configs/run_overrode.toml").stdout
    assert "run_overrode" not in run("list", "--used-by", ".", code=2).output
