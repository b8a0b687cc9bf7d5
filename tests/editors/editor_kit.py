"""What the editor tests share: the example project, the programs, and where screenshots go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import tools

Found = TypeVar("Found")

SCREENSHOTS = tools.REPOSITORY / ".artifacts" / "screenshots"


def found(finder: Callable[[], Found]) -> Found:
    """What a finder of `tools` returns. Without it the test is skipped; on CI, where it must be, the test fails."""
    try:
        return finder()
    except tools.Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


def copy_quickstart(folder: Path) -> Path:
    """A copy of the example project with one misspelt name, and with TOML files of other tools beside its configs."""
    target = folder / "quickstart"
    ignored = shutil.ignore_patterns("__pycache__", ".venv", "runs")
    shutil.copytree(tools.REPOSITORY / "examples" / "quickstart", target, ignore=ignored)
    config = target / "configs" / "fcn_resnet.toml"
    text = config.read_text("utf-8")
    assert text.count('"SimpleHead"') == 1
    config.write_text(text.replace('"SimpleHead"', '"SimpleHed"'), "utf-8")
    (target / "pyproject.toml").write_text('[project]\nname = "quickstart"\nversion = "1"\n', "utf-8")
    (target / "Cargo.toml").write_text('[package]\nname = "quickstart"\n', "utf-8")
    return target
