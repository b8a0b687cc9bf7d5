"""The migration pages as someone follows them: their command turns what stands before into what stands after."""

from __future__ import annotations

import ast
import shlex
from pathlib import Path

import pytest
from docs_kit import DOCS, codes, pairs, write_project
from typer.testing import CliRunner

from excore.cli.main import app


@pytest.mark.parametrize("name", ["mmengine", "hydra"])
def test_the_command_of_a_migration_page_gives_what_it_shows(name: str, folder: Path) -> None:
    page = DOCS / "migrate" / f"{name}.md"
    blocks = codes(page.read_text("utf-8"))
    before = next(code for code in blocks if code.title.startswith("before."))
    program, *words = shlex.split(next(code.text for code in blocks if code.language == "sh"))
    assert program == "excore"
    write_project(folder)
    source, target = folder / words[1], folder / words[3]
    source.mkdir()
    (source / before.title).write_text(before.text, "utf-8")
    result = CliRunner().invoke(app, words)
    assert "1 of 1 files converted and proved equal" in result.output
    shown = CliRunner().invoke(app, ["python", str(target / "before.toml")]).output
    after = next(pairs(page)).python.replace("Model =", "model =").replace("TrainData =", "train_data =")
    assert ast.unparse(ast.parse(after)) in ast.unparse(ast.parse(shown))
