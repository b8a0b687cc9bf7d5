"""What commands say: coloured on a terminal, plain text for everything else, and never what a terminal would obey."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from excore.lang.text import printable

EXIT_NOT_DONE = 2
"""The exit code of every command that could not do its job; 1 says that it did, and that something is not as it should
be."""


def print_line(message: str, err: bool = False) -> None:
    """Lines on standard output, or on standard error, without what terminals obey. Names in it are ``printable``
    already where a line end in one of them would be taken for one of the message."""
    print(printable(message, but="\n\t"), file=sys.stderr if err else sys.stdout, flush=True)


def fail(message: str) -> NoReturn:
    """Say why the command cannot do its job, and end it."""
    print_line(f"excore: {message}", err=True)
    sys.exit(EXIT_NOT_DONE)


def write_all_characters() -> None:
    """Have what the encoding of the output lacks written as escapes, which else would end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the disk refuses ends the command with the reason."""
    try:
        write_all_characters()
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read the output has gone
            raise
        fail_for(error)


def fail_for(error: OSError) -> NoReturn:
    """End the command for what the disk refused, and say what that was."""
    if not _has_folder():
        fail("the current folder is gone")
    reason = error.strerror or str(error)
    fail(reason if error.filename is None else f"{shown_path(os.fsdecode(error.filename))}: {reason}")


def _has_folder() -> bool:
    try:
        return bool(os.getcwd())
    except OSError:
        return False


def shown_path(path: str) -> str:
    """How a path is told: as ``from_here`` gives it, without what terminals obey."""
    return printable(from_here(path))


def from_here(path: str) -> str:
    """A path relative to the current folder if it is below, else whole; its symbolic links stay as they are."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):  # another drive, or no current folder
        return path
    return path if relative.startswith(os.pardir) else relative


def is_terminal() -> bool:
    """Whether people look at what is written, and want colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def print_text(text: str, language: str = "") -> None:
    """Write whole lines; on a terminal in the colours of a language that Pygments knows, and without what it obeys."""
    if sys.stdout.isatty():
        text = printable(text, but="\n\t")
    if not language or not is_terminal():
        print(text, end="", flush=True)
        return
    from rich.console import Console
    from rich.syntax import Syntax

    # the terminal's own colours: those of a theme are for one kind of background
    highlighted = Syntax(text, language, theme="ansi_light", background_color="default", word_wrap=False)
    Console(soft_wrap=True).print(highlighted, end="")


def styled(text: str, style: str) -> str:
    """A piece of a line in a style of the terminal (``red``, ``dim``)."""
    text = printable(text)
    if not is_terminal():
        return text
    import typer

    return typer.style(text, dim=True) if style == "dim" else typer.style(text, fg=style)
