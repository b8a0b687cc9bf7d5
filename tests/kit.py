"""Fixtures as people read them: one string holds the files, the cursor and the expected answer.

``#- name`` begins a file, ``<|>`` is the cursor, ``«»`` marks ranges in expectations. Under a line of a config,
``#   ^^^^ severity code`` expects a problem at that range (``^`` alone stands for one character or an empty range; the
``#`` is left out where the range begins with the line).
Annotations match exactly: nothing missing, nothing extra. Only ``check_*`` call the product.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from excore.index import Indexer
from excore.lang.catalog import Catalog, Location
from excore.lang.project.reading import load_project
from excore.lang.source import Disk, Unreadable
from excore.lang.workspace.host import Host, Snapshot
from excore_server.ide.completion.complete import complete
from excore_server.ide.completion.items import CompletionItem as Item
from excore_server.ide.definition import definition
from excore_server.ide.document_symbol import Symbol, document_symbols
from excore_server.ide.edits import Edit, applied
from excore_server.ide.hover import hover
from excore_server.ide.inlay_hint import USUAL, HintKind, inlay_hints
from excore_server.ide.locations import FileSpan, Goal, Jump
from excore_server.ide.references import references
from excore_server.ide.semantic_tokens import semantic_tokens

ROOT = os.path.join(os.sep, "project")
CURSOR = "<|>"
MODELS = '''
#- models.py
"""Everything a small config needs."""
from typing import Callable, Literal, Optional
from excore import Registry
MODEL = Registry("Model")
BACKBONE = Registry("Backbone")
HEAD = Registry("Head")
DATA = Registry("Data")
HOOK = Registry("Hook")

class Base:
    """What all backbones are."""
    out_channels: int = 8
    def __init__(self, channels: int = 3):
        self.channels = channels
    def freeze(self) -> None:
        """Train no more."""

@BACKBONE.register()
class ResNet(Base):
    """A residual network.

    Args:
        layers: Number of residual blocks.
        norm: Kind of normalisation.
    """
    def __init__(self, layers: int = 50, norm: Literal["bn", "gn"] = "bn", frozen: bool = False):
        self.layers = layers
    @classmethod
    def from_pretrained(cls) -> "ResNet": ...

@BACKBONE.register()
class VGG(Base):
    """A plain network."""
    def __init__(self, depth: int, **kwargs):
        super().__init__(**kwargs)

@HEAD.register()
class SimpleHead:
    """A head."""
    def __init__(self, in_channels: int = 8, act: Optional[Callable] = None): ...

@MODEL.register()
class FCN:
    """A fully convolutional network."""
    def __init__(self, backbone: Base, head=None, classes: int = 19): ...

@MODEL.register()
class SegNet:
    """Another network."""
    def __init__(self, backbone: Base, block: type[Base] = Base): ...

@HOOK.register()
def relu(x): ...
'''


@dataclass(frozen=True)
class Mark:
    """``^^^^ severity code`` under a line."""

    line: int
    start: int
    end: int
    severity: str
    code: str

    def __str__(self) -> str:
        return f"{self.line + 1}:{self.start + 1}-{self.end + 1} {self.severity} {self.code}"


@dataclass
class Fixture:
    """A parsed fixture. ``files`` are texts by name, without cursor and annotations."""

    files: dict[str, str] = field(default_factory=dict)
    cursor: tuple[str, int] | None = None
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    ranges: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def configs(self) -> list[str]:
        return [name for name in self.files if name.endswith(".toml") and not name.startswith(".")]


_MARK = re.compile(r"^#?\s*(\^+)\s+(error|warning|information|hint)\s+([a-z-]+)\s*$")


def parse(text: str) -> Fixture:
    """Read a fixture; text before the first ``#- name`` is the file ``run.toml``."""
    fixture = Fixture()
    name = "run.toml"
    lines: list[str] = []
    for line in [*textwrap.dedent(text).strip("\n").split("\n"), None]:
        if line is None or line.startswith("#- "):
            if lines or name in fixture.files:
                _add(fixture, name, lines)
            if line is not None:
                name, lines = line[3:].strip(), []
                fixture.files.setdefault(name, "")
        else:
            lines.append(line)
    return fixture


