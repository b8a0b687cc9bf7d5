"""What a config of another system says: plain Python values, which remember names, lines and comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from excore.lang.text import printable

DELETE = "_delete_"
TYPE = "type"
TARGET = "_target_"


class Unread(NamedTuple):
    """What was not converted, with its place (1-based) and the reason."""

    line: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.line}: `{printable(self.text)}`: {self.reason}"


class ImportPath(str):
    """The import path of a class that is named as one, not as text."""

    __slots__ = ()


class Environment(str):
    """A text with ``${NAME}`` of the environment in it."""

    __slots__ = ()


class Variable(str):
    """The name of a value that only those have who use a file."""

    __slots__ = ()


class Group(dict[str, Any]):
    """A table of a config. ``names`` are the top-level names that values were given by, ``comments`` what is written
    about a key, ``line`` where it begins. ``partial``: a class that is called later."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), line: int = 0) -> None:
        super().__init__(values)
        self.line = line
        self.names: dict[str, str] = {}
        self.comments: dict[str, list[str]] = {}
        self.partial = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Group:
        copy = Group({key: deepcopy(value, memo) for key, value in self.items()}, self.line)
        copy.names, copy.comments, copy.partial = dict(self.names), dict(self.comments), self.partial
        memo[id(self)] = copy
        return copy

    def put(self, key: str, value: Any, name: str = "") -> None:
        """Set a value that is given by a top-level name, or by none."""
        self[key] = value
        self.names.pop(key, None)
        if name:
            self.names[key] = name

    def update_from(self, other: Mapping[str, Any]) -> None:
        """``dict.update``, with the names."""
        names = other.names if isinstance(other, Group) else {}
        for key, value in other.items():
            self.put(key, value, names.get(key, ""))


@dataclass
class Config:
    """A file that was read. ``values`` are merged with those of its ``bases`` (paths); ``loose`` comments belong to no
    key."""

    path: str
    values: Group = field(default_factory=Group)
    bases: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)


def merged(base: Any, over: Any) -> Any:
    """A config over its base, as mmengine merges them; ``_delete_`` replaces, and numbers are indexes of a list."""
    if isinstance(base, list) and isinstance(over, dict) and over and all(str(key).isdigit() for key in over):
        items = deepcopy(base)
        for key, value in over.items():
            if int(key) < len(items):
                items[int(key)] = merged(items[int(key)], value)
        return items
    if not isinstance(base, Group) or not isinstance(over, Group) or over.get(DELETE):
        return without_marks(over)
    result = deepcopy(base)
    for key, value in over.items():
        result.put(key, merged(base[key], value) if key in base else without_marks(value), over.names.get(key, ""))
        if key in over.comments:
            result.comments[key] = over.comments[key]
    result.line = over.line or base.line
    return result


def without_marks(value: Any) -> Any:
    """A copy without ``_delete_``."""
    if isinstance(value, Group):
        copy = Group({key: without_marks(item) for key, item in value.items() if key != DELETE}, value.line)
        copy.names, copy.comments, copy.partial = dict(value.names), dict(value.comments), value.partial
        return copy
    if isinstance(value, (list, tuple)):
        return type(value)(without_marks(item) for item in value)
    return value


def class_of(value: Mapping[str, Any]) -> Any:
    """What says the class of a dict: ``_target_``, or else ``type``; None if nothing does."""
    return value.get(TARGET, value.get(TYPE))
