"""Questions on the terminal. Each has an option that answers it; where nobody can answer, the default counts."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

IMPOSSIBLE = 2
"""The exit code of every command that could not do its job; 1 says that it did, and that something is not as it should
be."""


def fail(message: str) -> NoReturn:
    """Say why the command cannot do its job, and end it."""
    typer.echo(f"excore: {message}", err=True)
    raise typer.Exit(IMPOSSIBLE)


def ask(question: str, default: str | None = None) -> str:
    """A line from the terminal or from what is piped in; the default for an empty line, and where there is no line.

    Ends the command where there is neither a line nor a default.
    """
    try:
        answer: str = typer.prompt(question, default=default or "", show_default=bool(default), err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo("", err=True)
        answer = default or ""
    if not answer and default is None:
        fail(f"{question}: there is no answer")
    return answer.strip()


def agree(question: str) -> bool:
    """A yes or no; no where there is no answer."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo("", err=True)
        return False
