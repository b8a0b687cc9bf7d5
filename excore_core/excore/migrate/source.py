"""What a config of another system says: plain Python values, which remember names, lines and comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from excore.lang.text import printable

DELETE = "_delete_"
TYPE = "type"
TARGET = "_target_"
SCOPE = "_scope_"


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
    about a key, ``line`` where it begins. ``partial``: a class that is called later. ``scope``: the package whose names
    count first; ``key``: what it stands under."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), line: int = 0) -> None:
        super().__init__(values)
        self.line = line
        self.names: dict[str, str] = {}
        self.comments: dict[str, list[str]] = {}
        self.partial = False
        self.scope = self.key = ""

    def __deepcopy__(self, memo: dict[int, Any]) -> Group:
        copy = memo[id(self)] = self.like((key, deepcopy(value, memo)) for key, value in self.items())
        return copy

    def like(self, items: Iterable[tuple[str, Any]]) -> Group:
        """Other values, with what is known about these."""
        copy = Group(items, self.line)
        copy.names, copy.comments = dict(self.names), dict(self.comments)
        copy.partial, copy.scope, copy.key = self.partial, self.scope, self.key
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
    key; ``interpolates``: texts may have ``${..x}`` in them."""

    path: str
    values: Group = field(default_factory=Group)
    bases: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    interpolates: bool = False


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
        if key == DELETE:
            continue
        result.put(key, merged(base[key], value) if key in base else without_marks(value), over.names.get(key, ""))
        if key in over.comments:
            result.comments[key] = over.comments[key]
    result.line = over.line or base.line
    return result


def without_marks(value: Any) -> Any:
    """A copy without ``_delete_``."""
    if isinstance(value, Group):
        return value.like((key, without_marks(item)) for key, item in value.items() if key != DELETE)
    if isinstance(value, (list, tuple)):
        return type(value)(without_marks(item) for item in value)
    return value


def base_values(config: Config, path: str) -> Group:
    """The values of a base. Names of ``package::file`` are that package's, which its outermost objects say, as mmengine
    does it."""
    package, colons, _ = path.partition("::")
    values: Group = _scoped(config.values, package) if colons else config.values
    return deepcopy(values)


def _scoped(value: Any, scope: str) -> Any:
    if isinstance(value, Group) and TYPE in value:
        return value.like({SCOPE: scope, **value}.items())
    if isinstance(value, Group):
        return value.like((key, _scoped(item, scope)) for key, item in value.items())
    return type(value)(_scoped(item, scope) for item in value) if isinstance(value, (list, tuple)) else value


def groups(value: Any) -> Iterator[Group]:
    """All tables in a value, those outside first."""
    if isinstance(value, Group):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        yield from groups(item)


def place(value: Any, scope: str, key: str) -> None:
    """Tell the tables in a value where they stand."""
    if isinstance(value, Group):
        value.scope, value.key = value.get(SCOPE) or scope, key
        for name, item in value.items():
            place(item, value.scope, name)
    elif isinstance(value, (list, tuple)):
        for item in value:
            place(item, scope, key)


def class_of(value: Mapping[str, Any]) -> Any:
    """What says the class of a dict: ``_target_``, or else ``type``; None if nothing does."""
    return value.get(TARGET, value.get(TYPE))
