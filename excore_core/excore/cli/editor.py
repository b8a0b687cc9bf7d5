"""``excore editor``: where the client for an editor was installed."""

from __future__ import annotations

from typing import Annotated

import typer

from excore.cli.output import fail, print_line
from excore.tooling.shipped import shipped


def editor(name: Annotated[str, typer.Argument(metavar="EDITOR", help="The editor: nvim.")]) -> None:
    """Print the folder of the client for an editor, in the version of this package.

    For Neovim it belongs on the runtime path.
    """
    if name not in ("nvim", "neovim"):
        fail(f"there is no client for {name}; there is one for nvim.")
    client = shipped("editors/nvim")
    if client is None:
        fail("somebody took the client for nvim out of this package; install the package again.")
    print_line(str(client))
