"""What the configs of a project write: which tables there are, and what stands under their parameters.

Read from the tables of each file alone, without what they mean: the last name of a header counts as the class. Equal
tables are read once, so that an edit costs the table it changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

from excore.lang.file import File
from excore.lang.grammar import BASE_KEY, Grammar
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.syntax.writer import value_text
from excore.lang.tables.table import Binding, BoundValue, Table

_LONGEST = 200


class Written(NamedTuple):
    """A value as it stands under a parameter, in a table below ``group`` ("" for ``[Name]``).

    ``prefix`` is the character of its prefix, "" without one. ``text`` is the value as TOML on one line, "" for one
    that is long or a table; ``names`` are the strings in it.
    """

    group: str
    prefix: str
    text: str
    names: tuple[str, ...] = ()


class Fact(NamedTuple):
    """One value under a parameter of a class; without ``parameter`` the table itself."""

    name: str
    parameter: str
    written: Written


Counts: TypeAlias = Mapping[Written, int]
Parameters: TypeAlias = Mapping[str, Counts]
Facts: TypeAlias = dict[tuple[str, str], tuple[Table, tuple[Fact, ...]]]
"""The facts of a file: of every table by its group and name, with the table that says them."""
_NONE: Mapping[str, Counts] = {}


def written(group: str, key: str, value: BoundValue, grammar: Grammar) -> Written:
    """What stands at a key of a module table."""
    prefix = grammar.split_key(key).prefix
    return _written(group, prefix.char if prefix is not None else "", value)


def _written(group: str, prefix: str, value: BoundValue) -> Written:
    names = tuple(_strings(value))
    text = ""
    if isinstance(value, Scalar):
        text = value.raw
    elif isinstance(value, Array) and value.flat:
        text = value_text(value.values())
    if len(text) > _LONGEST or "\n" in text:
        text = ""
    return Written(group, prefix, text, names)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, Scalar):
        if value.kind == "string":
            yield str(value.value)
    elif isinstance(value, Array):
        for item in value.items:
            yield from _strings(item)
    elif isinstance(value, Table):
        for binding in value.bindings.values():
            yield from _strings(binding.value)


def facts_of(file: File, grammar: Grammar, before: Facts | None = None) -> Facts:
    """What a file says; of tables that did not change what ``before`` has."""
    known = before or {}
    facts: Facts = {}
    keys = _Keys(grammar)
    for group, name, table in _tables(file.tables.root):
        same = known.get((group, name))
        if same is None or same[0] is not table:
            same = (table, tuple(_of_table(group, name, table, keys)))
        facts[group, name] = same
    return facts


class _Keys(dict[str, tuple[str, str]]):
    """The prefix character and the name of each key, read once: tables of a class have the same ones."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar

    def __missing__(self, key: str) -> tuple[str, str]:
        split = self.grammar.split_key(key)
        found = self[key] = (split.prefix.char if split.prefix is not None else "", split.name)
        return found


def _tables(root: Table) -> Iterator[tuple[str, str, Table]]:
    for group, binding in root.bindings.items():
        if isinstance(binding.value, Table) and group != BASE_KEY:
            yield "", group, binding.value
            for name, inner in binding.value.bindings.items():
                if isinstance(inner.value, Table):
                    yield group, name, inner.value


def _of_table(group: str, name: str, table: Table, keys: _Keys) -> Iterator[Fact]:
    if table.style != "implicit":
        yield Fact(name, "", Written(group, "", ""))
    for key, binding in table.bindings.items():
        if not _is_section(binding):
            prefix, parameter = keys[key]
            yield Fact(name, parameter, _written(group, prefix, binding.value))


def _is_section(binding: Binding) -> bool:
    return isinstance(binding.value, Table) and binding.value.style in ("header", "implicit")


