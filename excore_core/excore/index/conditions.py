"""Which branch of an ``if`` runs, where that depends on Python and the platform alone."""

from __future__ import annotations

import ast
import operator
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from excore.index.source_text import dotted

_VALUES: dict[str, Any] = {
    "TYPE_CHECKING": False,
    "typing.TYPE_CHECKING": False,
    "sys.version_info": tuple(sys.version_info),
    "sys.version_info.major": sys.version_info.major,
    "sys.version_info.minor": sys.version_info.minor,
    "sys.platform": sys.platform,
    "os.name": os.name,
    "six.PY2": False,
    "six.PY3": True,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, others: one in others,
    ast.NotIn: lambda one, others: one not in others,
}


def holds(test: ast.expr) -> bool | None:
    """Whether a condition is true when the module is imported as any other, ``None`` if nobody can tell."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = holds(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        decisive = isinstance(test.op, ast.Or)
        verdicts = [holds(value) for value in test.values]
        if decisive in verdicts:
            return decisive
        return None if None in verdicts else not decisive
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if dotted(test.left) == "__name__":
            return isinstance(test.ops[0], ast.NotEq)
        return _compared(test)
    if isinstance(test, ast.Call) and dotted(test.func) == "sys.platform.startswith" and len(test.args) == 1:
        start = _value(test.args[0])
        return sys.platform.startswith(start[0]) if start and isinstance(start[0], str) else None
    value = _value(test)
    return bool(value[0]) if value is not None else None


def _compared(test: ast.Compare) -> bool | None:
    compare = _COMPARISONS.get(type(test.ops[0]))
    left, right = _value(test.left), _value(test.comparators[0])
    if compare is None or left is None or right is None:
        return None
    try:
        return bool(compare(left[0], right[0]))
    except TypeError:
        return None


def _value(node: ast.expr) -> tuple[Any] | None:
    """The value of an expression, in a tuple, if it is known without running anything."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, (ast.Tuple, ast.List)):
        items = [_value(item) for item in node.elts]
        return None if None in items else (tuple(item[0] for item in items if item),)
    if isinstance(node, ast.Subscript) and dotted(node.value) == "sys.version_info":
        part = node.slice
        if isinstance(part, ast.Constant) and isinstance(part.value, int) and part.value in (0, 1):
            return (sys.version_info[part.value],)
        if isinstance(part, ast.Slice) and part.lower is None and part.step is None:
            end = part.upper.value if isinstance(part.upper, ast.Constant) else None
            return (tuple(sys.version_info)[:end],) if isinstance(end, int) else None
        return None
    name = dotted(node)
    return (_VALUES[name],) if name in _VALUES else None


def live_statements(body: list[ast.stmt], is_certain: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement of a body that may run, and whether it does; those inside ``if``, ``for``, ``with`` and ``try``
    too, but of no inner definition."""
    for statement in body:
        yield statement, is_certain
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, ast.If):
            verdict = holds(statement.test)
            if verdict is not False:
                yield from live_statements(statement.body, is_certain and verdict is True)
            if verdict is not True:
                yield from live_statements(statement.orelse, is_certain and verdict is False)
            continue
        is_plain = is_certain and isinstance(statement, (ast.With, ast.AsyncWith))
        for field in ("body", "orelse", "finalbody"):
            yield from live_statements(getattr(statement, field, None) or [], is_plain)
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from live_statements(part.body, False)
