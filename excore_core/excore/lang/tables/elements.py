"""One element of a list that a base gives, changed, appended or taken away (BASE-9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

from excore.lang.problems import Origin, Problem, problem
from excore.lang.syntax.tree import Array, Block, InlineTable, Missing, Scalar, Value
from excore.lang.tables.table import Binding, Table, Tables

_ELEMENT = re.compile(r"(.+)\[(-?[0-9]{1,9}|[+-])\]")
_APPEND, _REMOVE = "+", "-"


class Element(NamedTuple):
    """``"x[0]"``, ``"x[+]"`` or ``"x[-]"``: the key of the list, and what stands in the brackets."""

    key: str
    which: str


def split_element(key: str) -> Element | None:
    """What a key says of an element; None for other keys."""
    match = _ELEMENT.fullmatch(key) if key.endswith("]") else None
    return Element(match[1], match[2]) if match is not None else None


class Changed(Array):
    """A list with elements that are changed: ``places`` says for each item which binding it is written in, ``changes``
    are the bindings that changed it."""

    __slots__ = ("changes", "places", "problems")

    def __init__(
        self,
        items: tuple[Value, ...],
        places: tuple[Binding, ...],
        changes: tuple[Binding, ...],
        at: Origin,
        problems: tuple[Problem, ...],
    ) -> None:
        super().__init__(items, at.start, at.end)
        self.places = places
        self.changes = changes
        self.problems = problems


def placed(array: Array, file: str, block: Block) -> Iterator[tuple[Value, str, Block]]:
    """The items of an array that stands in a block of a file, each with where it stands itself."""
    places = ((one.file, one.block) for one in array.places) if isinstance(array, Changed) else repeat((file, block))
    return ((item, *place) for item, place in zip(array.items, places, strict=False))


def counterpart(binding: Binding, merged: Mapping[str, Binding]) -> Binding | None:
    """What a binding of one file is in the table it was merged to."""
    there = merged.get(binding.name)
    element = split_element(binding.name) if there is None else None
    listed = merged.get(element.key) if element is not None else None
    if listed is not None and isinstance(listed.value, Changed) and any(one is binding for one in listed.value.changes):
        return binding
    return there


def changed(old: Binding, changes: Sequence[tuple[str, Binding]]) -> Binding:
    """The list of ``old`` with ``changes``, all of one table. Indexes are those of ``old``, whatever their order."""
    assert isinstance(old.value, Array)
    before = old.value
    places = before.places if isinstance(before, Changed) else (old,) * len(before.items)
    items: list[tuple[Value, Binding] | None] = list(zip(before.items, places, strict=True))
    added: list[tuple[Value, Binding]] = []
    problems = list(before.problems) if isinstance(before, Changed) else []
    count, last = len(items), changes[-1][1]
    for which, new in changes:
        value = _value(new)
        if value is None:
            problems.append(problem("invalid-reference", "an element is no table with a header", new.origin))
        elif isinstance(value, Missing):
            continue
        elif which == _APPEND:
            added += [(item, new) for item in (value.items if isinstance(value, Array) else (value,))]
        else:
            removes = which == _REMOVE
            for index in _indexes(value) if removes else (int(which),):
                if index is None:
                    message = "what is taken away is named by its number, or by a list of numbers"
                    problems.append(problem("invalid-reference", message, new.value_origin))
                elif not -count <= index < count:
                    where = new.value_origin if removes else new.origin
                    problems.append(problem("unknown-key", _out_of_range(old, index, count), where))
                else:
                    items[index] = None if removes else (value, new)
    made = [*(item for item in items if item is not None), *added]
    at = last.origin if isinstance(last.value, Table | Tables) else last.value_origin
    by = (*(before.changes if isinstance(before, Changed) else ()), *(new for _, new in changes))
    values, by_item = tuple(one for one, _ in made), tuple(place for _, place in made)
    value = Changed(values, by_item, by, at, tuple(problems))
    return Binding(old.name, value, last.file, last.block, last.part, (old, *old.shadows))


def _value(binding: Binding) -> Value | None:
    """The value as syntax, as items of arrays are; None for a table that no item can be."""
    value = binding.value
    if not isinstance(value, Table | Tables):
        return value
    entries = (entry.value for entry in binding.block.entries if entry.parts[-1] is binding.part)
    return next((one for one in entries if isinstance(one, InlineTable)), None)


def _indexes(value: Value) -> Iterator[int | None]:
    for item in value.items if isinstance(value, Array) else (value,):
        number = item.value if isinstance(item, Scalar) and item.kind == "integer" else None
        yield number if isinstance(number, int) else None


def _out_of_range(old: Binding, index: int, count: int) -> str:
    has = f"{count} elements, `0` to `{count - 1}`" if count > 1 else "one element, `0`" if count else "no elements"
    return f"there is no element `{index}`: `{old.name}` has {has}"
