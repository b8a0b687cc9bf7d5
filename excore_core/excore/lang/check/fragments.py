"""The problems to show in a *fragment*: a file that other configs include and that means something only in them.

Each root config that reaches the fragment is a witness with a verdict of its own on each line. One that overrides a
line does not see what stood there, so it has no say about that line. The rule for a problem at some place:

- shown, if every witness that does not override the place has it. If one of them does not, the line is right there, and
  whoever edits the fragment cannot know in which config it is wrong;
- as severe as in the witness where it is worst;
- where all witnesses override the place, the fragment is judged as a root of its own (``alone``). What a base or an
  including file might still provide is then only a hint.

A fragment that can be loaded by itself is a config, too: its own errors are errors (``with_own``).

Problems are the same in two witnesses if code and place are: messages name what each config has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from excore.lang.check.typos import IN_BASES
from excore.lang.grammar import BASE_KEY
from excore.lang.problems import SEVERITIES, Origin, Problem
from excore.lang.syntax.tree import Array, Block, Missing, Scalar
from excore.lang.tables.elements import counterpart
from excore.lang.tables.table import Binding, Table, Tables

Places: TypeAlias = Mapping[Block, frozenset[tuple[int, int, bool]]]
_Key: TypeAlias = tuple[str, Origin]

# What a file may leave to those that include it.
LEFT_TO_OTHERS = IN_BASES | {
    "unknown-class",
    "unknown-key",
    "invalid-base",
    "missing-base",
    "circular-base",
    "unreadable-file",
}
# Who uses a value, and what it is for, is up to those that include its file.
_OF_THE_WHOLE = frozenset(("unused-section", "unused-variable", "ineffective-override", "unknown-table"))


class Witness:
    """The verdict of a root config on a fragment, or of several together: the ``problems`` there.

    ``places()`` are those of the fragment that do not count there, asked for only if overrides matter. ``told`` are all
    problems that any of the configs has, where these are more.
    """

    def __init__(
        self, problems: Sequence[Problem], places: Callable[[], Places], told: Collection[_Key] | None = None
    ) -> None:
        self.problems = problems
        self._places = places
        self.told = self.by_key if told is None else told

    @cached_property
    def by_key(self) -> dict[_Key, Problem]:
        """The problems by code and place."""
        return {(item.code, item.origin): item for item in self.problems}

    @cached_property
    def overridden(self) -> Places:
        """The places of the fragment that do not count."""
        return self._places()


def joined(witnesses: Sequence[Witness]) -> Witness:
    """One witness, with whom others agree as with all of these, of which there is at least one."""
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
    return Witness(problems, lambda: _hidden(witnesses), frozenset().union(*(one.told for one in witnesses)))


def shared(witnesses: Sequence[Witness], alone: Callable[[], Iterable[Problem]]) -> list[Problem]:
    """The problems to show in a fragment with these ``witnesses``, of which there is at least one.

    ``alone()`` gives the problems of the fragment as a root of its own; it is called only if some place is overridden
    by all witnesses.
    """
    all_ = joined(witnesses)
    problems = list(all_.problems)
    hidden = all_.overridden
    if hidden:
        candidates = [item for item in alone() if item.code not in _OF_THE_WHOLE and _holds(hidden, item)]
        problems += as_fragment((item for item in candidates if (item.code, item.origin) not in all_.told), IN_BASES)
    return problems


def with_own(problems: Iterable[Problem], own: Sequence[Problem]) -> list[Problem]:
    """``problems`` of a file in those that include it, and ``own``: those of a file that is a config by itself, too.

    Its errors are errors whatever others make of the file, and what it uses is used.
    """
    errors = {(item.code, item.origin): item for item in own if item.severity == "error"}
    unused = {(item.code, item.origin) for item in own if item.code in _OF_THE_WHOLE}
    rest = [
        item
        for item in problems
        if (item.code, item.origin) not in errors
        and (item.code not in _OF_THE_WHOLE or (item.code, item.origin) in unused)
    ]
    return [*rest, *errors.values()]


def _agreed(item: Problem, others: Iterable[Witness]) -> Problem | None:
    """``item`` with the worst severity that it has in any of ``others``; None if a witness that does not override its
    place is without it."""
    key = item.code, item.origin
    for other in others:
        there = other.by_key.get(key)
        if there is not None:
            item = min(item, there, key=_severity)
        elif not _holds(other.overridden, item):
            return None
    return item


def as_fragment(problems: Iterable[Problem], codes: Collection[str], fields: Collection[str] = ()) -> Iterator[Problem]:
    """``problems``, where errors of ``codes`` are hints if a file that includes this one may provide what is missing.

    An error with suggestions is more likely a typo and stays an error, unless it is about one of ``fields``: such a
    field exists, and whatever is near its name does not matter.
    """
    for item in problems:
        may_come = not item.suggestions or dict(item.data).get("field") in fields
        if item.code in codes and item.severity == "error" and may_come:
            yield Problem(item.code, item.message, item.origin, "hint", item.suggestions, item.related, item.data)
        else:
            yield item


def overridden(own: Table, merged: Table) -> Places:
    """The places of ``own``, the tables of one file, that are not in ``merged``, made of them and others.

    A place is its two offsets, and whether the value there is gone as a whole. It is not where another file continues
    the table of that name: then the other file's header counts for problems of the name, but what the table lacks
    (``IN_BASES``) is lacking in both.
    """
    offsets: dict[Block, set[tuple[int, int, bool]]] = {}
    for name, binding in own.bindings.items():
        there = merged.bindings.get(name)
        if there is not binding and name != BASE_KEY:
            for origin, whole in _gone(binding, there):
                offsets.setdefault(origin.block, set()).add((origin.start, origin.end, whole))
    return {block: frozenset(places) for block, places in offsets.items()}


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
        for one in value.bindings.values():
            yield from _gone(one, counterpart(one, rest))
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


def _hidden(witnesses: Iterable[Witness]) -> Places:
    """What all witnesses override."""
    hidden: Places | None = None
    for witness in witnesses:
        here = witness.overridden
        hidden = (
            here if hidden is None else {block: hidden[block] & here[block] for block in hidden.keys() & here.keys()}
        )
        if not any(hidden.values()):
            return {}
    return hidden or {}


def _holds(places: Places, item: Problem) -> bool:
    """Whether the place of a problem is among those that are overridden."""
    start, end = item.origin.start, item.origin.end
    return any(
        first <= start and end <= last and (whole or item.code not in IN_BASES)
        for first, last, whole in places.get(item.origin.block, ())
    )


def _severity(item: Problem) -> int:
    return SEVERITIES.index(item.severity)