def _add(fixture: Fixture, name: str, lines: list[str]) -> None:
    kept: list[str] = []
    marks: list[Mark] = []
    for line in lines:
        found = _MARK.match(line) if name.endswith(".toml") else None
        if found is None:
            kept.append(line)
        else:
            marks.append(Mark(len(kept) - 1, found.start(1), found.end(1), found[2], found[3]))
    text = "\n".join(kept)
    text = text if text.endswith("\n") or CURSOR in (kept[-1] if kept else "") else text + "\n"
    written = ""
    opened: list[int] = []
    for piece in re.split(r"(<\|>|[«»])", text):
        if piece == CURSOR:
            assert fixture.cursor is None, "a fixture has one cursor"
            fixture.cursor = (name, len(written))
        elif piece == "«":
            opened.append(len(written))
        elif piece == "»":
            fixture.ranges.setdefault(name, []).append((opened.pop(), len(written)))
        else:
            written += piece
    fixture.files[name] = written
    fixture.marks[name] = marks


class Files:
    """A source that holds a fixture's files below ``ROOT``."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = {os.path.join(ROOT, name): text for name, text in files.items()}

    def read(self, path: str) -> str | Unreadable:
        text = self.files.get(path)
        return Unreadable("no such file", missing=True) if text is None else text

    def stamp(self, path: str) -> object:
        return self.files.get(path)


@dataclass
class World:
    """A fixture, known to a host with its Python indexed."""

    fixture: Fixture
    host: Host
    catalog: Catalog

    @property
    def snapshot(self) -> Snapshot:
        return self.host.snapshot()

    @property
    def cursor(self) -> tuple[str, int]:
        assert self.fixture.cursor is not None, "the fixture has no cursor"
        name, offset = self.fixture.cursor
        return path_of(name), offset

    def text(self, path: str) -> str:
        return self.fixture.files[os.path.relpath(path, ROOT)]


def path_of(name: str) -> str:
    """Absolute path of a fixture's file."""
    return os.path.join(ROOT, name)


def index(files: Mapping[str, str], search_paths: Iterable[str] = ()) -> Catalog:
    """The catalog of a fixture's Python files; nothing touches the disk."""
    indexer = Indexer(ROOT, use_cache=False, search_paths=tuple(search_paths))
    return indexer.update({path_of(name): text for name, text in files.items() if name.endswith(".py")})


_catalogs: dict[tuple[tuple[str, str], ...], Catalog] = {}


def world(text: str, *, base: str = MODELS, environment: Mapping[str, str] | None = None) -> World:
    """The fixture ``text`` with the Python of ``base``, unless it brings its own; all its configs are open."""
    fixture = parse(text)
    if not any(name.endswith(".py") for name in fixture.files):
        fixture.files = {**parse(base).files, **fixture.files}
    python = tuple(sorted((name, text) for name, text in fixture.files.items() if name.endswith(".py")))
    if python not in _catalogs:
        _catalogs[python] = index(dict(python))
    host = Host(Files(fixture.files), environment)
    host.folders[ROOT] = None
    for name in fixture.files:
        if name.endswith(".toml"):
            host.file_changed(path_of(name))
    declare_project(host, fixture.files)
    host.set_catalog(ROOT, _catalogs[python])
    for name in fixture.configs:
        host.open(path_of(name), fixture.files[name])
    return World(fixture, host, _catalogs[python])


def declare_project(host: Host, files: Mapping[str, str]) -> None:
    """Let a host have the project file of a fixture, if it brings one; its folder is not on the disk."""
    if ".excore.toml" in files:
        host.projects[ROOT] = load_project(path_of(".excore.toml"), host.source)


def examples() -> list[Path]:
    """Every config of the example projects."""
    root = Path(__file__).resolve().parents[1] / "examples"
    return sorted(path for path in root.rglob("*.toml") if not path.name.startswith("."))


def open_project(root: Path, src_dir: str = "") -> Host:
    """A host for a real folder, its Python indexed."""
    host = Host(Disk())
    host.add_folder(str(root))
    host.set_catalog(str(root), Indexer(root, src_dir=src_dir, use_cache=False).build())
    return host


# -- checks


