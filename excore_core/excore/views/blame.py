"""Who set a value: the file and line that won, and everything it won over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from excore.lang.grammar import Grammar
from excore.lang.nearest import nearest
from excore.lang.problems import Origin
from excore.lang.tables.table import Binding, Table
from excore.lang.workspace.snapshot import Snapshot
from excore.views.toml import binding_text, key_text


class NoSuchKey(Exception):
    """The config has no such key; ``suggestions`` are keys that look like it."""

    def __init__(self, key: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(f"there is no `{key}` in the config")
        self.suggestions = suggestions


class Setting(NamedTuple):
    """One place that sets a key, as it is written there on one line."""

    text: str
    origin: Origin


class Blamed(NamedTuple):
    """A key that is no table: ``overridden`` are the settings it replaced, the nearest first."""

    key: str
    setting: Setting
    overridden: tuple[Setting, ...]


def blame(snapshot: Snapshot, path: str, key: str) -> tuple[Blamed, ...]:
    """Where ``Model.FCN.layers`` was set in the config at ``path``; for a table, where each key in it was.

    Arguments are found with and without their prefix. Raises ``NoSuchKey``.
    """
    model = snapshot.own_model(path)
    names = _resolved(model.root, key, model.grammar)
    table, found = model.root, None
    for name in names:
        found = table.bindings[name]
        table = found.value if isinstance(found.value, Table) else Table({})
    if found is None:
        raise NoSuchKey(key)
    walk = _Walk(snapshot, path, model.grammar)
    return tuple(walk.leaves(names, found))


def _resolved(root: Table, key: str, grammar: Grammar) -> tuple[str, ...]:
    done: list[str] = []
    table, rest = root, key
    while rest:
        name = _longest(table, rest, grammar)
        if name is None:
            names = [grammar.split_key(known).name for known in table.bindings]
            before = ".".join((*done, ""))
            raise NoSuchKey(key, tuple(before + near for near in nearest(rest.partition(".")[0], names)))
        binding, used = name
        done.append(binding.name)
        rest = rest[used + 1 :]
        table = binding.value if isinstance(binding.value, Table) else Table({})
    return tuple(done)


def _longest(table: Table, text: str, grammar: Grammar) -> tuple[Binding, int] | None:
    """The binding that ``text`` begins with the name of, and how much of it the name is: names may hold dots."""
    best: tuple[Binding, int] | None = None
    for name, binding in table.bindings.items():
        for spelling in (name, grammar.split_key(name).name):
            fits = text == spelling or text.startswith(f"{spelling}.")
            if spelling and fits and (best is None or len(spelling) > best[1]):
                best = (binding, len(spelling))
    return best


class _Walk:
    def __init__(self, snapshot: Snapshot, path: str, grammar: Grammar) -> None:
        self.snapshot = snapshot
        self.files = tuple(reversed(snapshot.closure(path).files))
        self.sections = snapshot.own_model(path).sections
        self.grammar = grammar

    def leaves(self, names: tuple[str, ...], binding: Binding) -> Iterator[Blamed]:
        value = binding.value
        if isinstance(value, Table) and value.bindings:
            for name, inner in value.bindings.items():
                yield from self.leaves((*names, name), inner)
            return
        others = [other for other in self._others(names) if other.origin != binding.origin]
        shadows = [shadow.origin for shadow in binding.shadows]
        others.sort(key=lambda other: shadows.index(other.origin) if other.origin in shadows else len(shadows))
        shown = ".".join(key_text(name, self.grammar) for name in names)
        yield Blamed(shown, self._setting(binding), tuple(self._setting(other) for other in others))

    def _others(self, names: tuple[str, ...]) -> Iterator[Binding]:
        """Each file's own binding of a key; in a module table under any prefix."""
        *parents, last = names
        for path in self.files:
            file = self.snapshot.file(path)
            table = file.tables.root if file is not None else Table({})
            for name in parents:
                binding = table.bindings.get(name)
                table = binding.value if binding is not None and isinstance(binding.value, Table) else Table({})
            if tuple(parents) in self.sections:
                wanted = self.grammar.split_key(last).name
                yield from (one for key, one in table.bindings.items() if self.grammar.split_key(key).name == wanted)
            elif last in table.bindings:
                yield table.bindings[last]

    def _setting(self, binding: Binding) -> Setting:
        value = " ".join((binding_text(binding, self.grammar) or "").split())
        return Setting(f"{key_text(binding.name, self.grammar)} = {value}", binding.origin)
