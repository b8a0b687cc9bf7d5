"""The files of one load: their text, their tables, and where in them anything stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, NamedTuple

from excore.lang.file import File, tables_of
from excore.lang.problems import Origin
from excore.lang.provenance import OVERRIDES
from excore.lang.source import Disk, Source, Unreadable
from excore.lang.tables.table import FileTables

__all__ = ["Files", "SourceRange", "excerpt"]


class SourceRange(NamedTuple):
    """A range of a config file: line and column count from 1; ``text`` is the line as it is shown, with the range from
    ``start`` to ``end`` in it."""

    file: str
    line: int
    column: int
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}:{self.column}"


@dataclass
class Files:
    """Reads files once and keeps them."""

    prefixes: str
    source: Source

    def __init__(self, prefixes: str, source: Source | None = None) -> None:
        self.prefixes = prefixes
        self.source = source or Disk()
        self._files: dict[str, File | Unreadable] = {}

    def __getstate__(self) -> dict[str, Any]:
        """The texts of the files, so that they are the same wherever they are read again."""
        files = ((path, file) for path, file in self._files.items() if path != OVERRIDES)
        texts = {path: file.text if isinstance(file, File) else file for path, file in files}
        return {"prefixes": self.prefixes, "texts": texts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["prefixes"])  # type: ignore[misc]
        for path, text in state["texts"].items():
            self._files[path] = File(path, text, self.prefixes) if isinstance(text, str) else text

    def read(self, path: str) -> File | Unreadable:
        """The file, or why there is none."""
        file = self._files.get(path)
        if file is None:
            text = self.source.read(path)
            file = File(path, text, self.prefixes) if isinstance(text, str) else text
            self._files[path] = file
        return file

    def add(self, file: File) -> None:
        """A file that is on no disk."""
        self._files[file.path] = file

    def tables(self, path: str) -> FileTables | Unreadable:
        """The tables of a file, or why there are none."""
        return tables_of(self.read(path))

    def place(self, origin: Origin) -> SourceRange:
        """Where an origin of one of these files stands; of a value given in Python, in its own lines."""
        block = origin.block
        line, column = block.lines.position(origin.start)
        shown = block.lines.excerpt(origin.start, origin.end)
        file = self._files.get(origin.file)
        if isinstance(file, File) and block in file.tree.index_of:
            line += file.tree.lines_before[file.tree.index_of[block]]
        return SourceRange(origin.file, line + 1, column + 1, *shown)

    def chain(self, root: str, file: str) -> tuple[str, ...]:
        """How ``root`` comes to inherit from ``file``: the shortest row of files from one to the other."""
        rows: list[tuple[str, ...]] = [(root,)]
        visited = {root}
        for row in rows:
            if row[-1] == file:
                return row
            file_above = self._files.get(row[-1])
            for base in file_above.bases if isinstance(file_above, File) else ():
                if base not in visited:
                    visited.add(base)
                    rows.append((*row, base))
        return ()


def excerpt(place: SourceRange) -> str:
    """The line with a caret line under it."""
    number = str(place.line)
    blank = "".join(char if char == "\t" else " " for char in place.text[: place.start])
    marks = "^" * max(1, place.end - place.start)
    return f"  {number} | {place.text}\n  {' ' * len(number)} | {blank}{marks}"


def shown(path: str) -> str:
    """A path as messages show it: relative to the current folder where it is below."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if relative.startswith(os.pardir) else relative
