"""What an annotation says beyond its text: names by their own name, and the values it allows."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

_NAME = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
PLAIN = frozenset(
    "int float str bool bytes complex object None list tuple dict set frozenset type Any Optional Union Literal List "
    "Tuple Dict Set FrozenSet Type Sequence Iterable Iterator Mapping MutableMapping Callable Annotated Final ClassVar "
    "InitVar NoReturn Never Self Generator AsyncIterator Awaitable Hashable Number".split()
)
_TYPING = re.compile(r"^(?:typing|typing_extensions|collections\.abc|builtins)\.")


def names(annotation: str) -> list[str]:
    """Dotted names in an annotation that are no builtins and no ``typing`` forms."""
    return [name for name in _NAME.findall(annotation) if name not in PLAIN]


def normalise(annotation: str, real: Callable[[str], str]) -> str:
    """``annotation`` with every name replaced by what ``real`` gives for it; ``typing.`` is dropped."""

    def replace(match: re.Match[str]) -> str:
        name = match[0]
        return name if name in PLAIN else _TYPING.sub("", real(name))

    return _NAME.sub(replace, annotation)


def literals(annotation: str) -> tuple[object, ...]:
    """The values of every ``Literal[...]`` in an annotation, in order, each once."""
    if "Literal" not in annotation:
        return ()
    try:
        tree = ast.parse(annotation, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: list[object] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _last(node.value) == "Literal":
            for item in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
                try:
                    value = ast.literal_eval(item)
                except (ValueError, TypeError, SyntaxError):
                    continue
                if not any(value == other and type(value) is type(other) for other in found):
                    found.append(value)
    return tuple(found)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
