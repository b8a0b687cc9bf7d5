"""The recipes of the documentation, to be run as they are written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import tools

PAGE = tools.REPOSITORY / "docs" / "editors" / "setup.md"
LIMIT = 60.0


def recipe(heading: str) -> str:
    """The first block of code below a heading."""
    _, _, section = PAGE.read_text("utf-8").partition(f"### {heading}\n")
    assert section, heading
    return section.split("```", 2)[1].partition("\n")[2]


def environment(home: Path) -> dict[str, str]:
    """Everything an editor writes goes below ``home``; ``excore-server`` is the one of these tests."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CONDA_PREFIX", "VIMINIT"}}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    own = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("STATE", "CONFIG", "DATA", "CACHE")}
    return {**kept, **own, "HOME": str(home), "VIRTUAL_ENV": sys.prefix, "PATH": path, "LANG": "C.UTF-8"}
