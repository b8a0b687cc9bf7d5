"""What is told of a file that others include: the verdict of the configs in which its lines count.

A config that overrides a line says nothing about it. A line that every config overrides counts in its own file alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from excore.lang.check.typos import IN_BASES
from excore.lang.grammar import BASE_KEY
from excore.lang.problems import SEVERITIES, Origin, Problem
from excore.lang.syntax.tree import Array, Block, Missing, Scalar
from excore.lang.tables.table import Binding, Table, Tables

Places: TypeAlias = Mapping[Block, frozenset[tuple[int, int, bool]]]
_Key: TypeAlias = tuple[str, Origin]

# Who uses a value, and what it is for, is up to those that include its file.
_OF_THE_WHOLE = frozenset(("unused-section", "unused-variable", "ineffective-override", "unknown-table"))


class Witness:
    """What one root config says of a file it reaches. ``merged`` gives its merged table; it may never be asked."""

    def __init__(self, problems: Sequence[Problem], own: Table, merged: Callable[[], Table]) -> None:
        self.problems = problems
        self._own = own
        self._merged = merged

    @cached_property
    def by_key(self) -> dict[_Key, Problem]:
        """What it says, by what and where."""
        return {(item.code, item.origin): item for item in self.problems}

    @cached_property
    def overridden(self) -> Places:
        """The lines of the file that do not count in this config."""
        return overridden(self._own, self._merged())


def shared(witnesses: Sequence[Witness], alone: Callable[[], Iterable[Problem]]) -> list[Problem]:
    """The problems that every witness has who does not override their place, each as severe as any has it.

    ``alone`` gives those of the file as a root of its own: they count where all witnesses override.
    """
    first, *others = witnesses
    problems = [item for item in (_agreed(item, others) for item in first.problems) if item is not None]
    if others:
        keys = set(first.by_key)
        for number, witness in enumerate(others, 1):
            new = witness.by_key.keys() - keys
            if new:
                keys |= new
                rest = [*witnesses[:number], *witnesses[number + 1 :]]
                agreed = (_agreed(item, rest) for item in witness.problems if (item.code, item.origin) in new)
                problems.extend(item for item in agreed if item is not None)
    lost = _lost(witnesses)
    if lost:
        left = [item for item in alone() if item.code not in _OF_THE_WHOLE and _holds(lost, item)]
        unreported = [item for item in left if not any((item.code, item.origin) in one.by_key for one in witnesses)]
        problems.extend(as_fragment(unreported, IN_BASES))
    return problems


def _agreed(item: Problem, others: Iterable[Witness]) -> Problem | None:
    """``item`` as severe as any of ``others`` has it; None if one that does not override its place has none."""
    key = item.code, item.origin
    for other in others:
        there = other.by_key.get(key)
        if there is not None:
            item = min(item, there, key=_severity)
        elif not _holds(other.overridden, item):
            return None
    return item


def as_fragment(problems: Iterable[Problem], codes: Collection[str], fields: Collection[str] = ()) -> Iterator[Problem]:
    """``problems``, with what other files may give as hints: those of ``codes``, unless it is a typo of a name.

    A typo is what suggestions are for; a ``$Field`` of the ``fields`` ones is none whatever they say.
    """
    for item in problems:
        may_come = not item.suggestions or dict(item.data).get("field") in fields
        if item.code in codes and item.severity == "error" and may_come:
            yield Problem(item.code, item.message, item.origin, "hint", item.suggestions, item.related, item.data)
        else:
            yield item


def overridden(own: Table, merged: Table) -> Places:
    """The places of ``own``, the tables of one file, that are not in ``merged``, made of them and others.

    A place is two offsets, and whether all that stood there is gone. Else another file continues the table of that
    name: what is wrong with the name is told there, but what the table lacks is lacking in both.
    """
    gone: dict[Block, set[tuple[int, int, bool]]] = {}
    for name, binding in own.bindings.items():
        there = merged.bindings.get(name)
        if there is not binding and name != BASE_KEY:
            for origin, whole in _gone(binding, there):
                gone.setdefault(origin.block, set()).add((origin.start, origin.end, whole))
    return {block: frozenset(places) for block, places in gone.items()}


def _gone(binding: Binding, there: Binding | None) -> Iterator[tuple[Origin, bool]]:
    if there is binding:
        return
    counts = there is not None and there.part is binding.part and there.block is binding.block
    value = binding.value
    if isinstance(value, Table):
        inner = there.value if there is not None else None
        if not counts:
            for origin in (binding.origin, *value.headers):
                yield origin, False
                if not isinstance(inner, Table):
                    yield origin, True
        rest = inner.bindings if isinstance(inner, Table) else {}
        for name, one in value.bindings.items():
            yield from _gone(one, rest.get(name))
    elif not counts:
        for origin in _extent(binding):
            yield origin, True


def _extent(binding: Binding) -> Iterator[Origin]:
    """Where a value and its key stand."""
    value = binding.value
    if isinstance(value, Tables):
        for table in value.items:
            yield from table.headers
            for one in table.bindings.values():
                yield from (origin for origin, _ in _gone(one, None))
    end = value.end if isinstance(value, Scalar | Array | Missing) else binding.part.end
    yield Origin(binding.file, binding.block, binding.part.start, end)


def _lost(witnesses: Iterable[Witness]) -> Places:
    """What all witnesses override."""
    lost: Places | None = None
    for witness in witnesses:
        here = witness.overridden
        lost = here if lost is None else {block: lost[block] & here[block] for block in lost.keys() & here.keys()}
        if not any(lost.values()):
            return {}
    return lost or {}


def _holds(places: Places, item: Problem) -> bool:
    """Whether the place of a problem is among those that are overridden."""
    start, end = item.origin.start, item.origin.end
    return any(
        first <= start and end <= last and (whole or item.code not in IN_BASES)
        for first, last, whole in places.get(item.origin.block, ())
    )


def _severity(item: Problem) -> int:
    return SEVERITIES.index(item.severity)
