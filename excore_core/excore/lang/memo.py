"""The incremental engine: answers are remembered, and what an edit cannot change is not computed again.

An answer depends on three things, and is used again only while all three are as they were:

- its context (``within``), which all answers of a memo share: another catalog or project empties the memo;
- its input: the value of its item in ``each``, the inputs of ``latest``. They are compared by identity, tuples by the
  identity of their items, so a stage that makes values must share those that did not change;
- the names it looked up. ``touch`` records them while the answer is computed; what an inner answer touched counts for
  the outer one too, also where the inner one was remembered. After an edit the names that mean something else are
  passed to ``forget``, which drops the answers that touched any of them.

A remembered answer is therefore the one a fresh computation would give, provided that a computation touches every name
it looks up. That is all a stage has to do to be incremental.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from functools import partial
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
    """The last items of a stage, the answers to them, the names that these touched, and the keys of stale ones.
    ``partly``: what was asked for was never all."""

    __slots__ = ("answers", "items", "names", "partly", "stale")

    items: Any  # a mapping, which only who is ``partly`` through changes

    def __init__(
        self,
        items: Mapping[Any, Any],
        answers: dict[Any, Any],
        names: dict[Any, frozenset[Hashable]],
        partly: bool = False,
    ) -> None:
        self.partly = partly
        self.items = items
        self.answers = answers
        self.names = names
        self.stale: set[Any] = set()


def differing(before: Mapping[K, V], after: Mapping[K, V]) -> tuple[list[K], list[K]]:
    """The keys of ``after`` that ``before`` lacks or has with another value, and those that only ``before`` has.

    After an edit most items are the same at both ends. ``equal_ends`` skips these without a Python loop, so the cost is
    that of the items in between.
    """
    if before is after:
        return [], []
    old, new = list(before), list(after)
    was, now = list(before.values()), list(after.values())
    first, last = map(min, equal_ends(old, new), equal_ends(was, now))
    changed = []
    for index in range(first, len(new) - last):
        key, value = new[index], now[index]
        other = before.get(key, _MISSING)
        if other is not value and not _same(other, value):
            changed.append(key)
    return changed, [key for key in old[first : len(old) - last] if key not in after]


def equal_ends(one: Sequence[object], other: Sequence[object]) -> tuple[int, int]:
    """How many items two rows have in common at their beginning, and how many behind these at their end."""
    most = min(len(one), len(other))
    first = next(compress(count(), map(is_not, one, other)), most)
    last = next(compress(count(), map(is_not, reversed(one), reversed(other))), most)
    return first, min(last, most - first)


class Memo:
    """Answers of one computation that is repeated with small differences. For one thread at a time."""

    __slots__ = ("_answers", "_context", "_frames", "_latest", "_stages", "keeps")
    follows = True  # what is computed is a later state of what was computed before

    def __init__(self, keeps: bool = True) -> None:
        self.keeps = keeps  # else everything is computed whenever it is asked for, as by one who asks once
        self._context: tuple[object, ...] = ()
        self._answers: dict[Hashable, _Answer] = {}
        self._latest: dict[Hashable, tuple[tuple[object, ...], Any]] = {}
        self._stages: dict[Hashable, _Stage] = {}
        self._frames: list[set[Hashable]] = []

    def touch(self, name: Hashable) -> None:
        """Record that the answer which is being computed depends on ``name``; without effect outside of a
        computation."""
        if self._frames:
            self._frames[-1].add(name)

    def get(self, key: Hashable, compute: Callable[[], R]) -> R:
        """The answer for ``key``: the remembered one, or what ``compute()`` returns. Its errors are passed on."""
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._computed(compute)
        elif self._frames:
            self._frames[-1] |= answer.names
        return cast(R, answer.value)

    def latest(self, stage: Hashable, inputs: tuple[object, ...], compute: Callable[[], R]) -> R:
        """The answer of ``stage`` to ``inputs``; only that to the last inputs is remembered.

        ``compute`` must not touch names: ``forget`` does not look at these answers.
        """
        last = self._latest.get(stage)
        if last is None or not _alike(last[0], inputs):
            last = self._latest[stage] = (inputs, compute())
        return cast(R, last[1])

    def last(self, stage: Hashable) -> Any:
        """The answer that ``latest`` gave last for ``stage``, or None."""
        last = self._latest.get(stage)
        return None if last is None else last[1]

    def each(
        self, stage: Hashable, items: Mapping[K, V], compute: Callable[[K, V], R], whole: bool = False
    ) -> Mapping[K, R]:
        """``compute(key, value)`` for every item.

        It is called for the items whose value is another object than at the last call for ``stage``, and for those
        whose answers were dropped since by ``forget`` or ``outdate``. The answers of items that ``items`` no longer has
        are dropped. The result is in no certain order. ``whole``: answers depend on other items, too, of which
        ``outdate`` tells.
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
            todo, removed = differing(last.items, items)
            if last.stale:
                stale = last.stale.difference(todo)
                todo += [key for key in items if key in stale]
            answers = dict(last.answers) if todo or removed else last.answers
            for key in removed:
                del answers[key]
                last.names.pop(key, None)
            for key in todo:
                answers[key] = self._item(last.names, key, items[key], compute)
        last.items, last.answers, last.stale, last.partly = items, answers, set(), False
        return answers

    def ahead(self, stage: Hashable, items: Mapping[K, V], compute: Callable[[K, V], R], most: int) -> Iterator[None]:
        """Computes answers for ``each``, if that was not called for ``stage`` yet, at most so many at each step.

        Not to be gone on with after another call.
        """
        last = self._stages.setdefault(stage, _Stage({}, {}, {}, partly=True))
        todo = differing(last.items, items)[0] if last.partly else []
        for start in range(0, len(todo), most):
            with many_objects():
                for key in todo[start : start + most]:
                    last.answers[key] = self._item(last.names, key, items[key], compute)
                    last.items[key] = items[key]
            yield

    def item(self, stage: Hashable, key: K, value: V, compute: Callable[[K, V], R]) -> R:
        """``compute(key, value)``, a part of an answer of a ``whole`` stage that depends on this item alone."""
        return compute(key, value)

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
        """Drop the answers that ``each`` gave in ``stage`` for ``keys``."""
        if stage in self._stages:
            self._stages[stage].stale.update(keys)

    def within(self, *context: object) -> None:
        """Say what all answers depend on. If any object of ``context`` is another than before, all are dropped."""
        if not _alike(context, self._context):
            self._context = context
            self._answers.clear()
            self._latest.clear()
            self._stages.clear()

    def retain(self, kinds: Collection[Hashable], names: Collection[Hashable]) -> None:
        """Drop the stages ``(kind, name, ...)`` of these kinds whose name is not among ``names``: what they were about
        is gone."""
        stages: dict[Hashable, Any]
        for stages in (self._latest, self._stages):
            for stage in [one for one in stages if type(one) is tuple and one[0] in kinds and one[1] not in names]:
                del stages[stage]

    def copy(self) -> Memo:
        """A memo with the same answers; from now on neither sees the changes of the other."""
        memo = Memo(self.keeps)
        memo._context = self._context
        memo._answers = dict(self._answers)
        memo._latest = dict(self._latest)
        for name, stage in self._stages.items():
            if stage.partly:  # what it has would change here and there
                continue
            memo._stages[name] = _Stage(stage.items, stage.answers, dict(stage.names))
            memo._stages[name].stale = set(stage.stale)
        return memo

    def without(self, names: Collection[Hashable]) -> Memo:
        """A copy that forgot the answers which touched any of ``names``."""
        memo = self.copy()
        memo.forget(names)
        return memo


