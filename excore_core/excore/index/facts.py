"""What one Python file says, as plain JSON values: the output of ``scan`` and the content of the disk cache.

Facts depend on nothing but the text: no path, no module name, no other file. Whatever needs those is ``link``'s.
"""

from __future__ import annotations

import json
from typing import Any, Literal, TypedDict, TypeVar, Union

At = list[int]
"""``[line, column, end column]``, 0-based, code points."""

Expr = Union[str, "dict[str, Any]"]
"""An expression, as far as registrations need it: a dotted name is a string; otherwise one of

- ``{"c": constant}``
- ``{"l": [Expr, ...]}`` list, tuple or set
- ``{"d": [[key, Expr], ...]}`` dict with constant keys
- ``{"f": Expr, "a": [Expr, ...], "k": [[name or None, Expr], ...], "at": At}`` call
- ``{"o": Expr, "n": name}`` attribute of something that is no name
- ``{"*": Expr}`` starred
- ``{"s": source text}`` anything else
"""

Guard = Literal[0, 1, 2]
"""0: runs when the module is imported; 1: may run (``if``, ``try``); 2: does not (``if TYPE_CHECKING``)."""

ALWAYS: Guard = 0
MAYBE: Guard = 1
NEVER: Guard = 2


class _ParamFact(TypedDict):
    name: str
    at: At


class ParamFact(_ParamFact, total=False):
    """``kind`` is left out for positional-or-keyword."""

    kind: Literal["positional-only", "var-positional", "keyword-only", "var-keyword"]
    annotation: str
    default: str


class Forward(TypedDict):
    """A call that gets ``**kwargs``: ``to`` is "super", "self.method" or a dotted name; ``positional`` counts the
    arguments before, ``given`` names those given by keyword."""

    to: str
    positional: int
    given: list[str]


class _FunctionFact(TypedDict):
    name: str
    at: At
    params: list[ParamFact]


class FunctionFact(_FunctionFact, total=False):
    """``leaks``: ``**kwargs`` goes where reading cannot follow. ``takes``: what ``kwargs.pop("x", d)`` takes out;
    ``reads``: what ``kwargs.get("x")`` and ``kwargs.setdefault("x", d)`` leave in. ``source``: text of a small
    function, kept as it may be the predicate of a ``match``. ``registers``: its only parameter, and the call that it is
    given to, of a function that does nothing else."""

    returns: str
    doc: str
    decorators: list[Expr]
    forwards: list[Forward]
    leaks: bool
    takes: list[ParamFact]
    reads: list[ParamFact]
    source: str
    registers: tuple[str, Expr]
    packed: bytes


class _MemberFact(TypedDict):
    name: str
    kind: Literal["attribute", "method", "classmethod", "staticmethod", "property"]
    at: At


class MemberFact(_MemberFact, total=False):
    """A method, a property or an attribute set on ``self``."""

    doc: str
    annotation: str


class _FieldFact(TypedDict):
    name: str
    at: At


class FieldFact(_FieldFact, total=False):
    """A name bound in a class body. ``value`` is there only where it says more than ``default``: calls."""

    annotation: str
    default: str
    value: Expr


class _ClassFact(TypedDict):
    name: str
    at: At
    bases: list[str]


class ClassFact(_ClassFact, total=False):
    """``bases`` holds "" for what is no dotted name. ``targets`` are methods that the constructor forwards to.
    ``dynamic``: objects may have attributes that no assignment names."""

    doc: str
    decorators: list[Expr]
    keywords: dict[str, str]
    init: FunctionFact
    new: FunctionFact
    targets: dict[str, FunctionFact]
    members: list[MemberFact]
    fields: list[FieldFact]
    dynamic: bool
    packed: bytes


class _Binding(TypedDict):
    kind: Literal["module", "from", "class", "def", "call", "alias", "const", "list", "type", "value"]


class Binding(_Binding, total=False):
    """What a module-level statement binds a name to.

    module: ``module``; from: ``level``, ``module``, ``name``; alias: ``target`` dotted; const, type: ``text``;
    call: ``call``; list: ``items``.
    """

    guard: Guard
    at: At
    module: str
    level: int
    name: str
    target: str
    text: str
    call: Expr
    items: list[Expr]
    cls: ClassFact
    function: FunctionFact


class _CallFact(TypedDict):
    call: Expr


class CallFact(_CallFact, total=False):
    """A call at module level, or (``where``) one that looks like a registration and runs in a loop or function.

    ``each``: a name of the call and what it stands for one after the other, where a loop does nothing else.
    """

    guard: Guard
    where: str
    each: tuple[str, Expr]


FlagFact = tuple[str, str, str]
"""A prefix or mark that is registered: "prefix" or "mark", the character, the name of its class."""


class _Facts(TypedDict):
    names: dict[str, list[Binding]]


class Facts(_Facts, total=False):
    """Everything known of one file. ``stars``: star imports as ``[level, module]``; ``broken``: it did not parse;
    ``imports``: modules it imports by their full names, but those of Python."""

    imports: list[str]
    stars: list[tuple[int, str]]
    all: list[str]
    calls: list[CallFact]
    flags: list[FlagFact]
    broken: bool


class _Outline(TypedDict):
    outline: list[tuple[str, str, int, int]]


class Outline(_Outline, total=False):
    """What a file without registrations is known by until something asks for it: its top-level classes and functions
    as ``[kind, name, line, column]``, and its ``imports``."""

    imports: list[str]


LIGHT = frozenset({"name", "at", "bases", "decorators"})
"""What linking needs of every definition; the rest of a cached one stays packed JSON until something asks for it."""

Definition = TypeVar("Definition", ClassFact, FunctionFact)


def whole(fact: Definition) -> Definition:
    """``fact`` with all its keys; unpacks it in place the first time."""
    packed = fact.get("packed")
    if packed is not None:
        fact.update(json.loads(packed))
        fact.pop("packed", None)  # another thread may have been here first, with the same result
    return fact
