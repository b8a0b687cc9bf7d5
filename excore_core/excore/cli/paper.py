"""Where commands write: coloured on a terminal, plain text for everything else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from excore.cli.asking import plain


def is_terminal() -> bool:
    """Whether people look at what is written, and want colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def say(text: str, language: str = "") -> None:
    """Write whole lines; on a terminal in the colours of a language that Pygments knows, and without what it obeys."""
    if sys.stdout.isatty():
        text = plain(text, but="\n\t")
    if not language or not is_terminal():
        typer.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.syntax import Syntax

    # the terminal's own colours: those of a theme are for one kind of background
    shown = Syntax(text, language, theme="ansi_light", background_color="default", word_wrap=False)
    Console(soft_wrap=True).print(shown, end="")


def put(text: str, output: str, language: str = "") -> None:
    """Write to a file, or as ``say`` where none is named. Ends the command if the file cannot be written."""
    if not output:
        say(text, language)
        return
    from excore.cli.writing import write_output

    write_output(Path(output), text)


def mark(text: str, style: str) -> str:
    """A piece of a line in a style of the terminal (``red``, ``dim``)."""
    text = plain(text)
    if not is_terminal():
        return text
    return typer.style(text, dim=True) if style == "dim" else typer.style(text, fg=style)
