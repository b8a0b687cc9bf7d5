"""Python expressions as they are laid out on lines: on one if they fit, else one item a line."""

from __future__ import annotations

import datetime
import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from excore.lang.problems import Origin
from excore.views.lines import Line

WIDTH = 100
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Text:
    """An expression that is not broken."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a group; ``label`` stands before it (``name=``, ``'key': ``)."""

    label: str
    expression: Expression
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Brackets:
    """``opening`` item, item ... ``closing``."""

    opening: str
    items: tuple[Item, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Expressions one behind the other: ``ReusedNode(FCN)`` ``.add(...)``."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = Text | Brackets | Chain


def flat(expression: Expression) -> str:
    """The expression on one line."""
    if isinstance(expression, Text):
        return expression.text
    if isinstance(expression, Chain):
        return "".join(map(flat, expression.parts))
    inner = ", ".join(item.label + flat(item.expression) for item in expression.items)
    return f"{expression.opening}{inner}{expression.closing}"


def lines(before: str, expression: Expression, after: str, origin: Origin | None, depth: int = 0) -> list[Line]:
    """``before`` expression ``after``, indented by ``depth``."""
    indent = _INDENT * depth
    whole = f"{indent}{before}{flat(expression)}{after}"
    if len(whole) <= WIDTH or isinstance(expression, Text):
        return [Line(whole, origin)]
    if isinstance(expression, Chain):
        breaks = next((part for part in reversed(expression.parts) if isinstance(part, Brackets) and part.items), None)
        if breaks is None:
            return [Line(whole, origin)]
        at = len(expression.parts) - 1 - expression.parts[::-1].index(breaks)
        start = before + "".join(map(flat, expression.parts[:at]))
        end = "".join(map(flat, expression.parts[at + 1 :])) + after
        return lines(start, breaks, end, origin, depth)
    if not expression.items:
        return [Line(whole, origin)]
    result = [Line(f"{indent}{before}{expression.opening}", origin)]
    for item in expression.items:
        result += lines(item.label, item.expression, ",", item.origin or origin, depth + 1)
    return [*result, Line(f"{indent}{expression.closing}{after}", origin)]


def call(function: str, items: tuple[Item, ...]) -> Brackets:
    """A call with keyword arguments; names that are none in Python go through ``**``."""
    plain = tuple(Item(f"{one.label}=", one.expression, one.origin) for one in items if is_name(one.label))
    odd = tuple(Item(f"{text(one.label)}: ", one.expression, one.origin) for one in items if not is_name(one.label))
    more = (Item("**", Brackets("{", odd, "}")),) if odd else ()
    return Brackets(f"{function}(", (*plain, *more), ")")


def is_name(name: str) -> bool:
    """Whether a text can be the name of a variable."""
    return name.isidentifier() and not keyword.iskeyword(name)


def literal(value: object) -> Expression:
    """A value of TOML."""
    if isinstance(value, Mapping):
        return Brackets("{", tuple(Item(f"{text(str(key))}: ", literal(item)) for key, item in value.items()), "}")
    if isinstance(value, list | tuple):
        return Brackets("[", tuple(Item("", literal(item)) for item in value), "]")
    if isinstance(value, float) and not math.isfinite(value):
        return Text(f'float("{value}")')
    if isinstance(value, str):
        return Text(text(value))
    return Text(repr(value))


def text(value: str) -> str:
    """A string in double quotes where that needs no escapes."""
    quoted = repr(value)
    return f'"{quoted[1:-1]}"' if quoted[0] == "'" and '"' not in quoted and "\\'" not in quoted else quoted


def holds_dates(value: object) -> bool:
    """Whether there is a date or time in a value."""
    if isinstance(value, Mapping):
        return any(map(holds_dates, value.values()))
    if isinstance(value, list | tuple):
        return any(map(holds_dates, value))
    return isinstance(value, datetime.date | datetime.time)
