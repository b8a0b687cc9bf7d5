"""``excore explain``: the page about a problem code, as it was installed."""

from __future__ import annotations

from typing import Annotated

import typer

from excore.cli.output import fail, is_terminal, print_line, print_text
from excore.lang.nearest import nearest
from excore.lang.problems import CATALOGUE
from excore.tooling.shipped import page_text


def explain(
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="CODE...", help="Codes of problems.", show_default="list all")
    ] = None,
) -> None:
    """Explain what a problem code means, with a bad and a good example and how to fix it.

    Without a code all are listed.
    """
    for code in codes or ():
        if code not in CATALOGUE:
            near = [known for known in CATALOGUE if code and code in known][:3] or nearest(code, CATALOGUE)
            advice = f"did you mean {' or '.join(near)}?" if near else "`excore explain` lists all."
            fail(f"no problem has the code {code}; {advice}")
    if not codes:
        width = max(map(len, CATALOGUE))
        print_line(
            "\n".join(f"{kind.code:<{width}}  {kind.severity:<11}  {kind.summary}" for kind in CATALOGUE.values())
        )
    for number, code in enumerate(codes or ()):
        kind = CATALOGUE[code]
        text = page_text(code) or f"# `{code}`\n\nSeverity: **{kind.severity}**. {kind.summary}\n"
        if not is_terminal():
            print_text("\n" * bool(number) + text)
            continue
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text, code_theme="ansi_dark"))
