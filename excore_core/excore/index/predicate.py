"""Predicates of ``Registry.match`` read from their source: a few harmless forms, anything else is "cannot tell".

Nothing is executed: the tree is walked and only the names, string tests and comparisons below are known.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from excore.index.source_text import dotted, parse

_TESTS = frozenset(
    "startswith endswith isupper islower istitle isalpha isalnum isdigit isidentifier lower upper title strip lstrip "
    "rstrip removeprefix removesuffix find count".split()
)
_CLASS, _FUNCTION = "class", "function"


class _CannotTellError(Exception):
    """The predicate does something that is not known."""


@dataclass(frozen=True)
class _Module:
    names: tuple[str, ...] | None


@dataclass(frozen=True)
class _Object:
    kind: str


@dataclass(frozen=True)
class _Returned:
    value: Any


class Predicate:
    """A predicate ``(name, module) -> bool`` given as source text of a function or a lambda."""

    def __init__(self, source: str) -> None:
        self._body: list[ast.stmt] = []
        self._arguments: list[str] = []
        source = source.strip()
        tree = parse(f"({source})" if source.startswith("lambda") else source)
        if tree is None or not tree.body:
            return
        node = tree.body[0]
        if isinstance(node, ast.FunctionDef):
            self._body, arguments = node.body, node.args
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):
            self._body, arguments = [ast.Return(node.value.body)], node.value.args
        else:
            return
        self._arguments = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]

    def accepts(self, name: str, kind: str, exported: Sequence[str] | None = None) -> bool | None:
        """Whether the object ``name`` of ``kind`` ("class", "function", "" unknown) is let in; ``None``: cannot tell.
        ``exported`` is the module's ``__all__``."""
        if len(self._arguments) < 2:
            return None
        values: dict[str, Any] = {
            self._arguments[0]: name,
            self._arguments[1]: _Module(tuple(exported) if exported is not None else None),
        }
        try:
            result = _run(self._body, values, kind)
        except (_CannotTellError, TypeError, IndexError, ValueError, AttributeError):
            return None
        return bool(result.value) if isinstance(result, _Returned) else False


def _run(body: list[ast.stmt], values: dict[str, Any], kind: str) -> _Returned | None:
    for node in body:
        if isinstance(node, ast.Return):
            return _Returned(_value(node.value, values, kind) if node.value is not None else None)
        if isinstance(node, ast.If):
            result = _run(node.body if _value(node.test, values, kind) else node.orelse, values, kind)
            if result is not None:
                return result
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = _value(node.value, values, kind)
        elif not isinstance(node, ast.Pass) and not (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            raise _CannotTellError
    return None


def _value(node: ast.expr, values: dict[str, Any], kind: str) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        if node.id in values:
            return values[node.id]
        raise _CannotTellError
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return tuple(_value(item, values, kind) for item in node.elts)
    if isinstance(node, ast.BoolOp):
        return _either(node, values, kind)
    if isinstance(node, ast.UnaryOp):
        return _unary(node, values, kind)
    if isinstance(node, ast.IfExp):
        return _value(node.body if _value(node.test, values, kind) else node.orelse, values, kind)
    if isinstance(node, ast.Compare):
        return _compare(node, values, kind)
    if isinstance(node, ast.Subscript):
        return _subscript(node, values, kind)
    if isinstance(node, ast.Call):
        return _call(node, values, kind)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, values, kind)
        if isinstance(owner, _Module) and node.attr == "__all__" and owner.names is not None:
            return owner.names
    raise _CannotTellError


def _either(node: ast.BoolOp, values: dict[str, Any], kind: str) -> Any:
    result: Any = None
    for item in node.values:
        result = _value(item, values, kind)
        if bool(result) is isinstance(node.op, ast.Or):
            break
    return result


def _unary(node: ast.UnaryOp, values: dict[str, Any], kind: str) -> Any:
    value = _value(node.operand, values, kind)
    if isinstance(node.op, ast.Not):
        return not value
    if isinstance(node.op, ast.USub) and isinstance(value, int):
        return -value
    raise _CannotTellError


def _compare(node: ast.Compare, values: dict[str, Any], kind: str) -> bool:
    left = _value(node.left, values, kind)
    for operator, item in zip(node.ops, node.comparators, strict=True):
        right = _value(item, values, kind)
        if isinstance(left, (_Object, _Module)) or isinstance(right, (_Object, _Module)):
            raise _CannotTellError
        if isinstance(operator, (ast.Eq, ast.Is)):
            holds = left == right
        elif isinstance(operator, (ast.NotEq, ast.IsNot)):
            holds = left != right
        elif isinstance(operator, ast.In):
            holds = left in right
        elif isinstance(operator, ast.NotIn):
            holds = left not in right
        elif isinstance(operator, ast.Lt):
            holds = left < right
        elif isinstance(operator, ast.Gt):
            holds = left > right
        elif isinstance(operator, ast.LtE):
            holds = left <= right
        else:
            holds = left >= right
        if not holds:
            return False
        left = right
    return True


def _subscript(node: ast.Subscript, values: dict[str, Any], kind: str) -> Any:
    owner = _value(node.value, values, kind)
    if not isinstance(owner, (str, tuple)):
        raise _CannotTellError
    if isinstance(node.slice, ast.Slice):
        bounds = [None if item is None else _value(item, values, kind) for item in (node.slice.lower, node.slice.upper)]
        return owner[bounds[0] : bounds[1]]
    return owner[_value(node.slice, values, kind)]


def _call(node: ast.Call, values: dict[str, Any], kind: str) -> Any:
    name = dotted(node.func)
    if node.keywords:
        raise _CannotTellError
    if name == "isinstance" and len(node.args) == 2 and dotted(node.args[1]) == "type":
        return _is(_value(node.args[0], values, kind), _CLASS)
    arguments = [_value(item, values, kind) for item in node.args]
    if name == "getattr" and len(arguments) >= 2 and isinstance(arguments[0], _Module):
        return _Object(kind)
    if name in ("inspect.isclass", "isclass") and len(arguments) == 1:
        return _is(arguments[0], _CLASS)
    if name in ("inspect.isfunction", "isfunction") and len(arguments) == 1:
        return _is(arguments[0], _FUNCTION)
    if name == "callable" and isinstance(arguments[0], _Object):
        return True
    if name in ("len", "bool") and len(arguments) == 1 and isinstance(arguments[0], (str, tuple, bool)):
        return len(arguments[0]) if name == "len" and not isinstance(arguments[0], bool) else bool(arguments[0])
    if name == "hasattr" and isinstance(arguments[0], _Module) and arguments[1] == "__all__":
        return arguments[0].names is not None
    if isinstance(node.func, ast.Attribute) and node.func.attr in _TESTS:
        owner = _value(node.func.value, values, kind)
        if isinstance(owner, str):
            return getattr(owner, node.func.attr)(*arguments)
    raise _CannotTellError


def _is(value: Any, kind: str) -> bool:
    if not isinstance(value, _Object) or not value.kind:
        raise _CannotTellError
    return value.kind == kind
