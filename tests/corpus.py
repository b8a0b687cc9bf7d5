"""All configs that tests and examples hold, for what must be true of every config.

Fixtures are found in the sources of the tests, so one that is written for any test counts here too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from excore.lang.workspace.host import Host, Snapshot
from kit import ROOT, examples, open_project, path_of, world

TESTS = Path(__file__).resolve().parent
EXAMPLES = TESTS.parent / "examples"
_IS_CONFIG = re.compile(r"<\|>|^#- |^\s*\[[^\]\n]+\]\s*(#.*)?\n", re.MULTILINE)
_ANNOTATION = re.compile(r"^#?[ \t]+\^+[ \t].*\n", re.MULTILINE)


@dataclass(frozen=True)
class Config:
    """One config, open in a host that knows the files beside it and its Python.

    ``seen`` is how much of its beginning the config before it has too, with the same files beside it.
    """

    host: Host
    path: str
    text: str
    seen: int = 0

    @property
    def snapshot(self) -> Snapshot:
        return self.host.snapshot()


@lru_cache
def written() -> tuple[str, ...]:
    """Every text in the sources of the tests that is a fixture or looks like a config, each once."""
    found: dict[str, None] = {}
    for path in sorted(TESTS.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        known: dict[str, str] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                text = _text(node.value, known)
                if text is not None:
                    known[node.targets[0].id] = text
        for each in _whole(tree):
            text = _text(each, known)
            if text is not None and _IS_CONFIG.search(text):
                found[_ANNOTATION.sub("", text)] = None
    return tuple(found)


def _whole(tree: ast.AST) -> Iterator[ast.AST]:
    """Strings, names of strings and sums of these that are not part of a sum."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Constant, ast.BinOp, ast.Name)):
            yield node
        if not isinstance(node, ast.BinOp):
            yield from _whole(node)


def _text(node: ast.AST, known: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left, known), _text(node.right, known)
        return None if left is None or right is None else left + right
    return None


@lru_cache
def fixtures() -> tuple[Config, ...]:
    """Every config of every fixture, once with the same files beside it."""
    found: dict[tuple[str, str], Config] = {}
    for text in written():
        here = world(text, environment={"HOME": "/root", "N": "1"})
        files = here.fixture.files
        for name in here.fixture.configs:
            beside = repr([name, *sorted(one for one in files.items() if one[0] != name)])
            found.setdefault((beside, files[name]), Config(here.host, path_of(name), files[name]))
    made: list[Config] = []
    last, before = "", ""
    for beside, text in sorted(found):
        seen = common(before, text) if beside == last else 0
        made.append(replace(found[beside, text], seen=seen))
        last, before = beside, text
    return tuple(made)


def common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


@lru_cache
def projects() -> tuple[Host, ...]:
    """The example projects, with all their configs open."""
    hosts = []
    for root in sorted({path.parent for path in EXAMPLES.glob("*/.excore.toml")}):
        host = open_project(root, "src")
        for path in examples():
            if root in path.parents:
                host.open(str(path), path.read_text("utf-8"))
        hosts.append(host)
    return tuple(hosts)


@lru_cache
def configs() -> tuple[Config, ...]:
    """``fixtures`` and the configs of the examples."""
    shown = [Config(host, path, file.text) for host in projects() for path, file in host.open_files.items()]
    return (*fixtures(), *shown)


def python_files() -> Iterator[tuple[Snapshot, str, dict[str, str]]]:
    """Snapshot, root and Python texts by path: of the examples, and of the usual project of fixtures."""
    for host in projects():
        (root,) = host.folders
        yield host.snapshot(), root, {str(path): path.read_text("utf-8") for path in sorted(Path(root).rglob("*.py"))}
    here = world("[Model.FCN]\n!backbone = 'ResNet'\n")
    files = {path_of(name): text for name, text in here.fixture.files.items() if name.endswith(".py")}
    yield here.snapshot, ROOT, files
