"""Keys and values of merged tables as TOML text, as they were written wherever that is possible."""

from __future__ import annotations

import re

from excore.lang.grammar import Grammar
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyValue, Missing, Scalar, Value
from excore.lang.tables.table import Binding, BoundValue, Table, Tables

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def key_text(name: str, grammar: Grammar | None = None) -> str:
    """A key; with a grammar its prefixes may stand bare, without one every TOML tool can read the key."""
    if _BARE.fullmatch(name):
        return name
    if grammar is not None and grammar.is_prefixed(name) and _BARE.fullmatch(name[1:]):
        return name
    return f'"{_ESCAPED.sub(_escape, name)}"'


def path_text(path: tuple[str, ...]) -> str:
    """A dotted key, as it may stand in a header."""
    return ".".join(map(key_text, path))


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"


def binding_text(binding: Binding, grammar: Grammar | None = None) -> str | None:
    """The value of a binding; arrays keep their lines and comments. None where no value stands.

    Without a grammar the keys of inline tables are quoted if they have prefixes.
    """
    value = binding.value
    if isinstance(value, Array) and (grammar is not None or not _has_tables(value)):
        return _raw(value, binding.block)
    return value_text(value, binding.block, grammar)


def value_text(value: BoundValue | Value, block: Block, grammar: Grammar | None = None) -> str | None:
    """A value on one line, but for what is written on several; None where no value stands."""
    if isinstance(value, Scalar):
        return value.raw
    if isinstance(value, Array):
        return _joined("[", [value_text(item, block, grammar) for item in value.items], "]")
    if isinstance(value, InlineTable):
        return _joined("{ ", [_entry(entry, block, grammar) for entry in value.entries], " }")
    if isinstance(value, Table):
        return _joined("{ ", [_pair(inner, grammar) for inner in value.bindings.values()], " }")
    if isinstance(value, Tables):
        return _joined("[", [value_text(item, block, grammar) for item in value.items], "]")
    return None


def _entry(entry: KeyValue, block: Block, grammar: Grammar | None) -> str | None:
    text = value_text(entry.value, block, grammar)
    return None if text is None else f"{'.'.join(key_text(part.name, grammar) for part in entry.parts)} = {text}"


def _pair(binding: Binding, grammar: Grammar | None) -> str | None:
    text = binding_text(binding, grammar)
    return None if text is None else f"{key_text(binding.name, grammar)} = {text}"


def _joined(opening: str, parts: list[str | None], closing: str) -> str:
    inner = ", ".join(part for part in parts if part is not None)
    return f"{opening}{inner}{closing}" if inner else f"{opening.strip()}{closing.strip()}"


def _raw(value: Array, block: Block) -> str:
    if not value.closed or any(isinstance(item, Missing) for item in value.items):
        return _joined("[", [value_text(item, block) for item in value.items], "]")
    return block.text[value.start : value.end].replace("\r\n", "\n").replace("\r", "\n")


def _has_tables(value: Array) -> bool:
    return any(isinstance(item, InlineTable) or (isinstance(item, Array) and _has_tables(item)) for item in value.items)
