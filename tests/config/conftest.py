"""Fixtures of the config tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from config_kit import Project, project


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Project]:
    """A small project as the running program."""
    with project(tmp_path) as made:
        yield made
