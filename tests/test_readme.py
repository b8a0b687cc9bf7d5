"""The README's example, taken from its text, does what the README says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
FILES = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the files that the README shows."""
    for name, text in FILES.findall(README.read_text("utf-8")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def run(project: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


def check(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(project, Path(sys.executable).with_name("excore"), "check", *options, "configs/")


def test_it_trains(project: Path) -> None:
    done = run(project, sys.executable, "train.py")
    assert done.stdout == "101 19\n", done.stderr


def test_its_config_is_right(project: Path) -> None:
    done = check(project)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_speaks_json(project: Path) -> None:
    assert "excore check --format json configs/" in README.read_text("utf-8")
    done = check(project, "--format", "json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


@pytest.mark.parametrize(("right", "wrong"), [("depth", "depht"), ("FCN", "FCM")])
def test_a_slip_is_found_and_the_right_name_proposed(project: Path, right: str, wrong: str) -> None:
    config = project / "configs" / "fcn.toml"
    text = config.read_text("utf-8")
    assert right in text
    config.write_text(text.replace(right, wrong), "utf-8")
    done = check(project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "fcn.toml" in done.stdout
    assert wrong in done.stdout
    assert right in done.stdout
