"""The incremental engine: answers are kept, and what an edit cannot change is not computed again.

While an answer is computed, ``touch`` notes the names it looks at; ``forget`` drops the answers that looked at any of
some names. That is all a stage needs to be incremental: it says what its answers depend on, and has no algorithm of its
own for edits. Values are compared by identity, tuples by the identity of their items: who makes values shares what did
not change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from itertools import compress, count
from operator import is_, is_not
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from excore.lang.collector import many_objects

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

_Names: TypeAlias = frozenset[Hashable]
_NO_NAMES: _Names = frozenset()
_MISSING = object()


def _alike(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def _same(one: object, other: object) -> bool:
    return type(one) is tuple and type(other) is tuple and _alike(one, other)


class _Answer(NamedTuple):
    value: Any
    names: frozenset[Hashable]


class _Stage:
    """The last items of a stage, the answers to them, the names that these touched, and the keys of stale ones."""

    __slots__ = ("answers", "items", "names", "stale")

    def __init__(
        self, items: Mapping[Any, Any], answers: dict[Any, Any], names: dict[Any, frozenset[Hashable]]
    ) -> None:
        self.items = items
        self.answers = answers
        self.names = names
        self.stale: set[Any] = set()


def differing(before: Mapping[K, V], after: Mapping[K, V]) -> tuple[list[K], list[K]]:
    """The keys of ``after`` that ``before`` lacks or has with another value, and those that only ``before`` has.

    Costs little where both are the same at their ends, as after an edit: these are compared without a look at each.
    """
    if before is after:
        return [], []
    old, new = list(before), list(after)
    was, now = list(before.values()), list(after.values())
    most = min(len(old), len(new))
    first = min(_first_other(old, new, most), _first_other(was, now, most))
    most -= first
    last = min(_first_other(reversed(old), reversed(new), most), _first_other(reversed(was), reversed(now), most))
    changed = []
    for index in range(first, len(new) - last):
        key, value = new[index], now[index]
        other = before.get(key, _MISSING)
        if other is not value and not _same(other, value):
            changed.append(key)
    return changed, [key for key in old[first : len(old) - last] if key not in after]


def _first_other(one: Iterable[Any], other: Iterable[Any], most: int) -> int:
    """How many objects two rows have in common at their beginning, at most ``most``."""
    return min(next(compress(count(), map(is_not, one, other)), most), most)


class Memo:
    """Answers of one computation that is repeated with small differences. For one thread at a time."""

    __slots__ = ("_answers", "_context", "_frames", "_latest", "_stages", "keeps")

    def __init__(self, keeps: bool = True) -> None:
        self.keeps = keeps  # else everything is computed whenever it is asked for, as by one who asks once
        self._context: tuple[object, ...] = ()
        self._answers: dict[Hashable, _Answer] = {}
        self._latest: dict[Hashable, tuple[tuple[object, ...], Any]] = {}
        self._stages: dict[Hashable, _Stage] = {}
        self._frames: list[set[Hashable]] = []

    def touch(self, name: Hashable) -> None:
        """Whatever is being computed depends on ``name``."""
        if self._frames:
            self._frames[-1].add(name)

    def get(self, key: Hashable, compute: Callable[[], R]) -> R:
        """The answer for ``key``, computed at most once."""
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._computed(compute)
        elif self._frames:
            self._frames[-1] |= answer.names
        return cast(R, answer.value)

    def latest(self, stage: Hashable, inputs: tuple[object, ...], compute: Callable[[], R]) -> R:
        """The answer of ``stage`` to ``inputs``; only the last one is kept. It may touch no names."""
        last = self._latest.get(stage)
        if last is None or not _alike(last[0], inputs):
            last = self._latest[stage] = (inputs, compute())
        return cast(R, last[1])

    def last(self, stage: Hashable) -> Any:
        """The answer that ``latest`` gave last for ``stage``, or None."""
        last = self._latest.get(stage)
        return None if last is None else last[1]

    def each(self, stage: Hashable, items: Mapping[K, V], compute: Callable[[K, V], R]) -> Mapping[K, R]:
        """``compute(key, value)`` for every item.

        Computed are those whose value is another one than the last time the stage was asked, and those that were
        forgotten since. Nothing is kept of items that are no more.
        """
        if not self.keeps:
            with many_objects():
                return {key: compute(key, value) for key, value in items.items()}
        last = self._stages.get(stage)
        if last is None:
            last = self._stages[stage] = _Stage({}, {}, {})
        if not last.items:
            with many_objects():
                answers = {key: self._item(last.names, key, value, compute) for key, value in items.items()}
        else:
            todo, gone = differing(last.items, items)
            if last.stale:
                stale = last.stale.difference(todo)
                todo += [key for key in items if key in stale]
            answers = dict(last.answers) if todo or gone else last.answers
            for key in gone:
                del answers[key]
                last.names.pop(key, None)
            for key in todo:
                answers[key] = self._item(last.names, key, items[key], compute)
        last.items, last.answers, last.stale = items, answers, set()
        return answers

    def _item(self, names: dict[K, frozenset[Hashable]], key: K, value: V, compute: Callable[[K, V], R]) -> R:
        self._frames.append(set())
        try:
            answer = compute(key, value)
        finally:
            touched = self._frames.pop()
        if touched:
            names[key] = frozenset(touched)
        elif key in names:
            del names[key]
        return answer

    def _computed(self, compute: Callable[[], Any]) -> _Answer:
        frame: set[Hashable] = set()
        self._frames.append(frame)
        try:
            value = compute()
        finally:
            self._frames.pop()
        if self._frames:
            self._frames[-1] |= frame
        return _Answer(value, frozenset(frame) if frame else _NO_NAMES)

    def forget(self, names: Collection[Hashable]) -> None:
        """Drop every answer of ``get`` and ``each`` that touched any of ``names``."""
        if not names:
            return
        forgotten = frozenset(names)
        if self._answers:
            self._answers = {key: answer for key, answer in self._answers.items() if forgotten.isdisjoint(answer.names)}
        for stage in self._stages.values():
            if stage.names:
                stage.stale.update(key for key, touched in stage.names.items() if not forgotten.isdisjoint(touched))

    def outdate(self, stage: Hashable, keys: Collection[Hashable]) -> None:
        """Drop the answers of ``each`` for some keys."""
        if stage in self._stages:
            self._stages[stage].stale.update(keys)

    def within(self, *context: object) -> None:
        """All answers are those in ``context``; with another one than before everything is forgotten."""
        if not _alike(context, self._context):
            self._context = context
            self._answers.clear()
            self._latest.clear()
            self._stages.clear()

    def retain(self, kind: Hashable, names: Collection[Hashable]) -> None:
        """Drop the stages called ``(kind, name)`` of which the name is not among ``names``."""
        stages: dict[Hashable, Any]
        for stages in (self._latest, self._stages):
            for stage in [one for one in stages if type(one) is tuple and one[0] == kind and one[1] not in names]:
                del stages[stage]

    def copy(self) -> Memo:
        """A memo with the same answers, which can forget and learn without this one."""
        memo = Memo(self.keeps)
        memo._context = self._context
        memo._answers = dict(self._answers)
        memo._latest = dict(self._latest)
        for name, stage in self._stages.items():
            memo._stages[name] = _Stage(stage.items, stage.answers, dict(stage.names))
            memo._stages[name].stale = set(stage.stale)
        return memo

    def without(self, names: Collection[Hashable]) -> Memo:
        """A copy that forgot the answers which touched any of ``names``."""
        memo = self.copy()
        memo.forget(names)
        return memo
