"""Fixtures of the index tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from index_kit import Project


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root, tmp_path / "cache")


@pytest.fixture
def project(empty: Project) -> Callable[..., Project]:
    """Write files and index them."""

    def make(text: str, **options: Any) -> Project:
        empty.write(text)
        return empty.build(**options)

    return make