class Practice:
    """The facts of many files, counted. Immutable.

    ``classes`` are the counts of each parameter by class, ``users`` the classes of each parameter. What a change does
    not touch stays the same object: that of a class in ``classes``, that of a parameter in ``stamps``.
    """

    def __init__(
        self,
        classes: Mapping[str, Parameters] | None = None,
        users: Mapping[str, frozenset[str]] | None = None,
        stamps: Mapping[str, object] | None = None,
    ) -> None:
        self.classes: Mapping[str, Parameters] = classes or {}
        self.users: Mapping[str, frozenset[str]] = users or {}
        self.stamps: Mapping[str, object] = stamps or {}

    @cached_property
    def groups(self) -> Mapping[str, Counter[str]]:
        """How many tables there are of each class below each group."""
        groups: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for name, parameters in self.classes.items():
            for one, count in parameters.get("", {}).items():
                groups[one.group][name] += count
        return groups

    def of(self, name: str, parameter: str) -> Counts:
        """What stands under a parameter of a class, and how often."""
        return self.classes.get(name, _NONE).get(parameter, {})

    def changed(self, changes: Iterable[tuple[Fact, int]]) -> Practice:
        """The counts with some facts so many times more, or less; shares what they do not touch."""
        classes = dict(self.classes)
        users = dict(self.users)
        stamps, stamp = dict(self.stamps), object()
        fresh: dict[str, dict[str, dict[Written, int]]] = {}
        for (name, parameter, value), step in changes:
            parameters = fresh.get(name)
            if parameters is None:
                parameters = {one: dict(counts) for one, counts in classes.get(name, _NONE).items()}
                classes[name] = fresh[name] = parameters
            stamps[parameter] = stamp
            counts = parameters.setdefault(parameter, {})
            counts[value] = counts.get(value, 0) + step
            if not counts[value]:
                del counts[value]
        others: dict[str, set[str]] = {}  # who begins to use a parameter, or does so no more
        for name, parameters in fresh.items():
            for parameter, counts in parameters.items():
                if bool(counts) != (name in users.get(parameter, ())):
                    others.setdefault(parameter, set()).add(name)
        users.update((parameter, users.get(parameter, frozenset()) ^ names) for parameter, names in others.items())
        return Practice(classes, users, stamps)


class Learned:
    """The practice of one project as far as its files were read; ``pending`` are those that were not, or have changed.
    What a base says counts for each that includes it, too. Belongs to the thread of its host."""

    def __init__(self, grammar: Grammar, pending: Iterable[str] = ()) -> None:
        self.grammar = grammar
        self.pending = dict.fromkeys(pending)
        self.practice = Practice()
        self._known: dict[str, tuple[File, Facts, int]] = {}

    def __contains__(self, path: object) -> bool:
        """Whether a file was read, be it that it has changed since."""
        return path in self._known

    def take(self, paths: Iterable[str], read: Callable[[str], File | None], weight: Callable[[str], int]) -> None:
        """Take files as they are now: they are pending no more.

        ``read`` gives None for one that is gone, ``weight`` how much it counts.
        """
        now = {path: read(path) for path in paths}
        for path in now:
            self.pending.pop(path, None)
        for path, file in list(now.items()):
            before = self._known.get(path)
            old, new = (set(one.bases) if one is not None else set() for one in (before and before[0], file))
            now.update((base, self._known[base][0]) for base in old ^ new if base in self._known and base not in now)
        changes: list[tuple[Fact, int]] = []
        for path, file in now.items():
            _, before_facts, before_weight = self._known.pop(path, (None, {}, 0))
            facts = facts_of(file, self.grammar, before_facts) if file is not None else {}
            count = weight(path) if file is not None else 0
            for one, other, step in ((before_facts, facts, -before_weight), (facts, before_facts, count)):
                for key, said in one.items():
                    if other.get(key) is not said or count != before_weight:
                        changes += [(fact, step) for fact in said[1]]
            if file is not None:
                self._known[path] = (file, facts, count)
        if changes:
            self.practice = self.practice.changed(changes)
