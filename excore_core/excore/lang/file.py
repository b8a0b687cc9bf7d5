"""One TOML file as text, tree and tables."""

from __future__ import annotations

from functools import cached_property

from excore.lang.collector import many_objects
from excore.lang.grammar import BASE_KEY, DEFAULT
from excore.lang.problems import Origin
from excore.lang.resolve.inherit import read_bases
from excore.lang.source import Unreadable
from excore.lang.syntax.document import SyntaxTree, head, parse
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import FileTables
from excore.lang.text import Encoding, Span


class File:
    """One version of one TOML file. Immutable; its text is parsed when somebody looks at more than that."""

    def __init__(self, path: str, text: str, prefixes: str = DEFAULT.prefix_chars) -> None:
        self.path = path
        self.text = text
        self._prefixes = prefixes

    @classmethod
    def parsed(cls, path: str, tree: SyntaxTree, tables: FileTables) -> File:
        """The file that a tree and its tables are of."""
        file = cls(path, tree.text, tree.prefixes)
        file.tree, file.tables = tree, tables
        return file

    @cached_property
    def tree(self) -> SyntaxTree:
        return parse(self.text, self._prefixes)

    @cached_property
    def tables(self) -> FileTables:
        return assemble(self.path, self.tree)

    def edit(self, start: int, end: int, new: str) -> File:
        """The file with ``new`` in place of the range; shares what the edit does not touch."""
        with many_objects():  # a whole text may be pasted
            tree = self.tree.edit(start, end, new)
            return File.parsed(self.path, tree, assemble(self.path, tree, self.tables))

    def position(self, offset: int, encoding: Encoding = "utf-16") -> tuple[int, int]:
        """Line and column of an absolute offset."""
        return self.tree.position(offset, encoding)

    def offset(self, line: int, column: int, encoding: Encoding = "utf-16") -> int:
        """Absolute offset of a line and column."""
        return self.tree.offset(line, column, encoding)

    def absolute(self, origin: Origin) -> Span:
        """Where an origin of this file stands in this version."""
        start = self.tree.start_of(origin.block)
        return Span(start + origin.start, start + origin.end)

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Absolute paths of the direct bases. They stand before the first header: the rest is not parsed for them."""
        if BASE_KEY not in self.text and "\\" not in self.text:
            return ()
        tables = self.__dict__.get("tables") or assemble(self.path, head(self.text, self._prefixes))
        return tuple(base.path for base in read_bases(self.path, tables)[0])


def tables_of(file: File | Unreadable) -> FileTables | Unreadable:
    """The tables of a file, or why it cannot be read."""
    return file.tables if isinstance(file, File) else file
