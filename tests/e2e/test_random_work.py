"""A small budget of what `make torture` does for long."""

from __future__ import annotations

from pathlib import Path

from torture import Torture


def test_random_work_ends_where_a_fresh_server_begins(tmp_path: Path) -> None:
    assert Torture(tmp_path / "project", seed=20).run(cases=250) >= 250
