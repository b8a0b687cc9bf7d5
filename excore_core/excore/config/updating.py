"""Paths as keys of `update_dict`: `{"Model.FCN.layers": 3}` means `{"Model": {"FCN": {"layers": 3}}}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from excore.errors import UnknownFieldError, did_you_mean
from excore.lang.grammar import Grammar
from excore.lang.model import Path
from excore.lang.tables import Table

__all__ = ["nested"]

IsModule = Callable[[Path], bool]


def nested(values: Mapping[str, Any], root: Table, grammar: Grammar, is_module: IsModule | None) -> dict[str, Any]:
    """`values` without paths as keys; `root` is what they update. Arguments are found with and without their prefix.

    A key that `root` has, whatever dots are in it, is no path. Raises `UnknownFieldError` for a path to a table or a
    value that is not there; an argument of a module may be new.
    """
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = str(key)
        path = (name,) if "." not in name or name in root.bindings else _spelled(name, value, root, grammar, is_module)
        _put(found, path, value)
    return found


def _spelled(key: str, value: Any, root: Table, grammar: Grammar, is_module: IsModule | None) -> Path:
    path: Path = ()
    table, parts = root, key.split(".")
    for part in parts[:-1]:
        name = next((one for one in table.bindings if part in (one, grammar.split_key(one).name)), None)
        inner = table.bindings[name].value if name is not None else None
        if name is None or not isinstance(inner, Table):
            raise _unknown(key, path, part, table, grammar, "is no table" if name is not None else "")
        table, path = inner, (*path, name)
    last = parts[-1]
    known = {one for name in table.bindings for one in (name, grammar.split_key(name).name)}
    may_be_new = isinstance(value, Mapping) or is_module is None or is_module(path)
    if last not in known and grammar.split_key(last).name not in known and not may_be_new:
        raise _unknown(key, path, last, table, grammar, "")
    return (*path, last)


def _unknown(key: str, path: Path, part: str, table: Table, grammar: Grammar, why: str) -> UnknownFieldError:
    names = [grammar.split_key(name).name for name in table.bindings]
    inside = f" in `{'.'.join(path)}`" if path else ""
    what = f"`{part}`{inside} {why}" if why else f"the config has no `{part}`{inside}"
    return UnknownFieldError(f"update_dict: {what} (`{key}`).{'' if why else did_you_mean(part, names)}")


def _put(into: dict[str, Any], path: Path, value: Any) -> None:
    """Set a value in nested dicts; of two dicts in one place the later adds to the first."""
    *above, last = path
    for part in above:
        inner = into.get(part)
        into[part] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        into = inner
    old = into.get(last)
    if not isinstance(value, Mapping) or not isinstance(old, Mapping):
        into[last] = value
        return
    into[last] = merged = dict(old)
    for name, item in value.items():
        _put(merged, (str(name),), item)
