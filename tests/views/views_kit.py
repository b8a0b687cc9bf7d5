"""Views of fixtures and of the examples."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from excore.lang.resolve.model import Model
from excore.lang.workspace.snapshot import Snapshot
from excore.views.diff import diff
from excore.views.graph import Graph, graph
from excore.views.python_code import python_code
from kit import open_project, path_of, world

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "examples" / "quickstart"
CONFIGS = sorted(path.name for path in (QUICKSTART / "configs").glob("*.toml"))


@cache
def quickstart() -> Snapshot:
    return open_project(QUICKSTART, "src").snapshot()


@cache
def every_config() -> tuple[tuple[Snapshot, str], ...]:
    """All configs of all examples with a snapshot of their project."""
    segmentation = ROOT / "examples" / "segmentation"
    other = open_project(segmentation, "src").snapshot()
    return tuple(
        (snapshot, str(path))
        for snapshot, root in ((quickstart(), QUICKSTART), (other, segmentation))
        for path in sorted((root / "configs").rglob("*.toml"))
    )


def example(name: str) -> Model:
    return quickstart().own_model(str(QUICKSTART / "configs" / name))


@cache
def recorded() -> dict[str, Any]:
    """What a build of each quickstart config makes, and what its Python makes; see ``recording``."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        pairs = []
        for name in CONFIGS:
            code = Path(folder, name).with_suffix(".py")
            code.write_text(python_code(example(name)).text, encoding="utf-8")
            pairs += [f"configs/{name}", str(code)]
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("recording.py")), *pairs],
            cwd=QUICKSTART,
            env=os.environ | {"QUICKSTART_DATA": "data"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def code(text: str, name: str = "run.toml") -> str:
    """The Python of a config of a fixture, without imports."""
    return python_code(world(text).snapshot.own_model(path_of(name))).text


def statements(text: str) -> str:
    """The Python of a fixture's ``run.toml`` between imports and results."""
    lines = code(text).split("\n")
    kept = [line for line in lines if not line.startswith(("import ", "from ", "fields = ", "info = "))]
    return "\n".join(line for line in kept if line)


def drawn(text: str, name: str = "run.toml") -> Graph:
    return graph(world(text).snapshot.own_model(path_of(name)))


def arrows(text: str) -> list[str]:
    """The edges of a fixture's ``run.toml`` as ``FCN.backbone -> ResNet``; the second of a name is ``ResNet#2``."""
    found = drawn(text)
    names: dict[str, str] = {}
    for node in found.nodes:
        count = sum(1 for other in names.values() if other.split("#")[0] == node.name)
        names[node.id] = node.name if not count else f"{node.name}#{count + 1}"
    return [f"{names[edge.source]}.{edge.label} -> {names[edge.target]}" for edge in found.edges]


def changes(before: str, after: str) -> list[str]:
    """The difference of two fixtures' ``run.toml``."""
    old, new = (world(text).snapshot.own_model(path_of("run.toml")) for text in (before, after))
    return [
        f"{change.key}: {change.before.value if change.before else None} -> "
        f"{change.after.value if change.after else None}"
        for change in diff(old, new)
    ]
