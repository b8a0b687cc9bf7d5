"""Predicates of ``Registry.match`` read from their source: a few harmless forms, anything else is "cannot tell".

Nothing is executed: the tree is walked and only the names, string tests and comparisons below are known.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from excore.index.source_text import dotted, parse

_METHODS = frozenset(
    "startswith endswith isupper islower istitle isalpha isalnum isdigit isidentifier lower upper title strip lstrip "
    "rstrip removeprefix removesuffix find count".split()
)
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Lt: operator.lt,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
    ast.GtE: operator.ge,
}


class _CannotTellError(Exception):
    """The predicate does something that is not known."""


@dataclass(frozen=True)
class _Module:
    """The module that the predicate gets: nothing is known of it but its ``__all__``."""

    public: tuple[str, ...] | None


@dataclass(frozen=True)
class _Object:
    """The object that the predicate looks up: nothing is known of it but its kind."""

    kind: str

    def is_a(self, kind: str) -> bool:
        if not self.kind:
            raise _CannotTellError
        return self.kind == kind


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
        node = tree.body[0] if tree is not None and tree.body else None
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
        module = _Module(tuple(exported) if exported is not None else None)
        evaluation = _Evaluation({self._arguments[0]: name, self._arguments[1]: module}, _Object(kind))
        try:
            result = evaluation.run(self._body)
        except (_CannotTellError, TypeError, IndexError, ValueError, AttributeError):
            return None
        return bool(result.value) if result is not None else False


class _Evaluation:
    """One call of a predicate.

    What it computes is what Python would: values are texts, numbers and tuples of source text, on which the operations
    below are as harmless as in Python; the module and the object are opaque. Anything else cannot be told, and the
    whole answer with it: there is no partly known value.
    """

    def __init__(self, values: dict[str, Any], looked_up: _Object) -> None:
        self._values = values
        self._object = looked_up

    def run(self, body: list[ast.stmt]) -> _Returned | None:
        """What ``body`` returns, ``None`` if it runs to its end."""
        for node in body:
            if isinstance(node, ast.Return):
                return _Returned(self._value(node.value) if node.value is not None else None)
            if isinstance(node, ast.If):
                result = self.run(node.body if self._value(node.test) else node.orelse)
                if result is not None:
                    return result
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self._values[node.targets[0].id] = self._value(node.value)
            elif not isinstance(node, ast.Pass) and not (
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            ):
                raise _CannotTellError
        return None

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and node.id in self._values:
            return self._values[node.id]
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return tuple(map(self._value, node.elts))
        if isinstance(node, ast.BoolOp):
            return self._bool_op(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return not self._value(node.operand)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._value(node.operand)
        if isinstance(node, ast.IfExp):
            return self._value(node.body if self._value(node.test) else node.orelse)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            if isinstance(owner, _Module) and node.attr == "__all__" and owner.public is not None:
                return owner.public
        raise _CannotTellError

    def _bool_op(self, node: ast.BoolOp) -> Any:
        result: Any = None
        for item in node.values:
            result = self._value(item)
            if bool(result) is isinstance(node.op, ast.Or):
                break
        return result

    def _compare(self, node: ast.Compare) -> bool:
        left = self._value(node.left)
        for comparison, item in zip(node.ops, node.comparators, strict=True):
            right = self._value(item)
            if isinstance(left, (_Object, _Module)) or isinstance(right, (_Object, _Module)):
                raise _CannotTellError
            if not _COMPARISONS[type(comparison)](left, right):
                return False
            left = right
        return True

    def _subscript(self, node: ast.Subscript) -> Any:
        owner = self._value(node.value)
        if not isinstance(owner, (str, tuple)):
            raise _CannotTellError
        if isinstance(node.slice, ast.Slice):
            ends = (node.slice.lower, node.slice.upper)
            lower, upper = (None if end is None else self._value(end) for end in ends)
            return owner[lower:upper]
        return owner[self._value(node.slice)]

    def _call(self, node: ast.Call) -> Any:
        name = dotted(node.func)
        if node.keywords:
            raise _CannotTellError
        if name == "isinstance" and len(node.args) == 2 and dotted(node.args[1]) == "type":
            name, arguments = "isclass", [self._value(node.args[0])]
        else:
            arguments = [self._value(item) for item in node.args]
        first = arguments[0] if arguments else None
        if name == "getattr" and len(arguments) >= 2 and isinstance(first, _Module):
            return self._object
        kind = {"isclass": "class", "isfunction": "function"}.get(name.removeprefix("inspect."))
        if kind is not None and len(arguments) == 1 and isinstance(first, _Object):
            return first.is_a(kind)
        if name == "callable" and isinstance(first, _Object):
            return True
        if name == "len" and len(arguments) == 1 and isinstance(first, (str, tuple)):
            return len(first)
        if name == "bool" and len(arguments) == 1 and isinstance(first, (str, tuple, bool)):
            return bool(first)
        if name == "hasattr" and isinstance(first, _Module) and arguments[1] == "__all__":
            return first.public is not None
        if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            owner = self._value(node.func.value)
            if isinstance(owner, str):
                return getattr(owner, node.func.attr)(*arguments)
        raise _CannotTellError
