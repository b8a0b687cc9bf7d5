"""Ratios to peers as a picture: one bar for each figure, on a logarithmic scale; left of the line ours is faster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from figures import Figure

_LABELS, _BARS, _ROW, _TOP = 420, 360, 20, 34
_DECADES = 2
"""Ratios are shown from a hundredth to a hundredfold; what lies beyond ends at the edge."""
_BETTER, _WORSE, _WRONG = "#2e7d32", "#c62828", "#9e9e9e"


def plot(title: str, figures: Sequence[Figure]) -> str:
    """An SVG of the figures that have a ratio; grey ones are of answers that were not right."""
    shown = [figure for figure in figures if figure.ratio]
    width, height = _LABELS + _BARS + 90, _TOP + _ROW * len(shown) + 14
    middle = _LABELS + _BARS / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        ' font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="8" y="18" font-size="14">{escape(title)}: ours / peer</text>',
    ]
    for power in range(-_DECADES, _DECADES + 1):
        at = middle + power * _BARS / 2 / _DECADES
        stroke = "#333" if power == 0 else "#ddd"
        parts.append(f'<line x1="{at:g}" x2="{at:g}" y1="{_TOP - 4}" y2="{height - 8}" stroke="{stroke}"/>')
        parts.append(f'<text x="{at:g}" y="{_TOP - 8}" text-anchor="middle" fill="#777">{10.0**power:g}</text>')
    for number, figure in enumerate(shown):
        assert figure.ratio is not None
        y = _TOP + _ROW * number
        power = max(-_DECADES, min(_DECADES, math.log10(figure.ratio)))
        end = middle + power * _BARS / 2 / _DECADES
        colour = _WRONG if figure.verdict not in ("", "OK") else _BETTER if figure.ratio <= 1 else _WORSE
        x, long = min(middle, end), max(1.0, abs(end - middle))
        parts.append(f'<text x="{_LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(_label(figure))}</text>')
        parts.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{long:.1f}" height="{_ROW - 6}" fill="{colour}"/>')
        parts.append(f'<text x="{_LABELS + _BARS + 8}" y="{y + 13}">{figure.ratio:.2f} x</text>')
    return "\n".join([*parts, "</svg>", ""])


def _label(figure: Figure) -> str:
    text = f"{figure.name.strip()} / {figure.peer}"
    return text if len(text) <= 72 else text[:71] + "…"
