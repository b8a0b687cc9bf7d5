"""Tables of values that come from Python, not from a file: ``update_dict`` and configs changed before they are
parsed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from excore.lang.grammar import Grammar
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, KeyValue, Scalar, ScalarKind, Value
from excore.lang.syntax.writer import key_text, value_text
from excore.lang.tables.table import Binding, BoundValue, Table

__all__ = ["python_table"]

_KINDS: tuple[tuple[type, ScalarKind], ...] = (
    (bool, "boolean"),
    (str, "string"),
    (int, "integer"),
    (float, "float"),
    (datetime.datetime, "datetime"),
    (datetime.date, "date-local"),
    (datetime.time, "time-local"),
)


class _PythonScalar(Scalar):
    """A scalar whose value is known already; it may be any Python object."""

    __slots__ = ()

    def __init__(self, kind: ScalarKind, raw: str, start: int, value: object) -> None:
        super().__init__(kind, raw, start, start + len(raw))
        self._value = value


def python_table(values: Mapping[str, Any], name: str, grammar: Grammar) -> Table:
    """The table that ``values`` stand for. Errors show them as lines ``A.b = 1`` of a file called ``name``."""
    builder = _TableBuilder(name, grammar)
    table = builder.table(values)
    builder.block.text = "".join(builder.parts)
    return table


class _TableBuilder:
    def __init__(self, name: str, grammar: Grammar) -> None:
        self.name = name
        self.grammar = grammar
        self.block = Block("", None, (), (), 0)
        self.parts: list[str] = []
        self.size = 0

    def table(self, values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Table:
        bindings: dict[str, Binding] = {}
        for key, value in values.items():
            name = str(key)
            text = "".join(f"{key_text(part)}." for part in path)
            start = self.size + len(text)
            part = KeyPart(name, start, start + len(key_text(name)))
            self.write(f"{text}{key_text(name)}")
            if isinstance(value, Mapping):
                self.write("\n")
                bound: BoundValue = self.table(value, (*path, name))
            else:
                self.write(" = ")
                node = self.value(value, self.grammar.is_prefixed(name))
                assert not isinstance(node, InlineTable)
                bound = node
                self.write("\n")
            bindings[name] = Binding(name, bound, self.name, self.block, part)
        return Table(bindings, (), "header" if path else "root")

    def value(self, value: Any, prefixed: bool) -> Value:
        """``prefixed`` is whether references are meant: there a tuple is a list of them."""
        start = self.size
        if isinstance(value, list) or (prefixed and isinstance(value, tuple)):
            self.write("[")
            items = [self.item(item, prefixed) for item in value]
            self.write("]")
            return Array(tuple(items), start, self.size)
        if isinstance(value, Mapping):
            self.write("{")
            entries = []
            for name, inner in value.items():
                at = self.size
                self.write(key_text(str(name)))
                part = KeyPart(str(name), at, self.size)
                self.write(" = ")
                entries.append(KeyValue((part,), self.size - 2, self.item(inner, prefixed)))
            self.write("}")
            return InlineTable(tuple(entries), start, self.size)
        kind = next((kind for python_type, kind in _KINDS if isinstance(value, python_type)), None)
        raw = repr(value).replace("\n", " ") if kind is None else value_text(value)
        self.write(raw)
        return _PythonScalar(kind or "object", raw, start, value)

    def item(self, value: Any, prefixed: bool) -> Value:
        node = self.value(value, prefixed)
        self.write(", ")
        return node

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)
