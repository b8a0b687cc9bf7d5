"""Python values as TOML 1.0: keys that need quotes have them, `None` is left out, tuples are arrays."""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from excore.engine.cache import write_text
from excore.engine.logging import logger

__all__ = ["document", "dump", "key_text", "value_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def document(table: Mapping[str, Any]) -> str:
    """The text of a TOML file. Raises TypeError for a value that TOML has no form for."""
    lines = list(_table((), table))
    return "\n".join(lines).strip("\n") + "\n" if lines else ""


def dump(config: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write `config` as TOML 1.0, whole or not at all. Raises TypeError for a value that TOML has no form for.

    None is left out, with a warning in the log; tuples become arrays.
    """
    write_text(Path(path), document(config))
    left_out = list(_nones(config, ""))
    if left_out:
        names, verb = ", ".join(f"`{name}`" for name in left_out), "is" if len(left_out) == 1 else "are"
        logger.warning("{} {} None, which TOML has no form for; not in {}", names, verb, path)


def key_text(name: str) -> str:
    """A key, quoted unless every TOML tool reads it bare."""
    return name if _BARE.fullmatch(name) else _string(name)


def value_text(value: Any) -> str:
    """A value on one line. Raises TypeError for one that TOML has no form for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = (f"{key_text(str(name))} = {value_text(item)}" for name, item in value.items() if item is not None)
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(value_text(item) for item in value if item is not None)}]"
    raise TypeError(f"TOML has no form for a {type(value).__name__}: {value!r}")


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    values = {name: value for name, value in table.items() if not isinstance(value, Mapping) and value is not None}
    inner = {name: value for name, value in table.items() if isinstance(value, Mapping)}
    if path and (values or not inner):
        yield ""
        yield f"[{'.'.join(map(key_text, path))}]"
    for name, value in values.items():
        yield f"{key_text(str(name))} = {value_text(value)}"
    for name, value in inner.items():
        yield from _table((*path, str(name)), value)


def _nones(value: Any, name: str) -> Iterator[str]:
    if value is None:
        yield name
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _nones(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _nones(item, f"{name}[{number}]")


def _string(text: str) -> str:
    return f'"{_ESCAPED.sub(lambda found: _escape(found[0]), text)}"'


def _escape(char: str) -> str:
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"


def _float(number: float) -> str:
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return repr(number)
