"""The pages about training do what they say: their files are written, their commands run, their output is compared.

PyTorch is in an environment of its own. Where a page shows nothing below a command, it must only succeed.
"""

from __future__ import annotations

import doctest
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_kit import DOCS, ROOT, Code, codes

TRAINING = DOCS / "training"
# Runs the cells that it is given, as a notebook does: in `__main__`, which has no file, all in one process.
KERNEL = """
import json, sys
for cell in json.load(sys.stdin):
    exec(compile(cell, "<cell>", "exec"), globals())
"""


def page(name: str) -> list[Code]:
    return codes((TRAINING / f"{name}.md").read_text("utf-8"))


def write(folder: Path, *names: str) -> None:
    """The files of pages."""
    for block in (block for name in names for block in page(name) if block.title):
        path = folder / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")


def shown(name: str) -> Iterator[tuple[str, str]]:
    """The commands of a page with what stands below them."""
    for block in page(name):
        if block.language == "console":
            for text in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, output = text.partition("\n")
                yield command, output


def environment(tmp_path: Path, *programs: Path, **more: str) -> dict[str, str]:
    """``programs`` are folders that come first in PATH. Nothing is asked of a network, and one thread is enough."""
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    own = {"HOME": str(tmp_path), "OMP_NUM_THREADS": "1", "PIP_NO_INDEX": "1", "WANDB_ERROR_REPORTING": "false"}
    return {**os.environ, "PATH": path, **own, **more}


def with_torch(torch_python: str, tmp_path: Path) -> dict[str, str]:
    """The environment with PyTorch, and this code."""
    code = os.pathsep.join([str(ROOT / "excore_core"), str(ROOT / "server")])
    return environment(tmp_path, Path(torch_python).parent, PYTHONPATH=code)


def fresh(tmp_path: Path, libraries: str) -> dict[str, str]:
    """A new environment that sees the libraries of another one; its pip takes what builds packages from there, too."""
    home = tmp_path / "env"
    venv.create(home, symlinks=True)
    programs = home / "bin"
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(libraries, "utf-8")
    for name, options in (("pip", "--no-build-isolation --quiet"), ("excore", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{programs}/python" -m {name} "$@" {options}\n', "utf-8")
        program.chmod(0o755)
    return environment(tmp_path, programs, PYTHONPATH="")


def said(command: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True)


def check_commands(name: str, folder: Path, env: dict[str, str]) -> None:
    for command, output in shown(name):
        done = said(command, folder, env)
        agrees = doctest.OutputChecker().check_output(output, done.stdout, doctest.ELLIPSIS)
        assert agrees if output else done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("name", ["index", "distributed", "workers", "checkpoints", "logging", "seeds"])
def test_a_page_does_what_it_says(name: str, torch_python: str, tmp_path: Path) -> None:
    write(tmp_path, "index", name)
    check_commands(name, tmp_path, with_torch(torch_python, tmp_path))


def test_notebooks(torch_python: str, tmp_path: Path) -> None:
    """Each cell prints what stands below it; the one that registers a class is run twice."""
    write(tmp_path, "index")
    (tmp_path / "notebooks").mkdir()
    blocks = page("notebooks")
    cells = [block.text for block in blocks if block.language == "python"]
    (registering,) = [cell for cell in cells if "register()" in cell]
    cells.insert(cells.index(registering), registering)
    env = with_torch(torch_python, tmp_path)
    run = [torch_python, "-c", KERNEL]
    done = subprocess.run(
        run, cwd=tmp_path / "notebooks", env=env, input=json.dumps(cells), capture_output=True, text=True
    )
    assert done.stdout == "".join(block.text for block in blocks if block.language == "text"), done.stderr


def test_docker(torch_python: str, tmp_path: Path) -> None:
    """There is no Docker here: what the file copies, runs and starts is done in a folder and a new environment that
    stand for the image. Not tried: the image it begins with, the installing of PyTorch, and `docker` itself."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    context, image = tmp_path / "context", tmp_path / "image"
    image.mkdir()
    write(context, "index", "docker")
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(context)]
    subprocess.run(wheel, cwd=ROOT, check=True, capture_output=True)
    ask = [torch_python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    env = fresh(tmp_path, subprocess.run(ask, check=True, capture_output=True, text=True).stdout)
    start: list[str] = []
    (text,) = [block.text for block in page("docker") if block.title == "Dockerfile"]
    for line in text.splitlines():
        instruction, _, rest = line.partition(" ")
        rest = rest.replace("/app", str(image)).replace("/outputs", str(tmp_path / "outputs"))
        if instruction == "ENV":
            env |= dict(word.split("=", 1) for word in shlex.split(rest))
        elif instruction == "COPY":
            *sources, target = rest.split()
            found = [Path(name) for source in sources for name in glob.glob(str(context / source))]
            assert len(found) >= len(sources), line
            for path in found:
                copy = shutil.copytree if path.is_dir() else shutil.copy
                copy(path, image / target)
        elif instruction == "RUN":
            done = said(rest, image, env)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        elif instruction in ("ENTRYPOINT", "CMD"):
            start += json.loads(rest)
        else:
            assert line in ("FROM python:3.12-slim", "WORKDIR /app")
    done = subprocess.run([*start, "epochs=1"], cwd=image, env=env, capture_output=True, text=True)
    assert done.stdout.startswith("MLP, loss "), done.stderr
    assert (tmp_path / "outputs" / "config.toml").is_file()
    assert list((image / ".cache").rglob("registry*")), "excore auto-register writes where the image can be read"


def test_libraries(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds the library, is not installed")
    write(tmp_path, "libraries")
    libraries = [sysconfig.get_path("purelib"), str(ROOT / "excore_core"), str(ROOT / "server")]
    env = fresh(tmp_path, "\n".join(libraries))
    check_commands("libraries", tmp_path / "project", env)
