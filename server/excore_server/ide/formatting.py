"""Formatting of a config, whole or in part."""

from __future__ import annotations

from excore.lang.syntax.formatting import INDENT, layout
from excore.lang.text import Edit, Span
from excore.lang.workspace.host import File


def format_file(file: File, span: Span | None = None, indent: str = INDENT) -> tuple[Edit, ...] | None:
    """Edits that lay out the file, or the items that ``span`` touches; None where it is not TOML."""
    start, end = span if span is not None else (0, len(file.text))
    return layout(file.tree, start, end, indent=indent)
