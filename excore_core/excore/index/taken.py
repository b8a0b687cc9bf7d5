"""Values that pass between reading classes and reading their fields."""

from __future__ import annotations

from dataclasses import dataclass

from excore.index.facts import ClassFact
from excore.lang.catalog import Param


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class that was read."""

    path: str
    module: str
    file: str
    fact: ClassFact


@dataclass(frozen=True, slots=True)
class Order:
    """Method resolution order: classes that were read and import paths of those that were not."""

    items: tuple[ClassRef | str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call takes; every parameter's ``owner`` is set. ``docs`` are the docstrings that describe them."""

    params: tuple[Param, ...] = ()
    complete: bool = True
    docs: tuple[tuple[str, str], ...] = ()


UNKNOWN = Taken(complete=False)
