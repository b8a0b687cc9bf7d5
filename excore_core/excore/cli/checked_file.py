"""What ``excore check`` has of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from excore.lang.text import LineIndex
from excore.tooling.diagnostics import SEVERITIES, Json


class CheckedFile(NamedTuple):
    """One file that was checked, with its diagnostics and the text they are about."""

    path: str
    diagnostics: list[Json]
    text: LineIndex


def counts(diagnostics: Iterable[Json]) -> dict[str, int]:
    """How many diagnostics of each severity there are, worst first."""
    names = {number: name for name, number in SEVERITIES.items()}
    by_number = Counter(one["severity"] for one in diagnostics)
    return {names[number]: by_number[number] for number in sorted(by_number)}
