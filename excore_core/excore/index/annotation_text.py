"""What an annotation says beyond its text: names by their own name, and the values it allows."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from excore.index.source_text import dotted

_NAME = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
PLAIN = frozenset(
    "int float str bool bytes complex object None list tuple dict set frozenset type Any Optional Union Literal List "
    "Tuple Dict Set FrozenSet Type Sequence Iterable Iterator Mapping MutableMapping Callable Annotated Final ClassVar "
    "InitVar NoReturn Never Self Generator AsyncIterator Awaitable Hashable Number".split()
)
_TYPING = re.compile(r"^(?:typing|typing_extensions|collections\.abc|builtins)\.")


def normalise(annotation: str, resolve: Callable[[str], str]) -> str:
    """``annotation`` with every name replaced by what ``resolve`` returns for it; ``typing.`` is dropped."""

    def replace(match: re.Match[str]) -> str:
        name = match[0]
        return name if name in PLAIN else _TYPING.sub("", resolve(name))

    return _NAME.sub(replace, annotation)


def literals(annotation: str) -> tuple[object, ...]:
    """The values of every ``Literal[...]`` in an annotation, in order, each once."""
    if "Literal" not in annotation:
        return ()
    try:
        tree = ast.parse(annotation, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    values: dict[tuple[type, str], object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] == "Literal":
            for item in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
                try:
                    value = ast.literal_eval(item)
                except (ValueError, TypeError, SyntaxError):
                    continue
                values.setdefault((type(value), repr(value)), value)
    return tuple(values.values())
