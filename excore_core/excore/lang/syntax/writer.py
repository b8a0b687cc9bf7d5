"""Keys, values and tables as TOML 1.0 text: the only writer. What ``prefixes`` are depends on the grammar."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from excore.lang.syntax.patterns import BARE

_BARE = re.compile(BARE)
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def is_bare(name: str, prefixes: str = "") -> bool:
    """Whether a key can stand without quotes; the characters of ``prefixes`` may stand before a bare key."""
    return _BARE.fullmatch(name[1:] if name[:1] in tuple(prefixes) else name) is not None


def key_text(name: str, prefixes: str = "") -> str:
    """A key, in quotes where it needs them. Without ``prefixes`` every TOML tool can read it."""
    return name if is_bare(name, prefixes) else string_text(name)


def dotted_text(path: Iterable[str], prefixes: str = "") -> str:
    """A dotted key."""
    return ".".join(key_text(name, prefixes) for name in path)


def header_text(path: Iterable[str], prefixes: str = "") -> str:
    """``[a.b]``."""
    return f"[{dotted_text(path, prefixes)}]"


def string_text(text: str) -> str:
    """A string on one line: basic, or literal where that saves escaping a backslash."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}"


def value_text(value: Any, *, exact: bool = False) -> str:
    """A Python value on one line; items that are ``None`` are left out and tuples are arrays.

    With ``exact`` nothing is left out. Raises ``TypeError`` for what TOML has no form for.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return string_text(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Mapping) and not (exact and any(not isinstance(name, str) for name in value)):
        items = ((str(name), item) for name, item in value.items() if exact or item is not None)
        return inline_table_text(f"{key_text(name)} = {value_text(item, exact=exact)}" for name, item in items)
    if isinstance(value, (list, tuple)):
        return array_text(value_text(item, exact=exact) for item in value if exact or item is not None)
    raise TypeError(f"TOML has no form for a {type(value).__name__}: {value!r}")


def array_text(items: Iterable[str]) -> str:
    """``[1, 2]``, of the texts of its items."""
    return f"[{', '.join(items)}]"


def inline_table_text(entries: Iterable[str]) -> str:
    """``{ a = 1 }``, of the texts of its entries."""
    inner = ", ".join(entries)
    return f"{{ {inner} }}" if inner else "{}"


def document(table: Mapping[str, Any]) -> str:
    """The text of a TOML file. Raises TypeError for a value that TOML has no form for."""
    lines = list(_table((), table))
    return "\n".join(lines).strip("\n") + "\n" if lines else ""


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    values = {name: value for name, value in table.items() if not isinstance(value, Mapping) and value is not None}
    inner = {name: value for name, value in table.items() if isinstance(value, Mapping)}
    if path and (values or not inner):
        yield ""
        yield header_text(path)
    for name, value in values.items():
        yield f"{key_text(str(name))} = {value_text(value)}"
    for name, value in inner.items():
        yield from _table((*path, str(name)), value)