class Siblings(Memo):
    """Answers of computations of which none is a later state of another, and that share much of their input.

    An answer about one item is used by all that have the very same item under this key; what depends on the whole is
    computed for each.
    """

    __slots__ = ("_kept", "_touching")
    follows = False

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[Hashable, Any], tuple[Any, Any]] = {}
        self._touching: dict[Hashable, set[tuple[Hashable, Any]]] = {}  # by name

    def each(
        self, stage: Hashable, items: Mapping[K, V], compute: Callable[[K, V], R], whole: bool = False
    ) -> Mapping[K, R]:
        if whole:
            return {key: compute(key, value) for key, value in items.items()}
        return {key: self.item(stage, key, value, compute) for key, value in items.items()}

    def item(self, stage: Hashable, key: K, value: V, compute: Callable[[K, V], R]) -> R:
        place = (stage, key)
        known = self._kept.get(place)
        if known is None or known[0] is not value:
            answer = self._computed(partial(compute, key, value))
            known = self._kept[place] = (value, answer.value)
            for name in answer.names:
                self._touching.setdefault(name, set()).add(place)
        found: R = known[1]
        return found

    def forget(self, names: Collection[Hashable]) -> None:
        super().forget(names)
        for name in names:
            for place in self._touching.pop(name, ()):
                self._kept.pop(place, None)

    def within(self, *context: object) -> None:
        if not _alike(context, self._context):
            self._kept.clear()
            self._touching.clear()
        super().within(*context)
