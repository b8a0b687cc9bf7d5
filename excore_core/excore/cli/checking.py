"""``excore check`` as the command line offers it; ``excore.cli.check`` does it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from excore.cli.check import checked


class Format(str, Enum):
    """What the findings look like."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATHS | CONFIG KEY=VALUE...]",
            help="Config files, and folders of them; or one config and changes of it, as Model.FCN.layers=3.",
            show_default="this folder",
        ),
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="What the findings look like.")] = Format.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="How many processes judge.", show_default="one for each core"),
    ] = None,
) -> None:
    """Check configs against the Python they configure, without running any of it.

    TOML files that are no configs are not checked; of those that are named, it says why. The exit code is 0 if there is
    no error, 1 if there is one, 2 if the check could not be done or there is nothing to check.
    """
    raise typer.Exit(checked(paths or [], format.value, strict, jobs))
