"""Writes docs/commands.md: what each command says about itself, in groups, with examples where they help."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from excore.cli.main import COMMANDS, app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"

INTRO = """\
# Commands

`excore --help` lists the commands, `excore COMMAND --help` explains one. `excore --version` prints the version,
`excore --install-completion` adds completion to your shell.

The exit code is 0 if all is well, 2 if a command cannot do its job: a file that is not there, an option it does not
know. It is 1 if the job was done and not all is as it should be; each command that knows such a thing says what.

This page is written by `scripts/write_command_docs.py` from the help of the commands.
"""

GROUPS = {
    "Check configs": ["check", "explain", "format"],
    "Look at configs": ["list", "show", "blame", "diff", "graph", "python", "runs", "completion"],
    "Projects": ["init", "update", "registries", "primary-fields", "generate-registries", "auto-register"],
    "Editors": ["editor"],
    "Move here": ["migrate"],
    "Files for other tools": ["stubs", "generate-typehints", "config-extension", "schema", "quote"],
    "Caches": ["cache-dir", "cache-list", "clear-cache", "clear-all-cache"],
    "Try it": ["demo"],
}

EXAMPLES = {
    "migrate": """\
Each source becomes one file at the same place below `DIR`. What stays as it was:

- **Classes** become tables: short names where a class is used once, variants (`[Heads.Head]`) where it is used with
  other arguments, one table for what is equal. A `dict` is an object if its class is registered, gets what it requires
  and takes what it is given; another one stays the dict it is, since whoever takes it changes it.
- **Bases** stay bases, and a file says only what they do not. Merging in TOML takes nothing away: where a config does
  (`_delete_`), the rest of that base stands in it.
- **Names** at the top level are `&x = "name"`, as long as they have that value. `None` is `&x = "None"`.
- **Comments** stand above the keys they stood at.

Sources are Python, YAML and JSON configs of MMEngine (also with `read_base`), YAML of Hydra with its defaults lists,
LazyConfigs of detectron2 with their functions and `${..x}`, and ExCore's own files, whose prefixed keys get quotes.
YAML needs PyYAML, the extra `migrate`.

Dicts and lists that mix objects and plain values are tables of three functions, `group`, `listed` and `given`, in
`config_parts.py` beside the configs; the project file gets the fields. Then each new config is resolved, without
importing anything, and compared with the source: the same classes with the same arguments, value by value. What
differs is printed, and `migration.md` has the whole: what could not be read with its line, constructors that build from
dicts, classes that nobody registers.

```sh
excore migrate configs/ --to new_configs
excore migrate configs/ --to new_configs --python ~/envs/seg   # the environment with the packages they use
excore check new_configs
```
""",
    "check": """\
The findings are those of the editor: same rules, same codes, same places. Each code has [a page](problems/index.md).

A mistake in a base is found in every config that inherits it. If the base is checked as well, it is described and
counted there alone: the others say `from base.toml:3:5, see there` at their `__base__`, and `github` and `sarif` leave
that out. `json` is what the editor gets, with all of it.

```sh
excore check configs/                     # for people
excore check --format github configs/     # annotations in GitHub Actions
excore check --format sarif configs/ > excore.sarif
```

As a [pre-commit](https://pre-commit.com) hook, in `.pre-commit-config.yaml`:

```yaml
repos:
  - repo: local
    hooks:
      - id: excore-check
        name: excore check
        entry: excore check
        language: system   # the excore of your environment
        files: ^configs/.*\\.toml$
        require_serial: true
```
""",
}


def page() -> str:
    """The whole page. A command that no group names comes last."""
    grouped = [name for names in GROUPS.values() for name in names]
    groups = {**GROUPS, "More": [name for name in COMMANDS if name not in grouped]}
    parts = [INTRO]
    for title, names in groups.items():
        known = [name for name in names if name in COMMANDS]
        if known:
            parts.append(f"## {title}\n")
        for name in known:
            parts.append(f"### {name}\n\n{command_help(name)}")
            if name in EXAMPLES:
                parts.append(EXAMPLES[name])
    return "\n".join(parts)


def command_help(name: str) -> str:
    """The help of one command as Markdown."""
    group: Any = get_command(app)
    outer = typer.Context(group, info_name="excore")
    command = group.get_command(outer, name)
    context = typer.Context(command, info_name=name, parent=outer)
    usage = " ".join(["excore", name, *command.collect_usage_pieces(context)])
    lines = [inspect.cleandoc(command.help or ""), "", "```text", usage, "```", ""]
    records = (param.get_help_record(context) for param in command.get_params(context))
    rows = [(names, text) for names, text in filter(None, records) if "--help" not in names]
    if rows:
        lines += ["| argument or option | |", "| --- | --- |"]
        lines += [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in rows]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


if __name__ == "__main__":
    temporary = PAGE.with_suffix(".tmp")
    temporary.write_text(page(), "utf-8")
    os.replace(temporary, PAGE)
