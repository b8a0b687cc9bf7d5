"""``excore show``, ``blame``, ``graph`` and ``python``: one config, seen in other ways. Nothing of it is run."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any

import typer

from excore.cli.output import fail, print_line, print_text, shown_path, styled
from excore.cli.resolved import Overridden, errors, opened
from excore.cli.writing import print_or_write
from excore.lang.provenance import NoSuchKey, Setting
from excore.lang.syntax.document import parse
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain
from excore.lang.text import printable as safe
from excore.lang.workspace.snapshot import Snapshot
from excore.views import blame as blaming
from excore.views import drawing
from excore.views.composed import composed
from excore.views.graph import Edge, Node
from excore.views.graph import graph as make_graph
from excore.views.lines import Document, place_of, relative, shown_place
from excore.views.python_code import python_code
from excore.views.svg import svg

Config = Annotated[str, typer.Argument(metavar="CONFIG", help="A config file.", show_default=False)]


class Picture(str, Enum):
    """The forms of a graph."""

    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"
    json = "json"


def show(
    config: Config,
    overrides: Overridden = None,
    origins: Annotated[
        bool, typer.Option("--origins/--no-origins", help="Say behind each line where it comes from.")
    ] = True,
    quoted: Annotated[
        bool, typer.Option("--quoted", help="Quote keys with prefixes: plain TOML 1.0, which any tool reads.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Fill in the defaults of all that is built, to keep what a run was made of.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: the values, and the place of each line.")
    ] = False,
) -> None:
    """Show a config with all its bases merged in. The text is a config that loads to the same.

    A default that TOML has no form for, as `None`, is a comment with `--full`.
    The exit code is 1 if the config has errors.
    """
    snapshot, path = opened(config, overrides=overrides or ())
    if as_json:
        document = composed(snapshot, path, origins=False, quoted=quoted, full=full)
        typer.echo(json.dumps(_plain(snapshot, path, document), indent=2, default=str))
        return
    print_text(composed(snapshot, path, origins=origins, quoted=quoted, full=full).text, "toml")
    _warn(snapshot, path, overrides)


def _plain(snapshot: Snapshot, path: str, document: Document) -> dict[str, Any]:
    lines = []
    for line in document.lines:
        place = place_of(snapshot, line.origin) if line.origin is not None else None
        lines.append(
            {
                "text": line.text,
                "file": place.path if place is not None else None,
                "line": place.line + 1 if place is not None else None,
            }
        )
    values = plain(assemble(path, parse(document.text)).root)
    return {"config": path, "files": list(snapshot.closure(path).files), "values": values, "lines": lines}


def _warn(snapshot: Snapshot, path: str, overrides: Iterable[str] | None = None) -> None:
    """Say if what is shown cannot be whole, and end the command with 1 then."""
    count = errors(snapshot, path)
    if count:
        shown = " ".join((shown_path(path), *map(shlex.quote, overrides or ())))
        print_line(f"excore: {shown_path(path)} has {count}; see `excore check {shown}`", err=True)
        raise typer.Exit(1)


def blame(
    config: Config,
    key: Annotated[str, typer.Argument(metavar="KEY", help="As Model.FCN.layers, or a table.", show_default=False)],
) -> None:
    """Say which file and line sets a value, and what it overrides. For a table, say it of each key in it."""
    snapshot, path = opened(config)
    try:
        settings = blaming.blame(snapshot, path, key)
    except NoSuchKey as error:
        near = error.suggestions
        fail(f"{error}" + (f"; did you mean {near[0]}?" if near else ""))
    for name, setting in settings.items():
        if len(settings) > 1:
            typer.echo(styled(name, "cyan"))
        _say_setting(snapshot, path, setting, "", "green")
        for other in setting.overrides:
            _say_setting(snapshot, path, other, "overrides ", "dim")


def _say_setting(snapshot: Snapshot, path: str, setting: Setting, before: str, style: str) -> None:
    place = f"{relative(setting.file, os.getcwd())}:{setting.line}"
    text = blaming.setting_text(setting, snapshot.own_model(path).grammar)
    typer.echo(f"  {styled(before, 'dim')}{styled(place, style)}: {safe(text)}")


def graph(
    config: Config,
    overrides: Overridden = None,
    format: Annotated[Picture, typer.Option("--format", "-f", help="What the graph looks like.")] = Picture.mermaid,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.", show_default=False)
    ] = "",
) -> None:
    """Draw what a config builds: which object gets which, and what is shared.

    The exit code is 1 if the config has errors.
    """
    snapshot, path = opened(config, overrides=overrides or ())
    picture = make_graph(snapshot.own_model(path))

    def place(item: Node | Edge) -> str | None:
        return shown_place(snapshot, item.origin, os.getcwd()) if item.origin is not None else None

    if format is Picture.json:
        text = drawing.as_json(picture, place)
    elif format is Picture.svg:
        text = svg(picture, os.path.basename(path))
    else:
        text = (drawing.dot if format is Picture.dot else drawing.mermaid)(picture)
    print_or_write(text, output, {"json": "json", "svg": "xml"}.get(format.value, ""))
    _warn(snapshot, path, overrides)


def python(
    config: Config,
    overrides: Overridden = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.", show_default=False)
    ] = "",
) -> None:
    """Show the Python that a config stands for: the calls a build would make.

    The exit code is 1 if the config has errors.
    """
    snapshot, path = opened(config, overrides=overrides or ())
    print_or_write(python_code(snapshot.own_model(path)).text, output, "python")
    _warn(snapshot, path, overrides)
