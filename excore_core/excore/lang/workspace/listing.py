"""Problems in the order of the text, followed from edit to edit.

Blocks that two versions of a file share stand in the same order in both, and so do the problems in them: what was
listed before need not be sorted again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import compress
from typing import TypeAlias

from excore.lang.problems import Problem
from excore.lang.syntax.document import SyntaxTree

_Key: TypeAlias = tuple[int, int, int, str, str]
_FEW = 8  # up to one in so many problems may be new


class Listing:
    """What was last listed of one file."""

    def __init__(self) -> None:
        self._last: list[Problem] = []

    def listed(self, found: Sequence[Problem], tree: SyntaxTree) -> list[Problem]:
        """The problems in the blocks of ``tree`` by position, without those that say the same of the same place."""
        last = self._last
        known, here = set(map(id, last)), set(map(id, found))
        new = [item for item in found if id(item) not in known]
        result = None
        if len(new) * _FEW <= len(found):
            result = _inserted(list(compress(last, map(here.__contains__, map(id, last)))), new, tree)
        self._last = result if result is not None else _sorted(found, tree)
        return self._last


def _by_position(tree: SyntaxTree) -> Callable[[Problem], _Key]:
    index = tree.index_of
    return lambda item: (index[item.origin.block], item.origin.start, item.origin.end, item.code, item.message)


def _inserted(listed: list[Problem], new: Sequence[Problem], tree: SyntaxTree) -> list[Problem] | None:
    """``listed`` with some more; None if one of them says what is listed, for then the first one found counts."""
    key = _by_position(tree)
    for item in new:
        if item.origin.block in tree.index_of:
            wanted = key(item)
            place = bisect_left(listed, wanted, key=key)
            if place < len(listed) and key(listed[place]) == wanted:
                return None
            listed.insert(place, item)
    return listed


def _sorted(found: Sequence[Problem], tree: SyntaxTree) -> list[Problem]:
    index = tree.index_of
    here = sorted((item for item in found if item.origin.block in index), key=_by_position(tree))
    return [
        item
        for item, before in zip(here, (None, *here), strict=False)
        if before is None or item.code != before.code or item.origin != before.origin or item.message != before.message
    ]