def answer(text: str, **options: object) -> tuple[World, list[Item]]:
    """Completion items at the fixture's cursor."""
    here = world(text)
    path, offset = here.cursor
    return here, list(complete(here.snapshot, path, offset, **options).items)  # type: ignore[arg-type]


def check_completion(
    text: str,
    labels: str | list[str] | None = None,
    *,
    has: str = "",
    lacks: str = "",
    first: str = "",
    accept: tuple[str, str] | None = None,
    **options: object,
) -> None:
    """Compare completion at the cursor.

    ``labels`` are all labels in order (a string is split at blanks), ``has`` and ``lacks`` some of them, ``first`` the
    ones the list begins with. ``accept=(label, text)`` is the line, with stops, after taking one.
    """
    here, items = answer(text, **options)
    found = [item.label for item in items]
    if labels is not None:
        assert found == (labels.split() if isinstance(labels, str) else labels)
    assert [label for label in has.split() if label not in found] == [], found
    assert [label for label in lacks.split() if label in found] == []
    assert found[: len(first.split())] == first.split(), found
    if accept is not None:
        item = next(item for item in items if item.label == accept[0])
        assert lines_after(here, item) == textwrap.dedent(accept[1]).strip("\n")


def lines_after(here: World, item: Item) -> str:
    """The lines that accepting ``item`` changes, with its snippet stops as they are."""
    path, _ = here.cursor
    text = here.text(path)
    start = text.rfind("\n", 0, item.span.start) + 1
    end = text.find("\n", item.span.end)
    return text[start : item.span.start] + item.insert + text[item.span.end : end if end >= 0 else len(text)]


_STOP = re.compile(r"\$\{\d+:((?:\\.|[^}\\])*)\}|\$\{\d+\|((?:\\.|[^,|\\])*)[^}]*\|\}|\$\d+")


def unfold(item: Item) -> str:
    """The text an editor leaves when every stop of a snippet keeps its default."""
    if not item.snippet:
        return item.insert
    text = _STOP.sub(lambda found: found[1] or found[2] or "", item.insert)
    return re.sub(r"\\([\\$}])", r"\1", text)


def accepted(text: str, label: str) -> World:
    """The world after accepting a completion, defaults kept."""
    here, items = answer(text)
    item = next(item for item in items if item.label == label)
    path, _ = here.cursor
    here.host.edit(path, item.span.start, item.span.end, unfold(item))
    return here


def check_hover(text: str, *expected: str, lacks: str = "") -> None:
    """Hover at the cursor holds every expected text; with none there is no hover at all."""
    here = world(text)
    found = hover(here.snapshot, *here.cursor)
    if not expected:
        assert found is None, found
        return
    assert found is not None, "no hover"
    for part in expected:
        assert part in found.markdown, found.markdown
    assert not lacks or lacks not in found.markdown, found.markdown


def check_definition(text: str, *expected: str) -> None:
    """Definitions at the cursor as ``file:line  line with the «range» marked``; ``:line`` may be left out."""
    here = world(text)
    jumps = definition(here.snapshot, *here.cursor)
    wanted = [" ".join(line.split()) for line in expected]
    found = [shown(here, jump.goal) for jump in jumps]
    if not any(_NUMBERED.match(line) for line in wanted):
        found = [_NUMBER.sub("", line, count=1) for line in found]
    assert found == wanted
    for jump in jumps:
        check_origin(here, jump)


_NUMBERED = re.compile(r"\S+:\d+ ")
_NUMBER = re.compile(r"(?<=\w):\d+(?= )")


def check_origin(here: World, jump: Jump) -> None:
    """The range that was asked from holds the cursor."""
    _, offset = here.cursor
    assert jump.origin.start <= offset <= jump.origin.end


def shown(here: World, goal: Goal) -> str:
    """``file:line`` and the line with the target marked, blanks collapsed."""
    if isinstance(goal, Location):
        text = here.text(goal.path)
        line, start, end = goal.line, goal.column, goal.end_column
    else:
        text = here.text(goal.path)
        line = text.count("\n", 0, goal.span.start)
        start = goal.span.start - (text.rfind("\n", 0, goal.span.start) + 1)
        end = start + goal.span.end - goal.span.start
    source = text.split("\n")[line]
    marked = f"{source[:start]}«{source[start:end]}»{source[end:]}" if end > start else source
    return " ".join(f"{os.path.relpath(goal.path, ROOT)}:{line + 1} {marked}".split())


