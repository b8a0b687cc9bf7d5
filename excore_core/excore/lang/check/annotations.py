"""Whether a value written in a config fits a parameter's annotation, by reading the annotation's text alone.

What cannot be understood fits: a doubt is never reported. Names count by their last part (``t.Optional``); a name that
is no known type of Python's own is a class of somebody's, about which a plain value says nothing certain.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from excore.lang.syntax.tree import Array, InlineTable, Missing, Scalar, Value
from excore.lang.tables.table import BoundValue, Table, Tables

Shape = Literal["any", "none", "number", "scalar", "array", "mapping", "literal", "union", "class", "type", "callable"]

_SCALARS = {
    "int": ("integer",),
    "float": ("integer", "float"),
    "complex": ("integer", "float"),
    "str": ("string",),
    "bytes": (),
    "bool": ("boolean",),
    "Path": ("string",),
    "PathLike": ("string",),
    "Number": ("integer", "float"),
    "Real": ("integer", "float"),
    "Integral": ("integer",),
    "datetime": ("datetime", "datetime-local"),
    "date": ("date-local", "datetime", "datetime-local"),
    "time": ("time-local",),
}
_ARRAYS = frozenset(
    """
    list List tuple Tuple set Set frozenset FrozenSet Sequence MutableSequence Iterable Collection Container
    AbstractSet MutableSet Iterator
    """.split()
)
_TEXTS = frozenset(["Sequence", "Iterable", "Collection", "Container"])  # a string is one of these, too
_MAPPINGS = frozenset(
    ["dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "DefaultDict", "defaultdict", "TypedDict"]
)
_CALLABLES = frozenset(("Callable",))
_ANY = frozenset(["Any", "object", "Incomplete", "Self"])
_WRAPPERS = frozenset(["Annotated", "Final", "ClassVar", "InitVar", "Required", "NotRequired", "ReadOnly"])

_BUILTIN_WORDS = {
    "integer": "an integer",
    "float": "a float",
    "string": "a string",
    "boolean": "a boolean",
    "datetime": "a date with time",
    "datetime-local": "a date with time",
    "date-local": "a date",
    "time-local": "a time",
    "none": "None",
    "object": "a Python object",
}


class Type(NamedTuple):
    """An annotation, read. ``items`` are element types: one for lists, several for fixed tuples and unions."""

    shape: Shape
    text: str
    kinds: tuple[str, ...] = ()  # scalar kinds it takes
    items: tuple[Type, ...] = ()
    values: tuple[object, ...] = ()  # of a Literal
    fixed: bool = False  # a tuple of as many items as there are

    @property
    def options(self) -> tuple[Type, ...]:
        """What a union allows; just this for everything else."""
        return self.items if self.shape == "union" else (self,)


ANY = Type("any", "Any")


@lru_cache(maxsize=4096)
def kinds_taken(text: str) -> frozenset[str]:
    """The kinds of single values that an annotation takes without a doubt."""
    kinds = {kind for option in read_annotation(text).options if option.shape == "scalar" for kind in option.kinds}
    return frozenset(kinds | ({"boolean"} if "integer" in kinds else set()))


@lru_cache(maxsize=4096)
def read_annotation(text: str) -> Type:
    """The annotation ``text`` read; ``ANY`` where it is not understood."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ANY
    try:
        return _read(node)
    except RecursionError:
        return ANY


def _read(node: ast.expr) -> Type:
    text = ast.unparse(node)
    if isinstance(node, ast.Constant):
        if node.value is None:
            return Type("none", "None")
        if isinstance(node.value, str):
            return read_annotation(node.value)
        return ANY
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union(text, (_read(node.left), _read(node.right)))
    if isinstance(node, ast.Subscript):
        return _subscript(node, text)
    name = _name(node)
    if name is None or name in _ANY:
        return ANY
    if name == "None" or name == "NoneType":
        return Type("none", "None")
    if name in _SCALARS:
        return Type("scalar", text, _SCALARS[name])
    if name in _ARRAYS:
        return Type("array", text)
    if name in _MAPPINGS:
        return Type("mapping", text)
    if name in _CALLABLES:
        return Type("callable", text)
    if name in ("type", "Type"):
        return Type("type", text)
    return Type("class", text)


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return None


def _subscript(node: ast.Subscript, text: str) -> Type:
    name = _name(node.value)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Optional":
        return _union(text, (*map(_read, inner), Type("none", "None")))
    if name == "Union":
        return _union(text, tuple(map(_read, inner)))
    if name == "Literal":
        return _literal(text, inner)
    if name in _WRAPPERS:
        return _read(inner[0])
    if name in ("tuple", "Tuple"):
        if len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is Ellipsis:
            return Type("array", text, items=(_read(inner[0]),))
        if any(isinstance(item, ast.Starred) or _name(getattr(item, "value", item)) == "Unpack" for item in inner):
            return Type("array", text)
        return Type("array", text, items=tuple(map(_read, inner)), fixed=True)
    if name in _ARRAYS:
        return Type("array", text, items=(_read(inner[0]),))
    if name in _MAPPINGS:
        return Type("mapping", text, items=tuple(map(_read, inner)))
    if name in _CALLABLES:
        return Type("callable", text)
    if name in ("type", "Type"):
        return Type("type", text, items=(_read(inner[0]),))
    return Type("class", text) if name is not None else ANY


