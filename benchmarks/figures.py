"""The form in which every benchmark hands on its figures, so that `run.py` can print and draw them side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


class Measured(float):
    """One value of several samples; ``spread`` is by how much their third quartile is above the first, 0.1 is 10 %."""

    spread: float


def least(samples: Sequence[float]) -> Measured:
    """The best sample: what else the machine does only adds to it."""
    return _of(samples, min(samples))


def middle(samples: Sequence[float]) -> Measured:
    """The median."""
    return _of(samples, median(samples))


def _of(samples: Sequence[float], value: float) -> Measured:
    measured = Measured(value)
    ordered, last = sorted(samples), len(samples) - 1
    measured.spread = ordered[(3 * last + 2) // 4] / max(ordered[last // 4], 1e-9) - 1
    return measured


@dataclass(frozen=True)
class Figure:
    """One measured value and, where there is a peer in the same run, what the peer needed. ``verdict`` says whether the
    answers were right: OK, or what else they were; empty where none was judged."""

    name: str
    value: float
    unit: str = "ms"
    peer: str = ""
    peer_value: float | None = None
    note: str = ""
    verdict: str = ""
    spread: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.value, Measured) and self.spread is None:
            object.__setattr__(self, "spread", self.value.spread)

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's: below 1 is better than the peer."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        peer = "" if self.peer_value is None else f"{self.peer_value:.2f} {self.peer}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x"
        spread = "" if self.spread is None else f"{self.spread:.0%}"
        return (self.name.strip(), f"{self.value:.2f} {self.unit}", peer, ratio, spread, self.verdict, self.note)

    def __str__(self) -> str:
        return table([self]).splitlines()[-1]


HEAD = ("what", "ours", "peer", "ratio", "spread", "verdict", "note")


def table(figures: Iterable[Figure]) -> str:
    """The figures as Markdown, in columns."""
    rows = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def write(figures: Iterable[Figure], path: Path) -> None:
    path.write_text(json.dumps({"figures": [asdict(figure) for figure in figures]}, indent=1), "utf-8")


def show(figures: Sequence[Figure], path: Path | None) -> None:
    """Print the figures as a table, and write them to the file that was asked for."""
    print(table(figures))
    if path is not None:
        write(figures, path)


def read(path: Path) -> list[Figure]:
    """The figures of a file made by `write`. Raises ``OSError``, ``ValueError``, ``KeyError`` or ``TypeError``."""
    return [Figure(**row) for row in json.loads(path.read_text("utf-8"))["figures"]]
