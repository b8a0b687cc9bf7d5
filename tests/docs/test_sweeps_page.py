"""The page about sweeps says what `excore sweep` says, and its training code runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from docs_kit import DOCS, HERE, codes, write_project
from typer.testing import CliRunner

from excore import workspace
from excore.cli.main import app


def test_the_page_about_sweeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(HERE / "stubs"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE / "stubs"), *sys.path]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    workspace.reset()
    write_project(tmp_path)
    shown = []
    for block in codes((DOCS / "guide" / "sweeps.md").read_text("utf-8")):
        if block.title:
            (tmp_path / block.title).write_text(block.text, "utf-8")
        if block.language == "console":
            command, _, output = block.text.partition("\n")
            shown.append((command.removeprefix("$ excore ").split(), output.strip()))
    for words, output in shown[:2]:
        assert output in CliRunner().invoke(app, words).output
    checked = CliRunner().invoke(app, ["sweep", "search.toml"])
    assert "8 trials, nothing wrong" in checked.output
    for (given, _), end in zip(shown[2:], ("7 done", "search/results.json"), strict=True):
        done = CliRunner().invoke(app, [sys.executable if word == "python" else word for word in given])
        assert end in done.output, (tmp_path / "outputs/depths/000/log.txt").read_text("utf-8")
        assert "failed" not in done.output
    assert (tmp_path / "outputs/search/study.journal").is_file()
    workspace.reset()
