"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def render(headers: Sequence[str], rows: Iterable[Sequence[Any]], **options: Any) -> str:
    """``rows`` under ``headers`` as a fancy_grid table; ``options`` go to ``tabulate`` and win."""
    from tabulate import tabulate

    options.setdefault("tablefmt", "fancy_grid")
    options.setdefault("disable_numparse", True)
    return tabulate([list(row) for row in rows], headers=list(headers), **options)
