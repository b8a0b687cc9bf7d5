"""Classes that were read, and the method resolution order of one of them."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from excore.index.facts import At, ClassFact, FieldFact, unpacked
from excore.index.name_resolution import NameResolver, ResolvedName
from excore.lang.catalog import Location

ARGUMENT_HOOK = "ConfigArgumentHook"
ENUMS = frozenset(f"enum.{name}" for name in ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum", "ReprEnum"))
NAMED_TUPLES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
TYPED_DICTS = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})
NO_EFFECT = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions", "abc", "builtins", "collections.abc")
    for name in (
        *("object", "ABC", "Generic", "Protocol", "Hashable", "Callable", "Iterable", "Iterator", "Sized", "Container"),
        *("Collection", "Sequence", "Mapping", "MutableMapping", "MutableSequence", "Set", "MutableSet", "Awaitable"),
    )
)
"""Bases that give a class neither a constructor nor attributes of interest."""
_UNDERSTOOD = NO_EFFECT | ENUMS | NAMED_TUPLES | TYPED_DICTS
NAMES_OF = {
    **{f"builtins.{kind.__name__}": tuple(dir(kind)) for kind in (dict, frozenset, list, set, tuple)},
    **dict.fromkeys(NAMED_TUPLES, (*dir(tuple), "_asdict", "_fields", "_field_defaults", "_make", "_replace")),
}
"""The attributes that objects of Python's own classes have."""
_MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class that was read."""

    path: str
    module: str
    file: str
    fact: ClassFact

    @property
    def fields(self) -> list[FieldFact]:
        """The names bound in its body."""
        return unpacked(self.fact).get("fields", [])

    def location(self, at: At) -> Location:
        """A place in its file."""
        return Location(self.file, *at)


@dataclass(frozen=True, slots=True)
class ClassOrder:
    """Method resolution order: classes that were read and import paths of those that were not. ``complete``: all bases
    are understood."""

    items: tuple[ClassRef | str, ...]
    complete: bool

    @property
    def paths(self) -> tuple[str, ...]:
        """Import paths, that of the class itself first."""
        return tuple(map(_path, self.items))

    @property
    def classes(self) -> Iterator[ClassRef]:
        """The classes that were read."""
        return (item for item in self.items if isinstance(item, ClassRef))


def class_order(names: NameResolver, ref: ClassRef) -> ClassOrder:
    """The class itself first, then its bases as Python orders them."""
    return _order(names, ref, (), {})


def _order(names: NameResolver, ref: ClassRef, derived: tuple[str, ...], known: dict[str, ClassOrder]) -> ClassOrder:
    """``derived`` are the classes whose base it is: a class that is a base of itself has an incomplete order, not an
    endless one. ``known`` are the orders of this question: a class may be a base on many ways."""
    if ref.path in known:
        return known[ref.path]
    if ref.path in derived or len(derived) > _MAX_DEPTH:
        return ClassOrder((), False)
    names.memo.touch(ref.module)
    complete = True
    orders: list[list[ClassRef | str]] = []
    bases: list[ClassRef | str] = []
    for base in ref.fact["bases"]:
        target = names.resolve(ref.module, base) if base else None
        written = f"{target.module}.{target.name}" if target is not None else ""
        if written in _UNDERSTOOD:  # what it means is known, and how it is written says less
            target = ResolvedName("external", written)
        inner = class_ref(names, target)
        if inner is not None and names.is_one_of_several(ref.module, base):
            inner, target, complete = None, None, False
        if inner is not None and inner.path != ref.path:
            order = _order(names, inner, (*derived, ref.path), known)
            complete &= order.complete
            orders.append(list(order.items) or [inner])
            bases.append(inner)
            continue
        path = target.module if target is not None and target.kind == "external" else base
        if target is None and hasattr(builtins, base):
            path = f"builtins.{base}"
        complete &= is_understood(path)
        if path:
            orders.append([path])
            bases.append(path)
    known[ref.path] = ClassOrder((ref, *_linearised([*orders, bases])), complete)
    return known[ref.path]


def class_ref(names: NameResolver, target: ResolvedName | None) -> ClassRef | None:
    """The class that a name stands for, None if it stands for something else."""
    file = names.lookup(target.module) if target is not None and target.kind == "class" else None
    return ClassRef(target.path, target.module, file.path, target.fact) if target is not None and file else None


def is_understood(path: str) -> bool:
    """Whether what a base means is known though it was not read."""
    if path in _UNDERSTOOD or path.startswith("builtins."):
        return True
    return path.startswith("excore.") and path.endswith(f".{ARGUMENT_HOOK}")


def _linearised(orders: list[list[ClassRef | str]]) -> list[ClassRef | str]:
    """C3, the order that Python gives bases: of the heads of all orders the first that stands behind no other head, so
    that a class comes before its bases and bases come as they are written.

    Python refuses classes where there is no such head. A text that is being edited may say so for a while: then the
    first head counts. Each round takes one class out of every order, so this ends.
    """
    result: list[ClassRef | str] = []
    rest = [order[::-1] for order in orders if order]  # the head is the last: to take it is cheap
    behind = _behind(rest)
    while rest:
        head = next((order[-1] for order in rest if not behind[_path(order[-1])]), None)
        if head is None:
            head = rest[0][-1]
            rest = [[item for item in order if _path(item) != _path(head)] for order in rest]
            behind = _behind(rest)
        else:
            for order in rest:
                if _path(order[-1]) == _path(head):
                    order.pop()
                    if order:
                        behind[_path(order[-1])] -= 1
        result.append(head)
        rest = [order for order in rest if order]
    return result


def _behind(orders: list[list[ClassRef | str]]) -> Counter[str]:
    """How often each class stands behind a head."""
    return Counter(_path(item) for order in orders for item in order[:-1])


def _path(item: ClassRef | str) -> str:
    return item if isinstance(item, str) else item.path
