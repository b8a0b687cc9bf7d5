"""The documentation as tests read it: its pages, their code blocks, and the project that the examples belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HERE = Path(__file__).resolve().parent

_FENCE = re.compile(r"^( *)```(\w+)(?: title=\"([^\"]*)\")?[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+?)(?: \{ #([\w-]+) \})?$", re.MULTILINE)
_PAIR = re.compile(r"^<div class=\"grid\" markdown>$(.*?)^</div>$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Code:
    """A fenced block: its language, its title (a file name, where there is one) and its text."""

    language: str
    title: str
    text: str


def pages() -> list[Path]:
    """Every page that people wrote."""
    return sorted(DOCS.rglob("*.md"))


def codes(text: str) -> list[Code]:
    """The fenced blocks of a text, in order."""
    return [Code(found[2], found[3] or "", _dedent(found[4], len(found[1]))) for found in _FENCE.finditer(text)]


def _dedent(text: str, width: int) -> str:
    return "\n".join(line[width:] for line in text.split("\n"))


@dataclass(frozen=True)
class Pair:
    """Configs beside the Python they stand for; the first config is the one that is loaded."""

    name: str
    configs: tuple[tuple[str, str], ...]
    python: str


def pairs(page: Path) -> Iterator[Pair]:
    """The pairs of a page, named after the heading they stand under."""
    text = page.read_text("utf-8")
    for number, found in enumerate(_PAIR.finditer(text), 1):
        heading = _HEADING.findall(text[: found.start()])[-1][0]
        blocks = codes(found[1])
        configs = tuple((code.title or "run.toml", code.text) for code in blocks if code.language == "toml")
        python = "\n".join(code.text for code in blocks if code.language == "python")
        yield Pair(f"{page.relative_to(DOCS)}-{number}-{heading}", configs, python)


@dataclass(frozen=True)
class Outcome:
    """Configs above what `excore check` reports of them."""

    name: str
    configs: tuple[tuple[str, str], ...]
    report: list[str]


def outcomes(page: Path) -> Iterator[Outcome]:
    """The configs of a page that a block of plain text follows, named after the heading they stand under."""
    text = page.read_text("utf-8")
    configs: list[tuple[str, str]] = []
    end = 0
    for found in _FENCE.finditer(text):
        if text[end : found.start()].strip():
            configs = []
        end = found.end()
        if found[2] == "toml":
            configs.append((found[3] or "run.toml", found[4]))
        elif found[2] == "text" and configs:
            heading = _HEADING.findall(text[: found.start()])[-1][0]
            yield Outcome(heading, tuple(configs), found[4].splitlines())


def anchors(page: Path) -> list[str]:
    """The anchors that headings of a page give themselves, in order."""
    return [anchor for _, anchor in _HEADING.findall(page.read_text("utf-8")) if anchor]


def sections(text: str) -> dict[str, str]:
    """Heading of the second level -> what stands under it."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def write_project(folder: Path, files: dict[str, str] | None = None) -> None:
    """The project of the examples: its Python, a project file, and `files` besides or instead."""
    (folder / "zoo.py").write_text((HERE / "zoo.py").read_text("utf-8"), "utf-8")
    (folder / ".excore.toml").write_text((HERE / "project.toml").read_text("utf-8"), "utf-8")
    for name, text in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def shape(value: object, seen: dict[int, int] | None = None) -> object:
    """What a value is made of: classes, arguments, and which objects are the same one (by number of first sight)."""
    seen = {} if seen is None else seen
    if isinstance(value, dict):
        return {key: shape(inner, seen) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *(shape(inner, seen) for inner in value)]
    given = getattr(value, "given", None)
    if not isinstance(given, dict):
        return value
    if id(value) in seen:
        return f"#{seen[id(value)]}"
    number = seen[id(value)] = len(seen)
    return {f"#{number} {type(value).__name__}": {name: shape(given[name], seen) for name in sorted(given)}}