def _literal(text: str, items: list[ast.expr]) -> Type:
    values: list[object] = []
    for item in items:
        try:
            values.append(ast.literal_eval(item))
        except ValueError:
            return ANY
    return Type("literal", text, values=tuple(values))


def _union(text: str, items: tuple[Type, ...]) -> Type:
    flat: list[Type] = []
    for item in items:
        if item.shape == "any":
            return ANY
        flat.extend(item.items if item.shape == "union" else (item,))
    return Type("union", text, items=tuple(flat))


def mismatch(annotation: Type, value: BoundValue | Value, choices: tuple[object, ...] = ()) -> str | None:
    """Why ``value`` does not fit, as the end of a sentence ("…, not a string"), or None if it fits or may fit."""
    if isinstance(value, Missing):
        return None
    if isinstance(value, Scalar):
        shapes = {kind.shape for kind in annotation.options} - {"none"}
        if shapes == {"literal"} and not fits(annotation, value):
            allowed = [literal for kind in annotation.options for literal in kind.values if literal is not None]
            return f"one of {_shown(allowed)} is expected, not {value.raw}"
        if shapes == {"class"} and choices and not _is_member(value, choices):
            return f"one of {_shown(choices)} is expected, not {value.raw}"
    return None if fits(annotation, value) else f"{_wanted(annotation)} is expected, not {_given(value)}"


def _is_member(value: Scalar, choices: tuple[object, ...]) -> bool:
    """Whether a value may mean a member of an enum: only of text that is no member's name or value it is certain."""
    if value.kind != "string":
        return True
    return str(value.value).casefold() in {choice.casefold() for choice in choices if isinstance(choice, str)}


def fits(annotation: Type, value: BoundValue | Value) -> bool:
    """Whether ``value`` can be what ``annotation`` says."""
    shape = annotation.shape
    if shape == "union":
        return any(fits(item, value) for item in annotation.items)
    if shape in ("any", "class"):
        return True
    if shape in ("none", "callable", "type"):
        return shape == "none" and isinstance(value, Scalar) and value.kind == "none"
    if isinstance(value, Scalar):
        if shape == "scalar":
            return value.kind in annotation.kinds or (value.kind == "boolean" and "integer" in annotation.kinds)
        if shape == "array":
            return value.kind == "string" and _is_text(annotation)
        if shape == "literal":
            return any(type(literal) is type(value.value) and literal == value.value for literal in annotation.values)
        return False
    if isinstance(value, Array):
        return shape == "array" and _items_fit(annotation, value)
    if isinstance(value, Tables):
        return shape == "array"
    return isinstance(value, Missing) or (shape == "mapping" and _values_fit(annotation, value))


def _is_text(annotation: Type) -> bool:
    """Whether a string is a sequence like this."""
    name = annotation.text.partition("[")[0].rsplit(".", 1)[-1]
    return name in _TEXTS and all("string" in kind.kinds or kind.shape in ("any", "class") for kind in annotation.items)


def _values_fit(annotation: Type, table: Table | InlineTable) -> bool:
    if len(annotation.items) != 2:
        return True
    if isinstance(table, InlineTable):
        return all(fits(annotation.items[1], entry.value) for entry in table.entries if len(entry.parts) == 1)
    return all(fits(annotation.items[1], binding.value) for binding in table.bindings.values())


def _items_fit(annotation: Type, array: Array) -> bool:
    items = [item for item in array.items if not isinstance(item, Missing)]
    if annotation.fixed:
        return len(items) == len(annotation.items) and all(map(fits, annotation.items, items))
    return not annotation.items or all(fits(annotation.items[0], item) for item in items)


def _wanted(annotation: Type) -> str:
    return f"`{annotation.text}`"


def _given(value: BoundValue | Value) -> str:
    if isinstance(value, Scalar):
        return _BUILTIN_WORDS[value.kind]
    if isinstance(value, Array):
        kinds = {item.kind if isinstance(item, Scalar) else "" for item in value.items}
        if len(kinds) != 1 or "" in kinds:
            return "a list" if value.items else "an empty list"
        what = _BUILTIN_WORDS[kinds.pop()].split(" ", 1)[1]
        return f"a list of {len(value.items)} {what}" + ("s" if len(value.items) > 1 else "")
    if isinstance(value, Tables):
        return "an array of tables"
    return "a table"


def _shown(choices: Sequence[object]) -> str:
    return ", ".join(f'"{c}"' if isinstance(c, str) else str(c) for c in choices[:8])
