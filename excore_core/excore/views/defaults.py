"""What a build passes without anybody writing it: the defaults of parameters that a config does not give."""

from __future__ import annotations

import ast
import math
import os
from typing import Any, NamedTuple

from excore.lang.resolve.model import Model, Path
from excore.lang.syntax.writer import value_text


class Default(NamedTuple):
    """A parameter with its default as TOML, None where TOML has no form for it; ``source`` is the Python text and
    ``place`` says where it stands, if that is known."""

    name: str
    text: str | None
    source: str
    place: str


def defaults(model: Model, path: Path) -> tuple[Default, ...]:
    """The defaults that count when the table at ``path`` (or an implicit module) is built, in order; none for a table
    that is no module's."""
    entry = model.entry(path) if path in model.sections or path in model.implicit else None
    if entry is None or entry.kind == "module" or model.kind(path) == "class":
        return ()
    section = model.sections.get(path)
    arguments = section.arguments if section is not None else {}
    result = []
    for param in entry.signature.keywords:
        if param.default is not None and param.name not in arguments:
            at = param.location
            place = f"{os.path.basename(at.path)}:{at.line + 1}" if at is not None else ""
            result.append(Default(param.name, _as_toml(param.default), param.default, place))
    return tuple(result)


def _as_toml(source: str) -> str | None:
    """A literal that loads to an equal value of the same type."""
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value_text(value) if _has_form(value) else None


def _has_form(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_has_form, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _has_form(item) for key, item in value.items())
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))
