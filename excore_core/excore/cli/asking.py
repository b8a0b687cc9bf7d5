"""What is said and asked on the terminal. Each question has an option that answers it; where nobody can answer, the
default counts."""

from __future__ import annotations

import sys
import unicodedata
from typing import NoReturn

import typer

IMPOSSIBLE = 2
"""The exit code of every command that could not do its job; 1 says that it did, and that something is not as it should
be."""


def plain(text: str, but: str = "") -> str:
    """A text without what terminals obey: control characters, changes of direction and the like are written as escapes.

    ``but`` are characters that stay. Names in files and of files may hold anything.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in but else _escape(char) for char in text)


def _escape(char: str) -> str:
    # what is left are blanks of other kinds than the usual one
    return char if unicodedata.category(char) == "Zs" else char.encode("unicode_escape", "surrogatepass").decode()


def tell(message: str, err: bool = False) -> None:
    """Lines on standard output, or on standard error, without what terminals obey. Names in it are ``plain`` already
    where a line end in one of them would be taken for one of the message."""
    typer.echo(plain(message, but="\n\t"), err=err)


def fail(message: str) -> NoReturn:
    """Say why the command cannot do its job, and end it."""
    tell(f"excore: {message}", err=True)
    raise typer.Exit(IMPOSSIBLE)


def ask(question: str, default: str | None = None) -> str:
    """A line from the terminal or from what is piped in; the default for an empty line, and where there is no line.

    Ends the command where there is neither a line nor a default.
    """
    try:
        shown = f"{question} [{default}]" if default else question
        answer: str = typer.prompt(plain(shown), default="", show_default=False, err=True) or default or ""
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
        return typer.confirm(plain(question), err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo("", err=True)
        return False
