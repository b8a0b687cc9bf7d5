"""The TOML project's own conformance data (toml-test), the whole of it for TOML 1.1.

TOML 1.0 is a part of that: what only the older version refuses is the code ``newer-toml``.
"""

from __future__ import annotations

import json
import math
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from excore.lang.check.newer_toml import newer_toml
from excore.lang.syntax.decode import NotUtf8Error, decode
from excore.lang.syntax.document import parse
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain

_REPOSITORY = Path(__file__).resolve().parents[2]
_SHARED = Path(os.environ.get("EXCORE_SHARED", _REPOSITORY.parent / "shared"))
_SUITE = _SHARED / "toml-test"


def _names(version: str, folder: str) -> list[str]:
    """The files of one version's list that are ``valid`` or ``invalid``."""
    names = _SUITE / f"files-toml-{version}"
    lines = names.read_text(encoding="utf-8").split() if names.is_file() else []
    return [name for name in lines if name.startswith(f"{folder}/") and name.endswith(".toml")]


_OLD, _NEW = "1.0.0", "1.1.0"
_VALID = sorted({*_names(_NEW, "valid"), *_names(_OLD, "valid")})
_INVALID = _names(_NEW, "invalid")
_ONLY_NEW = sorted(set(_names(_OLD, "invalid")) - set(_INVALID))

pytestmark = pytest.mark.skipif(
    not _VALID, reason=f"toml-test is not at {_SUITE}; set EXCORE_SHARED to the folder that holds it"
)


def _typed(value: Any) -> Any:
    """The value in the suite's notation, with the Python value instead of its text."""
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return ("float", "nan")
    return (_kind(value), value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, datetime):
        return "datetime-local" if value.tzinfo is None else "datetime"
    kinds = ((str, "string"), (int, "integer"), (float, "float"), (date, "date-local"), (time, "time-local"))
    return next(name for kind, name in kinds if isinstance(value, kind))


def _expected(value: Any) -> Any:
    if isinstance(value, list):
        return [_expected(item) for item in value]
    if set(value) == {"type", "value"} and isinstance(value["value"], str):
        return (value["type"], _read(value["type"], value["value"]))
    return {name: _expected(item) for name, item in value.items()}


def _read(kind: str, text: str) -> Any:
    if kind == "string":
        return text
    if kind == "integer":
        return int(text)
    if kind == "bool":
        return text == "true"
    if kind == "float":
        return "nan" if text.lstrip("+-") == "nan" else float(text)
    text = text.replace("Z", "+00:00").replace("z", "+00:00")
    head, dot, rest = text.partition(".")
    if dot:  # before Python 3.11, fromisoformat takes three or six digits only
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        text = f"{head}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
    if kind == "time-local":
        return time.fromisoformat(text)
    return date.fromisoformat(text) if kind == "date-local" else datetime.fromisoformat(text)


@pytest.mark.parametrize("name", _VALID)
def test_valid(name: str) -> None:
    tree = parse(decode((_SUITE / name).read_bytes()))
    tables = assemble(name, tree)
    assert [problem.message for _, problem in tree.problems] == []
    assert tables.problems == ()
    expected = json.loads((_SUITE / name).with_suffix(".json").read_text(encoding="utf-8"))
    assert _typed(plain(tables.root)) == _expected(expected)


@pytest.mark.parametrize("name", _INVALID)
def test_invalid(name: str) -> None:
    data = (_SUITE / name).read_bytes()
    if not _is_utf8(data):
        with pytest.raises(NotUtf8Error):
            decode(data)
        return
    tree = parse(decode(data))
    assert [*tree.problems, *assemble(name, tree).problems] != []


@pytest.mark.parametrize("name", _ONLY_NEW)
def test_what_only_the_older_version_refuses(name: str) -> None:
    tree = parse(decode((_SUITE / name).read_bytes()))
    if [*tree.problems, *assemble(name, tree).problems] == []:
        assert list(newer_toml(tree, name)) != []


@pytest.mark.parametrize("name", _names(_OLD, "valid"))
def test_what_both_versions_take(name: str) -> None:
    assert list(newer_toml(parse(decode((_SUITE / name).read_bytes())), name)) == []


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_all_of_it_is_here() -> None:
    assert len(_VALID) > 200
    assert len(_INVALID) > 450
