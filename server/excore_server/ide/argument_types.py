"""What the annotation of a parameter asks for: scalars, objects of classes, classes as such, functions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from excore.lang.catalog import Signature
from excore.lang.check.annotations import Type, read_annotation

Container = Literal["", "list", "table"]


@dataclass(frozen=True, slots=True)
class ArgumentTypes:
    """What an annotation asks for. ``classes`` and ``types`` are simple names: of instances, and of classes as such.

    ``container`` says that the objects are wanted in a list or a table.
    """

    scalars: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    callable: bool = False
    list: bool = False
    table: bool = False
    container: Container = ""


@lru_cache(maxsize=4096)
def argument_types(annotation: str | None) -> ArgumentTypes:
    """What a parameter with this annotation wants; nothing particular for none."""
    if annotation is None:
        return ArgumentTypes()
    parts: dict[str, list[str]] = {"scalars": [], "classes": [], "types": [], "shapes": [], "container": []}
    _collect(read_annotation(annotation), "", parts)
    container = next(iter(parts["container"]), "")
    return ArgumentTypes(
        frozenset(parts["scalars"]),
        tuple(dict.fromkeys(parts["classes"])),
        tuple(dict.fromkeys(parts["types"])),
        "callable" in parts["shapes"],
        "array" in parts["shapes"],
        "mapping" in parts["shapes"],
        "list" if container == "list" else "table" if container == "table" else "",
    )


def _collect(kind: Type, container: Container, parts: dict[str, list[str]]) -> None:
    parts["shapes"].append(kind.shape)
    if kind.shape == "union":
        for item in kind.items:
            _collect(item, container, parts)
    elif kind.shape == "scalar":
        if not container:
            parts["scalars"].extend(kind.kinds)
    elif kind.shape == "class":
        parts["classes"].append(simple_name(kind.text))
        parts["container"].append(container)
    elif kind.shape == "type":
        parts["types"].extend(simple_name(item.text) for item in kind.items)
        parts["container"].append(container)
    elif kind.shape == "array" and kind.items:
        _collect(kind.items[0], "list", parts)
    elif kind.shape == "mapping" and len(kind.items) > 1:
        _collect(kind.items[1], "table", parts)


def simple_name(text: str) -> str:
    """The name of a class without its package and what it is generic over."""
    return text.partition("[")[0].rpartition(".")[2].strip("\"' ")


@dataclass(frozen=True, slots=True)
class CallShape:
    """How ``Callable[[A, B], R]`` is called: with how many arguments (None: any), and the text of what it returns."""

    arguments: int | None
    returns: str

    def suits(self, signature: Signature) -> bool:
        """Whether a function can be called so, as far as it says."""
        plain = [one for one in signature.params if one.kind in ("positional-only", "positional-or-keyword")]
        if self.returns not in ("", "Any") and signature.returns not in (None, "", "Any", self.returns):
            return False
        if self.arguments is None:
            return True
        if any(one.required and one.kind == "keyword-only" for one in signature.params):
            return False
        more = signature.takes_any or any(one.kind == "var-positional" for one in signature.params)
        return sum(one.required for one in plain) <= self.arguments and (more or self.arguments <= len(plain))


def call_shape(annotation: str | None) -> CallShape | None:
    """What the first ``Callable`` of an annotation says; None without one."""
    try:
        tree = ast.parse(annotation or "", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Callable":
            if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
                arguments, returns = node.slice.elts
                count = len(arguments.elts) if isinstance(arguments, ast.List) else None
                return CallShape(count, ast.unparse(returns))
    return None
