"""What one Python file says, as plain JSON values: the output of ``scan`` and the content of the disk cache.

Facts depend on nothing but the text: no path, no module name, no other file. Whatever needs those is ``link``'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Union

if TYPE_CHECKING:
    from typing_extensions import Required

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

``excore.index.expressions`` reads them.
"""

Guard = Literal[0, 1, 2]
"""0: runs when the module is imported; 1: may run (``if``, ``try``); 2: does not (``if TYPE_CHECKING``)."""

ALWAYS: Guard = 0
MAYBE: Guard = 1
NEVER: Guard = 2

MORE = "**"
"""In ``gives``: what calls the first argument, and may take more than that does."""

WRAPS = "(**)"
"""In ``gives``: what calls the first argument, with what is read of it."""

ADDING = frozenset({"register", "register_module", "add_component"})
"""Methods of a registry that take one object, or are decorators; ``add_component`` is that of PaddlePaddle."""

STORING = frozenset({"__setitem__", "setdefault", "update"})
"""Methods of a dict, as a registry is one, that put names with import paths in."""

REGISTERING = ADDING | {"register_all", "match", "merge"}
"""Methods of a registry that fill it."""


Packed = Union[bytes, "Callable[[Any], dict[str, Any]]"]


class ParamFact(TypedDict, total=False):
    """A parameter. ``kind`` is left out for positional-or-keyword; ``doc`` is what stands beside it, not in a
    docstring; ``also`` is the name of the field that gives it another one."""

    name: Required[str]
    at: Required[At]
    kind: Literal["positional-only", "var-positional", "keyword-only", "var-keyword"]
    annotation: str
    default: str
    doc: str
    also: str


class Forward(TypedDict, total=False):
    """A call that gets ``**kwargs``: ``to`` is "super", "self.method" or a dotted name, "" for what no reading follows;
    ``positional`` counts the arguments before, ``keywords`` are the names of those passed by keyword. ``after``: the
    class behind which ``super`` starts, if one is named. ``rest``: "own" where the ``*args`` of the function follow,
    "any" where it is unknown how many arguments do."""

    to: Required[str]
    positional: Required[int]
    keywords: Required[list[str]]
    after: str
    rest: Literal["own", "any"]


class FunctionFact(TypedDict, total=False):
    """A function or method.

    ``leaks``: ``**kwargs`` goes where reading cannot follow; ``skips``: some calls of the function end without a call
    that gets it. ``popped``: what ``kwargs.pop("x", d)`` takes out; ``read``: what ``kwargs.get("x")`` and
    ``kwargs.setdefault("x", d)`` leave in, or the function puts there. ``source``: text of a small function,
    stored as it may be the predicate of a ``match``. ``registers``: its only parameter, and the only call that the
    function makes. ``gives``: what it returns if all of that is its first argument, or hands its arguments to that, "",
    or `MORE` if not all of them, `WRAPS` if it hands them on as ``wraps`` does, or what the functions of these names
    make of its first argument; ``makes``: what the functions within that it returns give in the same way. ``sets``: the
    attributes that it sets on its first argument, if it may set no others; ``keeps``: nobody else gets that.
    ``result``: what all calls give, as dotted name of what is called for that, or of a type of Python's, `=name` for
    that itself, "__new__" for an object.
    ``called``: names of what a small function calls to have what it returns. ``lists``: it changes an ``__all__``;
    ``put``: the attributes that its module sets on it.
    """

    name: Required[str]
    at: Required[At]
    params: Required[list[ParamFact]]
    returns: str
    doc: str
    decorators: list[Expr]
    forwards: list[Forward]
    leaks: bool
    skips: bool
    popped: list[ParamFact]
    read: list[ParamFact]
    source: str
    registers: tuple[str, Expr]
    gives: list[str]
    called: list[str]
    lists: bool
    makes: list[str]
    wraps: FunctionFact
    sets: list[str]
    keeps: bool
    result: str
    put: list[str]
    packed: Packed


class MemberFact(TypedDict, total=False):
    """A method, a property or an attribute set on ``self``. ``params``: the text of what a method takes in brackets;
    ``result``: as that of functions, of hooks alone."""

    name: Required[str]
    kind: Required[Literal["attribute", "method", "classmethod", "staticmethod", "property"]]
    at: Required[At]
    doc: str
    annotation: str
    params: str
    result: str


