"""The demo: its example is there however ExCore was installed, and its answers read well without colours (X5)."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from excore.cli.demo_view import plain

ROOT = Path(__file__).resolve().parents[2]
KEPT = (".toml", ".py", ".md", ".png", ".svg", ".lua", ".txt", "")


def test_markdown_without_a_terminal_shows_no_marks() -> None:
    text = "```python\nclass A(\n    x: int,\n)\n```\n\nA **big** `x`, as in ``a`b``.\n\n- **x** (`int`): 2 * 3 * 4"
    assert plain(text) == "class A(\n    x: int,\n)\n\nA big x, as in a`b.\n\n- x (int): 2 * 3 * 4"


def test_stars_in_code_stay() -> None:
    assert plain("```python\ndef f(**kw, `**`)\n```") == "def f(**kw, `**`)"


def test_a_wheel_brings_the_example_and_the_documentation(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)

    def said(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    shipped = installed / "excore" / "_shipped"
    code = "from excore.tooling.shipped import *; print(shipped('examples/quickstart')); print(page_text('wrong-type'))"
    example, page = said("-c", code).split("\n", 1)
    assert Path(example) == shipped / "examples" / "quickstart"
    assert page.startswith("# `wrong-type`")
    assert Path(said("-m", "excore.cli.main", "editor", "nvim")) == shipped / "editors" / "nvim"
    for name in ("examples/quickstart", "docs", "editors/nvim"):
        source = ROOT / name
        wanted = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix in KEPT}
        assert {path.relative_to(shipped / name) for path in (shipped / name).rglob("*") if path.is_file()} == wanted
