"""The README's example, taken from its text, does what the README says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
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


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel is built from, in a folder that nothing else uses."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("clone")
    for name in ("excore_core", "server", "examples", "docs", "editors/nvim"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


INSTALLING = dict.fromkeys(
    block
    for page in (README, ROOT / "docs" / "start.md")
    for block in re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    if "pip install" in block
)


@pytest.mark.parametrize("lines", INSTALLING)
def test_its_lines_install_from_a_clone(lines: str, clone: Path, project: Path, tmp_path: Path) -> None:
    """Nothing comes from an index: the new environment sees the libraries of this one, and what builds the wheel."""
    home = tmp_path / "env"
    venv.create(home, symlinks=True)
    env = {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.defpath}", "PIP_NO_INDEX": "1"}
    python = home / "bin" / "python"

    def said(*command: str | Path, cwd: Path) -> str:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    packages = Path(said(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home))
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    pip = home / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{python}" -m pip "$@" --no-build-isolation --quiet\n', "utf-8")
    pip.chmod(0o755)
    said("sh", "-ec", lines, cwd=clone)
    assert said("sh", "-c", "command -v excore-server", cwd=clone) == f"{home}/bin/excore-server"
    assert said(home / "bin" / "excore", "explain", "wrong-type", cwd=project).startswith("# `wrong-type`\n")
    assert said(home / "bin" / "excore", "check", "configs/", cwd=project).endswith("no problems")
    installed = Path(said(python, "-c", "import excore_server; print(excore_server.__file__)", cwd=project))
    assert installed.is_relative_to(clone if " -e " in lines else packages)


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


def test_the_hook_for_pre_commit_finds_a_slip(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    program = Path(sys.executable).with_name("pre-commit")
    if not program.exists():
        pytest.skip("pre-commit is not installed")
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    (hook,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (project / ".pre-commit-config.yaml").write_text(hook, "utf-8")
    run(project, "git", "init", "--quiet")
    path = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit"))}
    config = project / "configs" / "fcn.toml"
    for text, code in ((config.read_text("utf-8"), 0), ("[Model.FCM]\n", 1)):
        config.write_text(text, "utf-8")
        run(project, "git", "add", "--all")
        done = subprocess.run(
            [str(program), "run", "--all-files"], cwd=project, env=env, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert ("unknown-class" in done.stdout) == bool(code)


def test_its_pictures_move_and_are_small() -> None:
    pictures = [ROOT / name for name in re.findall(r"\]\(([\w/]+\.gif)\)", README.read_text("utf-8"))]
    assert len(pictures) == 2
    for picture in pictures:
        content = picture.read_bytes()
        assert len(content) < 1_000_000
        assert content.startswith(b"GIF89a")
        assert content.count(b"\x21\xf9\x04") > 20  # frames
