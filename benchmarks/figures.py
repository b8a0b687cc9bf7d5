"""The form in which every benchmark hands on its figures, so that `run.py` can print them side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and, where there is a peer in the same run, what the peer needed."""

    name: str
    value: float
    unit: str = "ms"
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's: below 1 is better than the peer."""
        return self.value / self.peer_value if self.peer_value else None

    def __str__(self) -> str:
        text = f"{self.name:<58} {self.value:>10.2f} {self.unit}"
        if self.ratio is not None:
            text += f"   {self.ratio:>7.2f} x {self.peer} ({self.peer_value:.2f})"
        return f"{text}   {self.note}".rstrip()


def write(figures: Iterable[Figure], path: Path) -> None:
    path.write_text(json.dumps({"figures": [asdict(figure) for figure in figures]}, indent=1), "utf-8")


def read(path: Path) -> list[Figure]:
    """The figures of a file made by `write`. Raises ``OSError``, ``ValueError``, ``KeyError`` or ``TypeError``."""
    return [Figure(**row) for row in json.loads(path.read_text("utf-8"))["figures"]]
