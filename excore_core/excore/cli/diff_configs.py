"""``excore diff``: two configs, or two revisions of one, compared by what they mean."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import typer

from excore.cli.check import paths_and_overrides
from excore.cli.output import fail, styled
from excore.cli.resolved import opened
from excore.cli.revisions import NoRevision, Revision
from excore.config.run_record import RECORD_NAME
from excore.lang.text import printable
from excore.lang.workspace.snapshot import Snapshot
from excore.views.diff import Change, Side
from excore.views.diff import diff as compare
from excore.views.lines import shown_place


def diff(
    configs: Annotated[
        list[str],
        typer.Argument(
            metavar="A [B] [KEY=VALUE]...",
            help="A config file, the one to compare it with, and changes of that one, or of A where there is no B.",
            show_default=False,
        ),
    ],
    git: Annotated[
        str, typer.Option("--git", metavar="REV", help="Take A as it is in this git revision.", show_default=False)
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two configs by what they mean: order, layout, and which file says something make no difference.

    The exit code is 0 if they mean the same, 1 if not, 2 if they could not be compared.
    """
    paths, overrides = paths_and_overrides(configs)
    if not 1 <= len(paths) <= 2:
        fail("one config or two can be compared")
    before, after = (*(_recorded(path) for path in paths), "")[:2]
    if not after and not git and not overrides:
        fail("give a second config, changes as KEY=VALUE, or a revision with --git")
    for name in (before, after):
        if name and not (git and name is before) and not os.path.isfile(name):
            fail(f"{name}: no such file")
    old, first = _old(before, git) if git else opened(before)
    new, second = opened(after or before, overrides=overrides) if os.path.isfile(after or before) else (old, first)
    if new is old:
        fail(f"{after or before}: no such file")
    changes = compare(old.own_model(first), new.own_model(second))
    if as_json:
        typer.echo(json.dumps([_plain(change, old, new) for change in changes], indent=2))
    else:
        for change in changes:
            typer.echo(_line(change, old, new, git))
    raise typer.Exit(1 if changes else 0)


def _recorded(path: str) -> str:
    """The record of a run where a folder that has one is named."""
    record = os.path.join(path, RECORD_NAME)
    return record if os.path.isfile(record) else path


def _old(config: str, revision: str) -> tuple[Snapshot, str]:
    path = os.path.abspath(config)
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    try:
        source = Revision(folder, revision)
    except NoRevision as error:
        fail(f"{revision}: {error}")
    snapshot, path = opened(config, source)
    if snapshot.file(path) is None:
        fail(f"{config} is not in {revision}")
    return snapshot, path


def _line(change: Change, old: Snapshot, new: Snapshot, revision: str) -> str:
    before, after, key = change.before, change.after, printable(change.key)
    if before is None and after is not None:
        return f"{styled('+', 'green')} {key}{_value(change, after, 'green')}  {_place(after, new, '')}"
    if after is None and before is not None:
        return f"{styled('-', 'red')} {key}{_value(change, before, 'red')}  {_place(before, old, revision)}"
    assert before is not None
    assert after is not None
    values = f"{styled(before.value, 'red')} -> {styled(after.value, 'green')}"
    places = f"{_place(before, old, revision)} {styled('->', 'dim')} {_place(after, new, '')}"
    return f"{styled('~', 'yellow')} {key}: {values}  {places}"


def _value(change: Change, side: Side, style: str) -> str:
    return f" {printable(side.value)}" if change.key.startswith("[") else f": {styled(side.value, style)}"


def _place(side: Side, snapshot: Snapshot, revision: str) -> str:
    place = shown_place(snapshot, side.origin, os.getcwd())
    return styled(f"({revision}:{place})" if revision else f"({place})", "dim")


def _plain(change: Change, old: Snapshot, new: Snapshot) -> dict[str, Any]:
    def side(one: Side | None, snapshot: Snapshot) -> dict[str, str] | None:
        return None if one is None else {"value": one.value, "place": shown_place(snapshot, one.origin, os.getcwd())}

    return {"key": change.key, "before": side(change.before, old), "after": side(change.after, new)}
