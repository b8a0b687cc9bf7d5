"""Configs as text with the problems expected in them, against the catalog of ``catalogs``.

Under a line, ``#   ^^^^ severity code: part of the message`` expects a problem at that range; the message is optional.
``#- name`` begins a further file. What is not marked must not be there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalogs import FIELDS, ZOO, catalog, project

from excore.lang.catalog import Catalog
from excore.lang.problems import Problem
from excore.lang.resolve.model import Model, Reference, ReferenceDict, ReferenceList
from excore.lang.source import Memory
from excore.lang.workspace.host import Host, Snapshot

RUN = "/p/run.toml"
_MARK = re.compile(r"#\s*?(\^+) (error|warning|information|hint) ([a-z-]+)(?:: (.*))?")
_CATALOG = catalog()


@dataclass(frozen=True)
class Mark:
    """One expected problem: line and columns (0-based), severity, code, part of the message."""

    file: str
    line: int
    start: int
    end: int
    severity: str
    code: str
    message: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line + 1}:{self.start + 1}-{self.end + 1} {self.severity} {self.code}"


def read(text: str) -> tuple[dict[str, str], list[Mark]]:
    """The files of a fixture by absolute path, and the marks in them."""
    files: dict[str, list[str]] = {}
    marks: list[Mark] = []
    path = RUN
    for line in textwrap.dedent(text).strip("\n").split("\n"):
        if line.startswith("#- "):
            path = f"/p/{line[3:].strip()}"
            continue
        lines = files.setdefault(path, [])
        found = _MARK.fullmatch(line)
        if found is None:
            lines.append(line)
        else:
            marks.append(Mark(path, len(lines) - 1, found.start(1), found.end(1), found[2], found[3], found[4] or ""))
    return {path: "\n".join(lines) + "\n" for path, lines in files.items()}, marks


def snapshot(
    files: Mapping[str, str],
    *,
    known: Catalog | str | None = None,
    fields: tuple[str, ...] = FIELDS,
    severities: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Snapshot:
    """The files, known to a host with a catalog (as text, or the zoo)."""
    host = Host(Memory(files), environment)
    host.projects["/p"] = replace(project(fields=fields), severities=severities or {})
    host.set_catalog("/p", _CATALOG if known is None else catalog(known) if isinstance(known, str) else known)
    host.toml_files.update(dict.fromkeys(files))
    return host.snapshot()


def found(snap: Snapshot, path: str = RUN) -> list[tuple[Mark, Problem]]:
    """The diagnostics of one file, as marks; a range over several lines ends with its first."""
    file = snap.file(path)
    assert file is not None
    pairs = []
    for item in snap.diagnostics(path):
        if item.code == "wrong-object" and item.severity == "hint":
            continue  # the zoo's classes stand for any; what parameters are called like is for `test_certainty`
        span = file.absolute(item.origin)
        line, start = file.position(span.start, "utf-32")
        last, end = file.position(span.end, "utf-32")
        if last != line:
            end = len(file.text.split("\n")[line])
        pairs.append((Mark(path, line, start, max(end, start + 1), item.severity, item.code, item.message), item))
    return pairs


def check(text: str, **options: object) -> Model:
    """All files have exactly the marked problems; gives the model of ``run.toml``."""
    files, marks = read(text)
    snap = snapshot(files, **options)  # type: ignore[arg-type]
    pairs = [mark for path in files for mark, _ in found(snap, path)]
    assert sorted(mark.place for mark in pairs) == sorted(mark.place for mark in marks), rendered(files, pairs)
    for mark in marks:
        said = [one.message for one in pairs if one.place == mark.place]
        assert any(mark.message in message for message in said), f"{mark.message!r} not in {said}"
    return snap.own_model(RUN)


def rendered(files: Mapping[str, str], marks: list[Mark]) -> str:
    """The files with marks, as a fixture is written."""
    lines = ["what is there:"]
    for path, text in files.items():
        lines.append(f"#- {path}")
        for number, line in enumerate(text.split("\n")):
            lines.append(line)
            for mark in marks:
                if mark.file == path and mark.line == number:
                    carets = "^" * (mark.end - mark.start)
                    lines.append(f"{'#'.ljust(mark.start)}{carets} {mark.severity} {mark.code}: {mark.message}")
    return "\n".join(lines)


def problems(text: str, **options: object) -> list[Problem]:
    """The diagnostics of ``run.toml``."""
    files, _ = read(text)
    return [item for _, item in found(snapshot(files, **options))]  # type: ignore[arg-type]


def bound(model: Model, section: str, argument: str) -> object:
    """What an argument's references bind to: ``"Backbone.ResNet"``, lists, dicts of it; ``*`` marks implicit ones."""
    return _bound(model.sections[tuple(section.split("."))].arguments[argument].meaning)


def _bound(meaning: object) -> object:
    if isinstance(meaning, Reference):
        if meaning.variable is not None:
            return f"&{meaning.variable.name}" if meaning.variable.text is None else meaning.variable.text
        names = [".".join(target.path) + ("*" if target.implicit else "") for target in meaning.targets]
        return names if meaning.every else names[0] if names else None
    if isinstance(meaning, ReferenceList):
        return [_bound(item) for item in meaning.items]
    if isinstance(meaning, ReferenceDict):
        return {name: _bound(item) for name, item in meaning.items}
    return type(meaning).__name__


__all__ = ["RUN", "ZOO", "Mark", "bound", "check", "found", "problems", "read", "snapshot"]