def check_goto(find: Callable[[Snapshot, str, int], tuple[Jump, ...]], text: str, *expected: str) -> None:
    """Like ``check_definition`` for another way to go; lines of Python without their numbers."""
    here = world(text)
    found = [shown(here, jump.goal) for jump in find(here.snapshot, *here.cursor)]
    assert [_NUMBER.sub("", line, count=1) for line in found] == [" ".join(line.split()) for line in expected]


def check_references(text: str) -> None:
    """References at the cursor are exactly the «marked» ranges."""
    here = world(text)
    found: dict[str, list[tuple[int, int]]] = {}
    for each in references(here.snapshot, *here.cursor):
        found.setdefault(os.path.relpath(each.path, ROOT), []).append((each.span.start, each.span.end))
    assert found == {name: sorted(ranges) for name, ranges in here.fixture.ranges.items()}


def check_outline(text: str, expected: str) -> None:
    """The outline: one line a symbol, children indented, ``kind name``."""
    here = world(text)
    lines: list[str] = []

    def add(symbols: Iterable[Symbol], depth: int) -> None:
        for symbol in symbols:
            assert symbol.whole.start <= symbol.span.start <= symbol.span.end <= symbol.whole.end
            lines.append("  " * depth + f"{symbol.kind} {symbol.name}")
            add(symbol.children, depth + 1)

    add(document_symbols(here.snapshot, path_of("run.toml")), 0)
    assert "\n".join(lines) == textwrap.dedent(expected).strip("\n")


def check_hints(text: str, expected: str, kinds: tuple[HintKind, ...] = USUAL) -> None:
    """The text with every inlay hint in it as ``⟨hint⟩``."""
    here = world(text)
    source = here.fixture.files["run.toml"]
    for hint in reversed(inlay_hints(here.snapshot, path_of("run.toml"), None, kinds)):
        source = f"{source[: hint.offset]}⟨{hint.text}⟩{source[hint.offset :]}"
    assert source.strip("\n") == textwrap.dedent(expected).strip("\n")


def check_tokens(text: str, expected: str) -> None:
    """Every token as ``text:type``, with ``?`` behind what is unknown, separated by blanks."""
    here = world(text)
    source = here.fixture.files["run.toml"]
    found = [
        f"{source[token.span.start : token.span.end]}:{token.type}{'?' if 'unknown' in token.modifiers else ''}"
        for token in semantic_tokens(here.snapshot, path_of("run.toml"))
    ]
    assert found == expected.split()


Compare = Callable[[Fixture, Mapping[str, list[Mark]]], None]
also: list[Compare] = []
"""Further judges of a fixture's problems, called by ``check_problems`` with what the server says of each config."""


def check_problems(text: str, *, environment: Mapping[str, str] | None = None) -> None:
    """The diagnostics of every config are exactly the annotations; then ``also`` compares with other judges."""
    here = world(text, environment=environment)
    found = {name: list(problem_marks(here.snapshot, path_of(name))) for name in here.fixture.configs}
    for name, marks in found.items():
        wanted = here.fixture.marks.get(name, [])
        assert sorted(map(str, marks)) == sorted(map(str, wanted)), name
    for judge in also:
        judge(here.fixture, found)


def problem_marks(snapshot: Snapshot, path: str) -> Iterator[Mark]:
    """The diagnostics of a config as annotations; a range over several lines ends with its first."""
    file = snapshot.file(path)
    assert file is not None
    for item in snapshot.diagnostics(path):
        span = file.absolute(item.origin)
        line, start = file.position(span.start, "utf-32")
        last, end = file.position(span.end, "utf-32")
        if last != line:
            end = len(file.text.split("\n")[line])
        yield Mark(line, start, max(end, start + 1), item.severity, item.code)


__all__ = [
    "MODELS", "ROOT", "Edit", "FileSpan", "Fixture", "Mark", "World", "accepted", "also", "answer", "applied",
    "check_completion",
    "check_definition", "check_goto", "check_hints", "check_hover", "check_outline", "check_problems",
    "check_references", "check_tokens", "examples", "open_project", "parse", "path_of", "shown",
    "unfold", "world",
]  # fmt: skip
