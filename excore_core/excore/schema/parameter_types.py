"""Parameters as JSON schema types, coarse ones: what a TOML editor offers and never refuses (SCH-4)."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from excore.lang.catalog import Param
from excore.lang.check.annotations import Type, read_annotation

Json = dict[str, Any]

_MADE_BY_CALL = {"dict": "object", "list": "array", "tuple": "array", "str": "string", "bool": "boolean"}
_OF_VALUE: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}


def parameter(param: Param) -> Json:
    """The schema of one parameter: ``type``, and ``items`` where all items are of one known type; else empty."""
    if param.kind == "var-positional":
        return {"type": "array"}
    if param.kind == "var-keyword":
        return {"type": "object"}
    return dict(_typed(param.annotation, param.default))


@lru_cache(maxsize=4096)
def _typed(annotation: str | None, default: str | None) -> Json:
    if annotation is not None:
        return _annotated(read_annotation(annotation))
    return {"type": "number"} if default is None else _defaulted(default)


def _annotated(annotation: Type) -> Json:
    shape = annotation.shape
    if shape == "union":
        rest = [item for item in annotation.items if item.shape != "none"]
        return _annotated(rest[0]) if len(rest) == 1 and len(annotation.items) == 2 else {}
    if shape == "array":
        return _array([_known(item) for item in annotation.items])
    if shape == "literal":
        return _literal(annotation.values)
    if shape in ("any", "none"):
        return {}
    return {"type": _known(annotation) or "string"}


def _known(annotation: Type) -> str | None:
    """The type of what has one by itself; None for unions, classes and containers of something."""
    if annotation.shape == "scalar":
        if "integer" in annotation.kinds or "float" in annotation.kinds:
            return "number"
        return "boolean" if "boolean" in annotation.kinds else "string" if annotation.text == "str" else None
    if annotation.shape == "mapping":
        return "object"
    return "array" if annotation.shape == "array" and not annotation.items else None


def _array(items: Sequence[str | None]) -> Json:
    if items and items[0] is not None and len(set(items)) == 1:
        return {"type": "array", "items": {"type": items[0]}}
    return {"type": "array"}


def _literal(values: Sequence[object]) -> Json:
    types = {_OF_VALUE.get(type(value)) for value in values}
    if len(types) != 1 or None in types:
        return {}
    return {"type": types.pop(), "enum": list(values)}


def _defaulted(default: str) -> Json:
    try:
        node = ast.parse(default.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {"type": "number"}
    if isinstance(node, ast.Constant) and node.value is None:
        return {}
    if isinstance(node, ast.List | ast.Tuple):
        return _array([_of_node(item) for item in node.elts])
    return {"type": _of_node(node) or "number"}


def _of_node(node: ast.expr) -> str | None:
    """The type of an expression's value as far as its form tells."""
    if isinstance(node, ast.Constant):
        return _OF_VALUE.get(type(node.value))
    if isinstance(node, ast.UnaryOp):
        return "boolean" if isinstance(node.op, ast.Not) else _of_node(node.operand)
    if isinstance(node, ast.List | ast.Tuple | ast.ListComp):
        return "array"
    if isinstance(node, ast.Dict | ast.DictComp):
        return "object"
    if isinstance(node, ast.JoinedStr):
        return "string"
    if isinstance(node, ast.BinOp):
        return _of_node(node.left) or _of_node(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _MADE_BY_CALL.get(node.func.id)
    return None
