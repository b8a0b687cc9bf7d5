"""Who set a value: the binding that won, and everything it won over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from excore.lang.grammar import Grammar
from excore.lang.nearest import nearest
from excore.lang.problems import Origin
from excore.lang.syntax.reader import path_parts
from excore.lang.syntax.writer import key_text
from excore.lang.tables.table import Binding, Table, plain

UPDATE = "update_dict"
PYTHON = "Python"
OVERRIDES = "overrides"
GIVEN = (UPDATE, OVERRIDES, PYTHON)  # what stands for a file where a value is in none


class NoSuchKey(Exception):
    """The config has no such key; ``suggestions`` are keys that look like it."""

    def __init__(self, key: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(f"the config has no `{key}`")
        self.suggestions = suggestions


@dataclass(frozen=True)
class Setting:
    """A value of a config: the file that set it, line and column (from 1) of its key there, and what it replaced.

    ``overrides`` are the settings of base files it took the place of, the nearest first. ``file`` is ``"update_dict"``
    for a value that ``load`` was given, ``"Python"`` for one that was changed since; line and column say nothing there.
    It is ``"overrides"`` for one of ``overrides``, whose number the line is.
    """

    key: str
    value: Any
    file: str
    line: int
    column: int
    overrides: tuple[Setting, ...] = ()
    binding: Binding | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        if self.file == PYTHON:
            return "set in Python"
        return UPDATE if self.file == UPDATE else f"{self.file}:{self.line}:{self.column}"


def setting(binding: Binding, position: Callable[[Origin], tuple[int, int]]) -> Setting:
    """The setting that a binding of a merged table stands for; ``position`` gives line and column of an origin."""

    def made_by(one: Binding, overrides: tuple[Setting, ...] = ()) -> Setting:
        return Setting(one.name, plain(one.value), one.file, *position(one.origin), overrides, one)

    return made_by(binding, tuple(map(made_by, binding.shadows)))


def find_bindings(root: Table, key: str, grammar: Grammar) -> tuple[Binding, ...]:
    """The bindings that ``Model.FCN.layers`` leads through, that of the value last. Raises ``NoSuchKey``.

    Arguments are found with and without their prefix, and names may hold dots: in quotes, or as they are.
    """
    bindings: list[Binding] = []
    table, rest = root, path_parts(key, grammar.prefix_chars)
    while rest:
        binding, count = _longest(table, rest, grammar)
        if binding is None:
            names = [grammar.split_key(name).name for name in table.bindings]
            before = "".join(f"{key_text(one.name, grammar.prefix_chars)}." for one in bindings)
            near = nearest(rest[0], names) if rest[0] else ()
            raise NoSuchKey(key, tuple(before + key_text(name) for name in near))
        bindings.append(binding)
        rest = rest[count:]
        table = binding.value if isinstance(binding.value, Table) else Table({})
    return tuple(bindings)


def _longest(table: Table, parts: Sequence[str], grammar: Grammar) -> tuple[Binding | None, int]:
    """The binding that the most of ``parts`` name, and how many do."""
    bare = {grammar.split_key(name).name: binding for name, binding in table.bindings.items()}
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        binding = table.bindings.get(name) or bare.get(name)
        if binding is not None:
            return binding, count
    return None, 0
