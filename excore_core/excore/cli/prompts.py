"""Questions on the terminal. Each has an option that answers it; where nobody can answer, the default counts."""

from __future__ import annotations

import sys

import typer

from excore.cli.output import fail
from excore.lang.text import printable


def prompt(question: str, default: str | None = None) -> str:
    """A line from the terminal or from what is piped in; the default for an empty line, and where there is no line.

    Ends the command where there is neither a line nor a default.
    """
    try:
        label = f"{question} [{default}]" if default else question
        answer: str = typer.prompt(printable(label), default="", show_default=False, err=True) or default or ""
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo("", err=True)
        answer = default or ""
    if not answer and default is None:
        fail(f"{question}: there is no answer")
    return answer.strip()


def confirm(question: str) -> bool:
    """A yes or no; no where there is no answer."""
    try:
        return typer.confirm(printable(question), err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo("", err=True)
        return False
