"""Remembered answers that know which modules they were read from, so that a changed file forgets only what used it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Memo:
    """Answers by key. While one is computed, ``touch`` notes the modules it looks at, also those that do not exist."""

    __slots__ = ("_answers", "_frames")

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[Any, frozenset[str]]] = {}
        self._frames: list[set[str]] = []

    def touch(self, module: str) -> None:
        """Whatever is being computed depends on ``module``."""
        if self._frames:
            self._frames[-1].add(module)

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The answer for ``key``, computed at most once."""
        answer = self._answers.get(key)
        if answer is None:
            frame: set[str] = set()
            self._frames.append(frame)
            try:
                value = compute()
            finally:
                self._frames.pop()
            answer = self._answers[key] = (value, frozenset(frame))
        if self._frames:
            self._frames[-1] |= answer[1]
        return cast(T, answer[0])

    def without(self, changed: set[str]) -> Memo:
        """A copy that forgot every answer which depends on a module in ``changed``."""
        memo = Memo()
        memo._answers = {key: answer for key, answer in self._answers.items() if changed.isdisjoint(answer[1])}
        return memo
