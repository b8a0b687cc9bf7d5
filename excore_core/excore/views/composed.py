"""One file that says what a config and all its bases say together; every line knows where it was written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from excore.lang.grammar import Grammar
from excore.lang.problems import Origin
from excore.lang.resolve.model import Model
from excore.lang.syntax.writer import header_text, key_text
from excore.lang.tables.table import Binding, Table, Tables
from excore.lang.workspace.snapshot import Snapshot
from excore.views.defaults import defaults
from excore.views.lines import Document, Line, relative, shown_place
from excore.views.toml import binding_text

_GAP = "  "


def composed(
    snapshot: Snapshot, path: str, *, origins: bool = True, quoted: bool = False, full: bool = False
) -> Document:
    """The config at ``path`` with its bases merged in: it loads to the same as ``path`` does.

    With ``origins`` every line ends with a comment that says which file and line it comes from, and what it overrides.
    With ``quoted`` prefixed keys stand in quotes, so that the text is TOML 1.0. With ``full`` every module that is
    built has a table with all its arguments: defaults that TOML has no form for are comments.
    """
    model = snapshot.own_model(path)
    writer = _ComposedWriter(snapshot, model, os.path.dirname(path), origins, quoted, full)
    lines = list(writer.head(path))
    lines.extend(writer.table((), model.root, ()))
    lines.extend(writer.implicit())
    while lines and not lines[-1].text:
        lines.pop()
    return Document(tuple(lines))


class _ComposedWriter:
    def __init__(self, snapshot: Snapshot, model: Model, folder: str, origins: bool, quoted: bool, full: bool) -> None:
        self.snapshot = snapshot
        self.model = model
        self.folder = folder
        self.origins = origins
        self.grammar: Grammar | None = None if quoted else model.grammar
        self.prefixes = "" if quoted else model.grammar.prefix_chars
        self.full = full

    def head(self, path: str) -> Iterator[Line]:
        bases = [relative(name, self.folder) for name in self.snapshot.closure(path).files if name != path]
        if self.origins and bases:
            yield Line(f"# {os.path.basename(path)} with {', '.join(bases)}")
            yield Line("")

    def table(self, path: tuple[str, ...], table: Table, headers: tuple[Origin, ...]) -> Iterator[Line]:
        """A table with its header, values first, as TOML wants it."""
        inner: list[Binding] = []
        values: list[Binding] = []
        for binding in table.bindings.values():
            is_value = not isinstance(binding.value, Table | Tables) or self._inline((*path, binding.name), binding)
            (values if is_value else inner).append(binding)
        more = list(self._defaults(path))
        if path and (values or more or not inner):
            yield self._line(header_text(path), headers, ())
        for binding in values:
            yield from self._value(binding)
        yield from more
        if values or more or (path and not inner):
            yield Line("")
        for binding in inner:
            where = (*path, binding.name)
            if isinstance(binding.value, Tables):
                yield from self._tables(where, binding, binding.value)
            elif isinstance(binding.value, Table):
                yield from self.table(where, binding.value, binding.value.headers or (binding.origin,))

    def implicit(self) -> Iterator[Line]:
        """Tables for the modules that have none, where that says anything."""
        for path in self.model.implicit:
            lines = list(self._defaults(path))
            if lines:
                yield from (Line(header_text(path)), *lines, Line(""))

    def _defaults(self, path: tuple[str, ...]) -> Iterator[Line]:
        for item in defaults(self.model, path) if self.full else ():
            key = key_text(item.name, self.prefixes)
            text = f"# {key} = {item.source}" if item.text is None else f"{key} = {item.text}"
            note = f"{_GAP}# default{f', {item.place}' if item.place else ''}" if self.origins else ""
            yield Line(f"{' '.join(text.split(chr(10)))}{note}")

    def _tables(self, path: tuple[str, ...], binding: Binding, tables: Tables) -> Iterator[Line]:
        for item in tables.items:
            yield self._line(f"[{header_text(path)}]", item.headers[:1] or (binding.origin,), binding.shadows)
            body = list(self.table(path, item, ()))
            opened = header_text(path)
            yield from body[1:] if body and body[0].text.startswith(opened) else body

    def _inline(self, path: tuple[str, ...], binding: Binding) -> bool:
        """Whether a table can stay on one line: it was written so, is no module's, and comes from one place."""
        value = binding.value
        if not isinstance(value, Table) or value.style != "inline":
            return False
        is_module = path in self.model.sections or (len(path) == 1 and path[0] in self.model.groups)
        return not is_module and all(one.block is binding.block for one in _all_bindings(value))

    def _value(self, binding: Binding) -> Iterator[Line]:
        text = binding_text(binding, self.grammar)
        if text is None:
            return
        first, *more = f"{key_text(binding.name, self.prefixes)} = {text}".split("\n")
        origin = binding.origin
        lines = [first, *more]
        for number, line in enumerate(lines):
            if number < len(lines) - 1:
                yield Line(line, self._below(origin, number))
        shadows = () if isinstance(binding.value, Table) else binding.shadows
        last = self._line(lines[-1], (origin,), shadows)
        yield Line(last.text, self._below(origin, len(lines) - 1))

    @staticmethod
    def _below(origin: Origin, lines: int) -> Origin:
        """The start of a line further down in the block."""
        if not lines:
            return origin
        index = origin.block.lines
        line = index.position(origin.start)[0] + lines
        start = index.offset(line, 0)
        return Origin(origin.file, origin.block, start, start)

    def _line(self, text: str, places: tuple[Origin, ...], shadows: Iterable[Binding]) -> Line:
        if not places:
            return Line(text)
        if not self.origins:
            return Line(text, places[0])
        first, *others = (shown_place(self.snapshot, origin, self.folder) for origin in places)
        note = f"from {first}"
        if others:
            note += f" and {', '.join(others)}"
        hidden = [shown_place(self.snapshot, shadow.origin, self.folder) for shadow in shadows]
        if hidden:
            note += f" (overrides {', '.join(hidden)})"
        return Line(f"{text}{_GAP}# {note}", places[0])


def _all_bindings(table: Table) -> Iterator[Binding]:
    for binding in table.bindings.values():
        yield binding
        if isinstance(binding.value, Table):
            yield from _all_bindings(binding.value)
