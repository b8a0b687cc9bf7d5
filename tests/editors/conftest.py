"""Fixtures of the editor tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_kit import SCREENSHOTS, copy_quickstart


@pytest.fixture
def screenshots() -> Path:
    """The folder that keeps what the editors looked like."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    return copy_quickstart(tmp_path)