class FieldFact(TypedDict, total=False):
    """A name bound in a class body. ``value`` is there only where it says more than ``default``: calls. ``doc`` is what
    stands beside it."""

    name: Required[str]
    at: Required[At]
    annotation: str
    default: str
    doc: str
    value: Expr


class ClassFact(TypedDict, total=False):
    """A class. ``bases`` holds "" for what is no dotted name. ``targets`` are methods that the constructor forwards to.
    ``dynamic``: objects may have attributes that no assignment names. ``others``: constructors that other branches
    define; ``inherits``: there is a branch that defines none. ``assigned``: the name assigned to ``__init__`` or
    ``__new__``, "" for what is no name. ``call``: it has a method ``__call__`` that does more than to hand all on, or
    gives classes that it makes another constructor; ``calls``: that method of a metaclass. ``put``: the attributes that
    the module sets on it.
    ``subclassing``: calls that get every class derived from it, "" where those get another constructor."""

    name: Required[str]
    at: Required[At]
    bases: Required[list[str]]
    doc: str
    decorators: list[Expr]
    keywords: dict[str, str]
    init: FunctionFact
    new: FunctionFact
    targets: dict[str, FunctionFact]
    others: list[FunctionFact]
    inherits: bool
    assigned: str
    call: bool
    calls: FunctionFact
    put: list[str]
    subclassing: list[Expr]
    members: list[MemberFact]
    fields: list[FieldFact]
    dynamic: bool
    packed: Packed


class BindingFact(TypedDict, total=False):
    """What a module-level statement binds a name to.

    module: ``module``; from: ``level``, ``module``, ``name``; alias: ``target`` dotted; const, type: ``text``;
    call: ``call``; list: ``items``.
    """

    kind: Required[Literal["module", "from", "class", "def", "call", "alias", "const", "list", "type", "value"]]
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


class CallFact(TypedDict, total=False):
    """A call at module level, or (``where``) one that looks like a registration and runs in a loop or function.

    ``each``: a name of the call and what it stands for one after the other, where a loop does nothing else.
    """

    call: Required[Expr]
    guard: Guard
    where: str
    each: tuple[str, Expr]


FlagFact = tuple[str, str, str]
"""A prefix or mark that is registered: "prefix" or "mark", the character, the name of its class."""


Parsed = tuple["tuple[int, int, str] | None", "list[tuple[int, str, str]]"]
"""Line, column and message of what Python cannot parse, and what is surely imported, as level, module and name."""


class Told(TypedDict, total=False):
    """What needs no parsing. ``imports``: modules that a file imports by their full names, but those of Python;
    ``given``: literals that calls give, as name, keyword and text. ``parsed``: what ``syntax_errors`` says of the file,
    once somebody has asked."""

    imports: list[str]
    given: list[tuple[str, str, str]]
    parsed: Parsed


class FileFacts(Told, total=False):
    """All that one file says. ``stars``: star imports as ``[level, module]``; ``broken``: it did not parse;
    ``unmerged``: the line of a merge conflict; ``generates``: that of what gives the module names that no statement
    binds; ``all_of``: what ``all`` is put together from besides, as dotted names, "" for what is no name;
    ``held``: attributes of classes that may be registries, as dotted name, call and place; ``handed``: names that calls
    at module level get, or that are stored under a key, with the line."""

    names: Required[dict[str, list[BindingFact]]]
    stars: list[tuple[int, str]]
    all: list[str]
    all_of: list[str]
    calls: list[CallFact]
    flags: list[FlagFact]
    broken: bool
    unmerged: int
    generates: int
    held: list[tuple[str, Expr, At]]
    handed: dict[str, int]


class Outline(Told, total=False):
    """What stands for a file without registrations until something asks for its facts: its top-level classes and
    functions as ``[kind, name, line, column]``."""

    outline: Required[list[tuple[str, str, int, int]]]


LIGHT = frozenset({"name", "at", "bases", "decorators", "put"})
"""What linking needs of every definition; the rest of one may be packed until something asks for it: JSON of the disk
cache, or what reads it in the source."""

Definition = TypeVar("Definition", ClassFact, FunctionFact)


def unpacked(fact: Definition) -> Definition:
    """``fact`` with all its keys; unpacks it in place the first time."""
    packed = fact.get("packed")
    if packed is not None:
        rest: Any = json.loads(packed) if isinstance(packed, bytes) else packed(fact)
        fact.update(rest)
        fact.pop("packed", None)  # another thread may have been here first, with the same result
    return fact
