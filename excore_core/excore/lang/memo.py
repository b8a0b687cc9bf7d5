"""The incremental engine: answers are kept, and what an edit cannot change is not computed again.

While an answer is computed, ``touch`` notes the names it looks at; ``forget`` drops the answers that looked at any of
some names. That is all a stage needs to be incremental: it says what its answers depend on, and has no algorithm of its
own for edits. Values are compared by identity, tuples by the identity of their items: who makes values shares what did
not change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from operator import eq, is_
from typing import Any, NamedTuple, TypeVar, cast

from excore.lang.collector import many_objects

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

_NO_NAMES: frozenset[Hashable] = frozenset()
_MISSING = object()


def _alike(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def _same(one: object, other: object) -> bool:
    return type(one) is tuple and type(other) is tuple and _alike(one, other)


class _Answer(NamedTuple):
    value: Any
    names: frozenset[Hashable]


class _Stage(NamedTuple):
    """The last items of a stage, the answers to them, and the names that answers touched, of those that touched any."""

    items: Mapping[Any, Any]
    answers: dict[Any, Any]
    names: dict[Any, frozenset[Hashable]]


class Memo:
    """Answers of one computation that is repeated with small differences. For one thread at a time."""

    __slots__ = ("_answers", "_context", "_frames", "_latest", "_stages")

    def __init__(self) -> None:
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
        """``compute(key, value)`` for every item, in their order.

        Computed are those whose value is another one than the last time the stage was asked, and those that were
        forgotten since. Nothing is kept of items that are no more.
        """
        last = self._stages.get(stage)
        if last is None:
            stage_names: dict[K, frozenset[Hashable]] = {}
            with many_objects():
                answers = {key: self._item(stage_names, key, value, compute) for key, value in items.items()}
            self._stages[stage] = _Stage(items, answers, stage_names)
            return answers
        if last.items is items and len(last.answers) == len(items):
            return last.answers
        before, old, names = last.items, last.answers, last.names
        todo = {
            key: self._item(names, key, value, compute)
            for key, value in items.items()
            if key not in old or ((was := before.get(key, _MISSING)) is not value and not _same(was, value))
        }
        if len(items) == len(old) and all(map(eq, items, old)):
            answers = {**old, **todo} if todo else old
        else:
            answers = {key: todo[key] if key in todo else old[key] for key in items}
            if len(names) > 2 * len(items):
                names = {key: names[key] for key in names.keys() & items.keys()}
        self._stages[stage] = _Stage(items, answers, names)
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
        wanted = frozenset(names)
        if self._answers:
            self._answers = {key: answer for key, answer in self._answers.items() if wanted.isdisjoint(answer.names)}
        for stage, (_, _, touched) in self._stages.items():
            if touched:
                self.outdate(stage, [key for key, of_key in touched.items() if not wanted.isdisjoint(of_key)])

    def outdate(self, stage: Hashable, keys: Collection[Hashable]) -> None:
        """Drop the answers of ``each`` for some keys."""
        if keys and stage in self._stages:
            items, answers, touched = self._stages[stage]
            answers = dict(answers)
            for key in keys:
                answers.pop(key, None)
            self._stages[stage] = _Stage(items, answers, touched)

    def within(self, *context: object) -> None:
        """All answers are those in ``context``; with another one than before everything is forgotten."""
        if not _alike(context, self._context):
            self._context = context
            self._answers.clear()
            self._latest.clear()
            self._stages.clear()

    def retain(self, kind: Hashable, names: Collection[Hashable]) -> None:
        """Drop the stages called ``(kind, name)`` of which the name is not among ``names``."""
        kept: dict[Hashable, Any]
        for kept in (self._latest, self._stages):
            for stage in [one for one in kept if type(one) is tuple and one[0] == kind and one[1] not in names]:
                del kept[stage]

    def copy(self) -> Memo:
        """A memo with the same answers, which can forget and learn without this one."""
        memo = Memo()
        memo._context = self._context
        memo._answers = dict(self._answers)
        memo._latest = dict(self._latest)
        memo._stages = {
            stage: _Stage(items, answers, dict(names)) for stage, (items, answers, names) in self._stages.items()
        }
        return memo

    def without(self, names: Collection[Hashable]) -> Memo:
        """A copy that forgot the answers which touched any of ``names``."""
        memo = self.copy()
        memo.forget(names)
        return memo
