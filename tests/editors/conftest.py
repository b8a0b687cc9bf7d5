"""Fixtures of the editor tests."""

from __future__ import annotations

from pathlib import Path

import pytest
import tools
import vscode
from editor_kit import SCREENSHOTS, copy_quickstart, found


@pytest.fixture
def screenshots() -> Path:
    """The folder that keeps what the editors looked like."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    return copy_quickstart(tmp_path)


@pytest.fixture(scope="session")
def programs() -> vscode.Programs:
    return vscode.Programs(
        node=found(tools.node),
        browser=found(tools.browser),
        drivers=found(tools.drivers),
        vscode=found(tools.vscode_server),
    )


@pytest.fixture(scope="session")
def vsix() -> Path:
    found(tools.extension_modules)
    return vscode.package()
