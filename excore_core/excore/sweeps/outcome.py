"""What came out of a sweep: a table, and a picture."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as escaped

from excore.engine.text_table import render
from excore.lang.sweep import Axis
from excore.lang.text import printable
from excore.storage.atomic_write import write_text
from excore.sweeps.sweeping import RunOf, Sweeping

RESULTS, PLOT = "results.json", "plot.svg"
_WIDE, _HIGH, _LEFT, _GAP = 300, 190, 60, 40
_COLOURS = {"point": "#4263eb", "best": "#e8590c", "line": "#868e96"}
_LONGEST = 32


def varied(sweeping: Sweeping) -> list[Axis]:
    """The axes of which there is more than one value."""
    return [axis for axis in sweeping.sweep.axes if len(axis.choices) > 1]


def shown(value: object) -> str:
    """A value in a table or a picture, not too long."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
    text = printable(text)
    return text if len(text) <= _LONGEST else f"…{text[1 - _LONGEST :]}"


def table(sweeping: Sweeping) -> str:
    """All runs, the best in front."""
    runs, axes = sweeping.best_first(), varied(sweeping)
    metrics = list(dict.fromkeys(name for one in runs for name in one.metrics))
    metrics.sort(key=lambda name: name != sweeping.sweep.metric)
    rows = []
    for one in runs:
        found = [shown(one.metrics[name]) if name in one.metrics else "" for name in metrics]
        values = one.run.values
        state = f"{one.state} ({one.code})" if one.code else one.state
        rows.append([one.name, state, *found, *(shown(values[axis.key]) for axis in axes), f"{one.seconds:.1f}"])
    head = ["run", "state", *metrics, *(axis.key for axis in axes), "seconds"]
    return render([printable(name) for name in head], rows, tablefmt="simple")


def escape(text: str) -> str:
    """A text in a picture, which knows no control characters."""
    return escaped(printable(text))


def write(sweeping: Sweeping) -> list[str]:
    """Write the results, and the picture if there is something to see; gives the paths."""
    runs = [
        {
            "run": one.name,
            "state": one.state,
            "code": one.code,
            "seconds": one.seconds,
            "overrides": one.run.overrides,
            "metrics": one.metrics,
        }
        for one in sweeping.best_first()
    ]
    path = os.path.join(sweeping.folder, RESULTS)
    write_text(Path(path), json.dumps(runs, indent=1, default=str) + "\n")
    paths = [path]
    picture = plot(sweeping)
    if picture:
        paths.append(os.path.join(sweeping.folder, PLOT))
        write_text(Path(paths[-1]), picture)
    return paths


def plot(sweeping: Sweeping) -> str:
    """An SVG with the metric over each axis; "" if there is no metric, or no value of one."""
    metric = sweeping.sweep.metric
    runs = [
        one for one in sweeping.best_first() if one.state == "done" and math.isfinite(one.metrics.get(metric, math.nan))
    ]
    axes = varied(sweeping)
    if not runs or not axes:
        return ""
    panels = [_panel(axis, runs, metric, number * (_LEFT + _WIDE + _GAP)) for number, axis in enumerate(axes)]
    width, height = len(axes) * (_LEFT + _WIDE + _GAP), _HIGH + 90
    best = ", ".join(f"{axis.key} = {shown(runs[0].run.values[axis.key])}" for axis in axes)
    head = f"best {metric}: {shown(runs[0].metrics[metric])} with {best}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="{_LEFT}" y="18" font-size="13">{escape(head)}</text>\n{"".join(panels)}</svg>\n'
    )


def _panel(axis: Axis, runs: Sequence[RunOf], metric: str, left: int) -> str:
    left, top = left + _LEFT, 34
    values = [one.run.values[axis.key] for one in runs]
    xs, ticks = _positions(axis, values)
    found = [one.metrics[metric] for one in runs]
    low, high = min(found), max(found)
    ys = [(value - low) / (high - low) if high > low else 0.5 for value in found]
    lines = [
        f'<g stroke="{_COLOURS["line"]}"><line x1="{left}" y1="{top + _HIGH}" x2="{left + _WIDE}" y2="{top + _HIGH}"/>'
        f'<line x1="{left}" y1="{top}" x2="{left}" y2="{top + _HIGH}"/></g>\n'
    ]
    for place, text in ticks:
        x = left + 8 + place * (_WIDE - 16)
        lines.append(f'<text x="{x:.1f}" y="{top + _HIGH + 15}" text-anchor="middle">{escape(text)}</text>\n')
    for value, height in dict.fromkeys(((low, top + _HIGH - 4), (high, top + 12))):
        lines.append(f'<text x="{left - 5}" y="{height}" text-anchor="end">{escape(shown(value))}</text>\n')
    middle = left + _WIDE / 2
    lines.append(f'<text x="{middle}" y="{top + _HIGH + 34}" text-anchor="middle">{escape(axis.key)}</text>\n')
    for number, (one, x, y) in reversed(list(enumerate(zip(runs, xs, ys, strict=True)))):
        colour, size = (_COLOURS["best"], 5) if number == 0 else (_COLOURS["point"], 3.5)
        title = f"{one.name}: {', '.join(one.run.overrides)}: {metric} {shown(one.metrics[metric])}"
        lines.append(
            f'<circle cx="{left + 8 + x * (_WIDE - 16):.1f}" cy="{top + 8 + (1 - y) * (_HIGH - 16):.1f}" r="{size}" '
            f'fill="{colour}" fill-opacity="0.75"><title>{escape(title)}</title></circle>\n'
        )
    return "".join(lines)


def _positions(axis: Axis, values: Sequence[Any]) -> tuple[list[float], list[tuple[float, str]]]:
    """Where values are from 0 to 1, and what is written below; numbers by their size, all else in the order given."""
    numbers = [value for value in values if type(value) in (int, float)]
    if len(numbers) == len(values) and len(set(numbers)) > 1:
        low, high = min(numbers), max(numbers)
        is_log = low > 0 and (high / low > 50 or (axis.bounds is not None and axis.bounds.log))
        scale = math.log if is_log else float
        width = scale(high) - scale(low)
        places = [(scale(value) - scale(low)) / width for value in numbers]
        return places, [(0.0, shown(low)), (1.0, shown(high))]
    names = list(dict.fromkeys(choice.text for choice in axis.choices))
    by_value = {json.dumps(choice.value, default=str): names.index(choice.text) for choice in axis.choices}
    last = max(len(names) - 1, 1)
    places = [by_value[json.dumps(value, default=str)] / last for value in values]
    texts = [shown(choice.value).rpartition("/")[2] for choice in axis.choices]
    return places, [(number / last, text) for number, text in enumerate(texts)]
