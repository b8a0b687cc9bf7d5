"""The values of merged tables as TOML text, as they were written wherever that is possible."""

from __future__ import annotations

from collections.abc import Iterable

from excore.lang.grammar import Grammar
from excore.lang.provenance import OVERRIDES
from excore.lang.syntax.tree import Array, Block, InlineTable, Missing, Scalar, Value
from excore.lang.syntax.writer import array_text, dotted_text, inline_table_text
from excore.lang.tables.elements import Changed
from excore.lang.tables.table import Binding, BoundValue, Table, Tables


def binding_text(binding: Binding, grammar: Grammar | None = None) -> str | None:
    """The value of a binding; arrays keep their lines and comments. None where no value stands.

    Without a grammar the keys of inline tables are quoted if they have prefixes.
    """
    value, block = binding.value, binding.block
    if isinstance(value, Changed):
        texts = (_value(item, place.block, grammar) for item, place in zip(value.items, value.places, strict=True))
        return array_text(text for text in texts if text is not None)
    if isinstance(value, Array) and binding.file != OVERRIDES and (grammar is not None or not _has_tables(value)):
        if value.closed and not any(isinstance(item, Missing) for item in value.items):
            return block.text[value.start : value.end].replace("\r\n", "\n").replace("\r", "\n")
        grammar = None
    return _value(value, block, grammar)


def _value(value: BoundValue | Value, block: Block, grammar: Grammar | None) -> str | None:
    """A value on one line, but for what is written on several; None where no value stands."""
    if isinstance(value, Scalar):
        return value.raw
    if isinstance(value, (Array, Tables)):
        # lists, since generators would add to the depth of recursion
        texts = [_value(item, block, grammar) for item in value.items]
        return array_text([text for text in texts if text is not None])
    if isinstance(value, InlineTable):
        values = [_value(entry.value, block, grammar) for entry in value.entries]
        names = [[part.name for part in entry.parts] for entry in value.entries]
        return _inline(zip(names, values, strict=True), grammar)
    if isinstance(value, Table):
        entries = [([inner.name], binding_text(inner, grammar)) for inner in value.bindings.values()]
        return _inline(entries, grammar)
    return None


def _inline(entries: Iterable[tuple[list[str], str | None]], grammar: Grammar | None) -> str:
    prefixes = grammar.prefix_chars if grammar is not None else ""
    return inline_table_text(f"{dotted_text(path, prefixes)} = {text}" for path, text in entries if text is not None)


def _has_tables(value: Array) -> bool:
    return any(isinstance(item, InlineTable) or (isinstance(item, Array) and _has_tables(item)) for item in value.items)
