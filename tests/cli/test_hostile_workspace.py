"""A workspace of somebody who means harm: commands end, say what is wrong, and touch nothing else."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_kit import Run

from excore import config, workspace
from excore.errors import ConfigError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such files")

PLACES = (
    *("configs/x.toml", ".excore.toml", "pyproject.toml", "things/more.py", "things/nets.py", "configs/run.toml"),
    *(".venv/pyvenv.cfg", ".venv/lib/python3.11/site-packages/a.pth", "dump.json"),
)
COMMAND_LINES: dict[str, list[str]] = {
    "blame": ["configs/run.toml", "Model.FCN"],
    "diff": ["configs/run.toml", "configs/run.toml"],
    **{name: ["configs/run.toml"] for name in ("format", "graph", "python", "quote", "show", "stubs")},
    "generate-typehints": ["--force"],
    "init": ["-r", "*Model"],
    **{name: [] for name in ("auto-register", "cache-dir", "cache-list", "check", "clear-all-cache", "clear-cache")},
    **{name: [] for name in ("config-extension", "generate-registries", "list", "primary-fields", "registries")},
    **{name: [] for name in ("schema", "update")},
}


@pytest.fixture
def terminal() -> Iterator[str]:
    """A terminal that nobody types at."""
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize("kind", ["pipe", "zero", "terminal", "terabyte", "folder", "loop"])
def test_no_file_is_waited_for_or_read_without_end(project: Path, run: Run, terminal: str, kind: str) -> None:
    make: dict[str, Callable[[Path], object]] = {
        "pipe": os.mkfifo,
        "zero": lambda path: path.symlink_to("/dev/zero"),
        "terminal": lambda path: path.symlink_to(terminal),
        "terabyte": sparse,
        "folder": Path.mkdir,
        "loop": lambda path: path.symlink_to(path),
    }
    for place in PLACES:
        path = project / place
        before = path.read_bytes() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        file = project / ".excore.toml"
        settings = file.read_text() if place != ".excore.toml" else ""
        if place == "dump.json":
            file.write_text(f'registry_cache_file = "dump.json"\n{settings}')
        make[kind](path)
        done = run("check", ".", code=None)
        assert done.exit_code in (0, 1, 2), (place, done.output)
        if place == "configs/run.toml" and kind != "folder":
            assert "configs/run.toml" in done.output
            named = run("check", "configs/run.toml", code=None).output
            assert kind != "terabyte" or "larger than 16 MB" in named
        if kind == "folder":
            path.rmdir()
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)
        if place == "dump.json":
            file.write_text(settings)


def test_millions_of_mistakes_are_told_in_short(project: Path, run: Run) -> None:
    """Of a long line a part is shown, of many problems the worst; too many lines or items are one problem."""
    path = project / "configs" / "long.toml"
    path.write_text(
        f"_spare = 1\n[Model.FCN]\nx = {{ {'a = 1, ' * 1501}b = '{'x' * 10_000}' }}\ny = = = {'z' * 1000}\n"
    )
    output = run("check", "configs/long.toml", code=1).output
    assert output.count("`a` is given twice") == 999
    assert re.search(r"\(and 50\d more problems in this file\)", output)
    assert "1 file checked: 1000 errors" in output
    assert max(map(len, output.splitlines())) < 300
    with pytest.raises(ConfigError) as caught:
        config.load(str(path))
    assert len(str(caught.value)) < 60_000
    assert len(caught.value.problems) > 1500
    for text in ("x = 1\n" * 400_001, "x = 1\r" * 400_001, f"x = [{'1, ' * 400_001}]"):
        path.write_text(f"[Model.FCN]\n{text}")
        output = run("check", "configs/long.toml", code=1).output
        assert "the file cannot be read: more than 400,000 lines and items of lists" in output
        assert len(output) < 500


def test_the_mark_of_a_cache_is_read_as_any_file(project: Path, tmp_path: Path, run: Run) -> None:
    marks = [tmp_path / "caches" / "excore" / name / "workspace.json" for name in ("one", "two", "three")]
    for mark in marks:
        mark.parent.mkdir(parents=True)
    os.mkfifo(marks[0])
    marks[1].symlink_to("/dev/zero")
    sparse(marks[2])
    for command in (["cache-list"], ["config-extension"], ["clear-cache", "-y"], ["clear-all-cache", "-y"]):
        run(*command)
    assert all(os.path.lexists(mark) for mark in marks)


@pytest.mark.parametrize("command", COMMAND_LINES)
def test_a_disk_that_takes_nothing_is_told(project: Path, run: Run, command: str) -> None:
    import resource
    import signal

    arguments = COMMAND_LINES[command]
    if command == "init":
        (project / ".excore.toml").unlink()
    if command == "schema":
        arguments = ["-o", "schema.json"]
    (project / "configs/run.toml").write_text("[Model.FCN]\n!head   = 'Top'\nlayers = 4\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        done = run(command, *arguments, code=None, input="\n" * 9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert done.exit_code in (0, 1) or "File too large" in done.output, done.output


@pytest.mark.parametrize("command", COMMAND_LINES)
def test_a_folder_that_is_gone_is_told(
    project: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = run(command, *COMMAND_LINES[command], code=2)
    assert "the current folder is gone" in done.stderr or "no such file" in done.stderr, done.output
    os.chdir(project)
    workspace.reset()
