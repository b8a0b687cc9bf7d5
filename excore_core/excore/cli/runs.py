"""``excore runs``: the records of runs side by side, by what differs between them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from excore.cli.output import fail, print_text, shown_path
from excore.config.run_record import Record, records
from excore.engine.text_table import render
from excore.lang.syntax.writer import value_text
from excore.lang.text import printable

_LONGEST = 40


def runs(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where runs are recorded.", show_default=False)] = ".",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with all that the records say.")] = False,
) -> None:
    """Show the runs below a folder that `excore.record` recorded, with a column for all that differs between them.

    A commit with a `+` is one whose files were changed. The exit code is 2 if there is no record.
    """
    found = records(folder) if os.path.isdir(folder) else []
    if not found:
        fail(f"{shown_path(folder)} has no record of a run" if os.path.isdir(folder) else f"{folder}: no such folder")
    if as_json:
        typer.echo(json.dumps([_plain(one, folder) for one in found], indent=2, default=str))
        return
    keys = differing([one.values for one in found])
    rows = [[_name(one, folder), _time(one), _commit(one), *(_cell(one.values, key) for key in keys)] for one in found]
    print_text(f"{render(['run', 'time', 'commit', *map(printable, keys)], rows, tablefmt='simple')}\n")


def differing(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys that not all have, or not all with one value, in order."""
    missing = object()
    keys = dict.fromkeys(key for one in values for key in one)
    return [key for key in keys if any(one.get(key, missing) != values[0].get(key, missing) for one in values[1:])]


def _name(one: Record, folder: str) -> str:
    return printable(os.path.relpath(one.path.parent, folder).replace(os.sep, "/"))


def _time(one: Record) -> str:
    return printable(str(one.fact("run", "time") or "")[:16])


def _commit(one: Record) -> str:
    commit = printable(str(one.fact("repository", "commit") or "")[:10])
    return f"{commit}+" if commit and not one.fact("repository", "clean") else commit


def _cell(values: Mapping[str, Any], key: str) -> str:
    if key not in values:
        return ""
    value = values[key]
    text = printable(value if isinstance(value, str) else value_text(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(one: Record, folder: str) -> dict[str, Any]:
    return {"name": _name(one, folder), "file": str(one.path), **one.facts, "values": dict(one.values)}
