"""A config as one TOML file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from excore.engine.logging import logger
from excore.lang.syntax.writer import document
from excore.storage.atomic_write import write_text

__all__ = ["dump"]


def dump(config: Mapping[str, Any], path: str | os.PathLike[str], head: str = "") -> None:
    """Write ``config`` as TOML 1.0, whole or not at all. Raises TypeError for a value that TOML has no form for.
    ``head`` are comments above it.

    None is left out, with a warning in the log; tuples become arrays.
    """
    write_text(Path(path), f"{head}{document(config)}")
    left_out = list(_nones(config, ""))
    if left_out:
        names, verb = ", ".join(f"`{name}`" for name in left_out), "is" if len(left_out) == 1 else "are"
        logger.warning("{} {} None, which TOML has no form for; not in {}", names, verb, path)


def _nones(value: Any, name: str) -> Iterator[str]:
    if value is None:
        yield name
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _nones(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _nones(item, f"{name}[{number}]")
