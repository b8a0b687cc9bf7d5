"""TOML's own rules: from blocks to tables that know where every key and value stands.

``assemble`` gives the tables of one file. Tables are immutable once given out; an edit shares every table that it does
not touch with the tables before it, so identity of a ``Table`` means "nothing in here changed".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from excore.lang.problems import Origin, Problem
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, Missing, Scalar, Value

Style = Literal["header", "dotted", "inline", "implicit", "root"]
Stem: TypeAlias = tuple[str, ...]  # the first two names of a header, or its only one


class Table:
    """A table: its bindings in order of first appearance.

    ``headers`` are the places of its own ``[header]`` (the last key part's range; empty where it has none; several
    after a merge, later files first). ``style`` says how it was written first; "implicit" is ``a`` in ``[a.b]``.
    """

    __slots__ = ("bindings", "headers", "style")

    def __init__(self, bindings: dict[str, Binding], headers: tuple[Origin, ...] = (), style: Style = "header") -> None:
        self.bindings = bindings
        self.headers = headers
        self.style = style


class Tables:
    """An array of tables, ``[[a]]``."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Table, ...]) -> None:
        self.items = items


BoundValue: TypeAlias = Scalar | Array | Missing | Table | Tables


class Binding:
    """A key with its value: where it was written, and what it replaced.

    ``part`` is the key part that introduced it, in ``block`` of ``file``; a ``Scalar`` or ``Array`` value stands in the
    same block. Inline tables become ``Table``s (style "inline"); within an ``Array`` they stay syntax.
    ``shadows`` are the bindings of base files that this one replaces, nearest first.
    """

    __slots__ = ("block", "file", "name", "part", "shadows", "value")

    def __init__(
        self,
        name: str,
        value: BoundValue,
        file: str,
        block: Block,
        part: KeyPart,
        shadows: tuple[Binding, ...] = (),
    ) -> None:
        self.name = name
        self.value = value
        self.file = file
        self.block = block
        self.part = part
        self.shadows = shadows

    @property
    def origin(self) -> Origin:
        """Range of the key."""
        return Origin(self.file, self.block, self.part.start, self.part.end)

    @property
    def value_origin(self) -> Origin:
        """Range of the value; for tables with a header of their own the range of the key."""
        if isinstance(self.value, Scalar | Array | Missing):
            return Origin(self.file, self.block, self.value.start, self.value.end)
        return self.origin


@dataclass(slots=True, eq=False)
class FileTables:
    """The tables of one file, and what is wrong with them beyond syntax. Made by ``assemble``."""

    file: str
    root: Table
    problems: tuple[Problem, ...]
    blocks: list[Block]
    bodies: Mapping[Block, Body]
    flawed: tuple[Block, ...]  # the blocks that have problems by themselves
    collisions: tuple[Problem, ...]  # the problems of headers with each other
    stems: Mapping[Stem, tuple[Block, ...]] | None = None  # by the first two names of headers; None: not looked for yet


class Body:
    """What one block binds, all others left aside: the part of the tables that an edit elsewhere cannot change."""

    __slots__ = ("binding", "problems", "table")

    def __init__(self, table: Table, binding: Binding | None, problems: tuple[Problem, ...]) -> None:
        self.table = table
        self.binding = binding  # of the header's last part
        self.problems = problems


def plain(value: BoundValue | Value) -> object:
    """Python dicts, lists and scalars, as ``tomllib`` gives them; nothing (``None``) for a missing value."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Table):
        result = {}
        for name, binding in value.bindings.items():
            result[name] = plain(binding.value)
        return result
    if isinstance(value, Array) and value.flat:
        return value.values()
    if isinstance(value, Array | Tables):
        return [item.value if isinstance(item, Scalar) else plain(item) for item in value.items]
    if isinstance(value, InlineTable):
        return _plain_inline(value)
    return None


def _plain_inline(value: InlineTable) -> dict[str, object]:
    """An inline table within an array, which stays syntax; of what is given twice the first counts."""
    result: dict[str, object] = {}
    for entry in value.entries:
        into: object = result
        for part in entry.parts[:-1]:
            into = into.setdefault(part.name, {}) if isinstance(into, dict) else None
        if isinstance(into, dict) and not any(part.broken for part in entry.parts):
            into.setdefault(entry.parts[-1].name, plain(entry.value))
    return result
