"""``excore format``: files on disk; what a layout is, is tested with the language."""

from __future__ import annotations

from pathlib import Path

from cli_kit import Run

UNTIDY = "[Model.FCN]\r\n!backbone='ResNet'   # why\r\n"
TIDY = "[Model.FCN]\r\n!backbone = 'ResNet'   # why\r\n"


def test_cli_format_changes_files_and_nothing_else(folder: Path, run: Run) -> None:
    config = folder / "configs" / "run.toml"
    config.parent.mkdir()
    config.write_bytes(UNTIDY.encode())
    (folder / "configs" / "pyproject.toml").write_text("a=1\n")
    done = run("format", "configs")
    assert "changed configs/run.toml" in done.stdout.replace("\\", "/")
    assert config.read_bytes() == TIDY.encode()
    assert (folder / "configs" / "pyproject.toml").read_text() == "a=1\n"
    assert run("format", "configs").stdout == ""


def test_cli_format_check_writes_nothing(folder: Path, run: Run) -> None:
    config = folder / "run.toml"
    config.write_bytes(UNTIDY.encode())
    done = run("format", "--check", "run.toml", code=1)
    assert "would change run.toml" in done.stdout
    assert config.read_bytes() == UNTIDY.encode()
    config.write_bytes(TIDY.encode())
    run("format", "--check", "run.toml")


def test_cli_format_leaves_broken_files_alone(folder: Path, run: Run) -> None:
    broken = folder / "run.toml"
    broken.write_text("[Model.FCN\n")
    done = run("format", code=1)
    assert "left alone" in done.stderr
    assert broken.read_text() == "[Model.FCN\n"
    assert "no such file" in run("format", "nowhere.toml", code=2).stderr


def test_cli_format_indents_as_asked(folder: Path, run: Run) -> None:
    config = folder / "run.toml"
    config.write_text("a = [\n1\n]\n")
    run("format", "--indent", "2")
    assert config.read_text() == "a = [\n  1,\n]\n"
