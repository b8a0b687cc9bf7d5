"""What a run of a sweep reports, and what is read of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from excore.sweeps.one_run import ENDED, METRICS, STOP, VARIABLE

__all__ = ["report"]


def report(step: int | None = None, **metrics: Any) -> bool:
    """Tell the sweep that this process is a run of what was measured: ``excore.report(step=3, loss=0.2)``.

    What is a number, or becomes one by ``float``, counts. Without a sweep, and in processes of a distributed run other
    than the first, nothing is written. Gives false once a search has seen enough of this run, and true else.
    Raises ``TypeError`` or ``ValueError`` for what is no number.
    """
    numbers = {name: float(value) for name, value in metrics.items()}
    folder = os.environ.get(VARIABLE)
    if not folder:
        return True
    if os.environ.get("RANK", "0") == "0":
        line = json.dumps({**({} if step is None else {"step": int(step)}), **numbers})
        with open(os.path.join(folder, METRICS), "a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    return not os.path.exists(os.path.join(folder, STOP))


def reported(folder: str) -> Iterator[dict[str, Any]]:
    """All that a run has reported until now, in order; lines that are no JSON objects are left out."""
    try:
        with open(os.path.join(folder, METRICS), encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    except OSError:
        return
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def metrics_of(folder: str) -> dict[str, float]:
    """The last value of each metric."""
    found: dict[str, float] = {}
    for line in reported(folder):
        found.update((name, value) for name, value in line.items() if name != "step" and type(value) in (int, float))
    return found


def ending(folder: str) -> dict[str, Any] | None:
    """How a run ended; None if it has not."""
    try:
        with open(os.path.join(folder, ENDED), encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
            return found
    except OSError:
        return None
