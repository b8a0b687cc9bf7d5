"""Which known names a mistyped one may mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

_MOST_DIFFERENT = 0.4  # edits, as a share of the longer name
_LONGEST = 200  # letters of a name that anything is like
_NEIGHBOURS = 50  # before and behind a name in the order of many, by its beginning and by its end
_SHORT = 4  # up to this length every candidate is compared, above it those that share two letters at an end


def nearest(name: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The candidates most like ``name``, best first, at most ``limit``; case does not count. Often none.

    Alike are names at a short Levenshtein distance for their length, where two letters that changed places count once,
    and all that begin with ``name``.
    """
    folded_name = name.casefold()
    size = len(folded_name)
    if not 0 < size <= _LONGEST:
        return ()
    shortest, longest = size * (1 - _MOST_DIFFERENT), size / (1 - _MOST_DIFFERENT)
    head, tail = folded_name[:2], folded_name[-2:]
    masks = _masks(folded_name)
    ranks: dict[str, tuple[int, bool, int, str]] = {}
    for candidate in candidates:
        length = len(candidate)
        if length < shortest:
            continue
        folded = candidate.casefold()
        if length <= longest and (size <= _SHORT or folded[:2] == head or folded[-2:] == tail):
            edits = _distance(masks, size, folded)
            if edits == 2 and _swapped(folded_name, folded):
                edits = 1
            if edits <= _MOST_DIFFERENT * max(size, length):
                ranks[candidate] = (edits, candidate[0] != name[0], abs(length - size), candidate)
                continue
        if size >= 3 and folded.startswith(folded_name):
            ranks[candidate] = (size, False, length, candidate)
    return tuple(sorted(ranks, key=ranks.__getitem__)[:limit])


def suggestion_text(suggestions: Sequence[str]) -> str:
    """The end of a message that names the first of ``suggestions``; "" where there are none."""
    return f"; did you mean `{suggestions[0]}`?" if suggestions else ""


def listed(names: Collection[str], most: int | None = None) -> str:
    """Names as a message has them, each once; of more than ``most`` the first."""
    shown = ", ".join(f"`{name}`" for name in dict.fromkeys(list(names)[:most]))
    return shown if most is None or len(names) <= most else f"{shown} …"


class Vocabulary:
    """Many names, laid out so that ``near`` looks at few: those that begin or end most like the one asked for."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._orders: list[list[tuple[str, str]]] = []
        if len(self.names) > 4 * _NEIGHBOURS:
            folded = [(name.casefold(), name) for name in self.names]
            self._orders = [sorted(folded), sorted((text[::-1], name) for text, name in folded)]
        self._meant: dict[str, str] = {}

    def meant(self, name: str) -> str:
        """The name that ``name`` is a typo of (see ``is_typo``), or ""."""
        name_meant = self._meant.get(name)
        if name_meant is None:
            near = self.near(name, limit=1)
            name_meant = self._meant[name] = near[0] if near and is_typo(name, near[0]) else ""
        return name_meant

    def near(self, name: str, others: Iterable[str] = (), limit: int = 3) -> tuple[str, ...]:
        """``nearest`` among these names and ``others``."""
        alike = set(others) if self._orders else {*self.names, *others}
        folded = name.casefold()
        for order, text in zip(self._orders, (folded, folded[::-1]), strict=False):
            place = bisect_left(order, (text, ""))
            alike.update(each for _, each in order[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS])
        return nearest(name, alike, limit)


def distance(one: str, other: str) -> int:
    """Inserted, deleted and replaced characters between two texts."""
    return _distance(_masks(one), len(one), other) if one else len(other)


def is_typo(name: str, meant: str) -> bool:
    """Whether ``name`` is ``meant`` with a letter too many, too few or wrong, or two swapped; case does not count."""
    one, other = name.casefold(), meant.casefold()
    if name == meant or abs(len(one) - len(other)) > 1:
        return False
    return one == other or distance(one, other) == 1 or _swapped(one, other)


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters changed places."""
    if len(one) != len(other):
        return False
    first = next(index for index, char in enumerate(one) if char != other[index])
    return one[first : first + 2] == other[first : first + 2][::-1] and one[first + 2 :] == other[first + 2 :]


def _masks(text: str) -> dict[str, int]:
    masks: dict[str, int] = {}
    for index, char in enumerate(text):
        masks[char] = masks.get(char, 0) | 1 << index
    return masks


def _distance(masks: Mapping[str, int], size: int, other: str) -> int:
    """Levenshtein's distance by bit vectors (G. Myers, "A fast bit-vector algorithm for approximate string matching
    based on dynamic programming", 1999): a whole column of the table is one integer."""
    full = (1 << size) - 1
    last = 1 << (size - 1)
    up, down, edits = full, 0, size
    for char in other:
        same = masks.get(char, 0)
        vertical = same | down
        horizontal = (((same & up) + up) ^ up) | same
        more = down | ~(horizontal | up) & full
        less = up & horizontal
        if more & last:
            edits += 1
        elif less & last:
            edits -= 1
        more = more << 1 | 1
        less <<= 1
        up = (less | ~(vertical | more)) & full
        down = more & vertical & full
    return edits
