"""What one block binds by itself, dotted keys and inline tables resolved, and its own duplicates."""

from __future__ import annotations

from excore.lang.problems import Origin, Problem, Related, problem
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, KeyValue, Value
from excore.lang.tables.table import Binding, Body, BoundValue, Table


def body(file: str, block: Block) -> Body:
    """The body of ``block``."""
    bindings: dict[str, Binding] = {}
    for entry in block.entries:
        parts = entry.parts
        value = entry.value
        part = parts[0]
        name = part.name
        nests = isinstance(value, Array) and not value.flat
        if isinstance(value, InlineTable) or nests or len(parts) > 1 or part.broken or name in bindings:
            return _BodyMaker(file, block).body()
        bindings[name] = Binding(name, value, file, block, part)
    return _made(file, block, bindings, ())


def bound(file: str, block: Block, entry: KeyValue) -> tuple[Table, list[Problem]]:
    """The table that one entry makes by itself, and what is given twice in it."""
    bindings: dict[str, Binding] = {}
    maker = _BodyMaker(file, block)
    maker._bind(bindings, entry)
    return Table(bindings, (), "root"), maker.problems


def _made(file: str, block: Block, bindings: dict[str, Binding], problems: tuple[Problem, ...]) -> Body:
    header = block.header
    if header is None or not header.parts:
        return Body(Table(bindings, (), "root"), None, problems)
    last = header.parts[-1]
    table = Table(bindings, (Origin(file, block, last.start, last.end),), "header")
    return Body(table, Binding(last.name, table, file, block, last), problems)


class _BodyMaker:
    """Binds the entries of one block that holds more than plain ``key = value`` lines."""

    def __init__(self, file: str, block: Block) -> None:
        self.file = file
        self.block = block
        self.problems: list[Problem] = []
        self.extendable: set[int] = set()  # ids of the tables that dotted keys made in the innermost open table

    def body(self) -> Body:
        bindings: dict[str, Binding] = {}
        for entry in self.block.entries:
            self._bind(bindings, entry)
        return _made(self.file, self.block, bindings, tuple(self.problems))

    def _bind(self, bindings: dict[str, Binding], entry: KeyValue) -> None:
        parts = entry.parts
        if any(part.broken for part in parts):
            return
        for part in parts[:-1]:
            first = bindings.get(part.name)
            if first is None:
                table = Table({}, (), "dotted")
                self.extendable.add(id(table))
                bindings[part.name] = Binding(part.name, table, self.file, self.block, part)
                bindings = table.bindings
                continue
            if not isinstance(first.value, Table) or id(first.value) not in self.extendable:
                kind = "an inline table, which is complete" if isinstance(first.value, Table) else "a value"
                self._duplicate(part, first, f"`{part.name}` is {kind}: it takes no more keys")
                return
            bindings = first.value.bindings
        part = parts[-1]
        first = bindings.get(part.name)
        if first is not None:
            self._duplicate(part, first, f"`{part.name}` is given twice")
            self._bound(entry.value)
            return
        bindings[part.name] = Binding(part.name, self._bound(entry.value), self.file, self.block, part)

    def _bound(self, value: Value) -> BoundValue:
        if isinstance(value, InlineTable):
            bindings: dict[str, Binding] = {}
            outer, self.extendable = self.extendable, set()
            for entry in value.entries:
                self._bind(bindings, entry)
            self.extendable = outer
            return Table(bindings, (), "inline")
        if isinstance(value, Array):
            self._check_array(value)
        return value

    def _check_array(self, array: Array) -> None:
        if array.flat:
            return
        for item in array.items:
            if type(item) is InlineTable or type(item) is Array:
                self._bound(item)

    def _duplicate(self, part: KeyPart, first: Binding, message: str) -> None:
        origin = Origin(self.file, self.block, part.start, part.end)
        self.problems.append(
            problem("duplicate-key", message, origin, related=(Related(first.origin, "first given here"),))
        )
