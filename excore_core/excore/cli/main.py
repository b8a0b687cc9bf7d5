"""The ``excore`` command. A subcommand's module is imported when it is asked for, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from excore.cli.output import refusals_told
from excore.lang.collector import settle
from excore.lang.nearest import nearest

COMMANDS = {
    "init": "excore.cli.init:init",
    "update": "excore.cli.init:update",
    "auto-register": "excore.cli.auto_register:auto_register",
    "check": "excore.cli.checking:check",
    "explain": "excore.cli.explain:explain",
    "list": "excore.cli.list_modules:list_modules",
    "show": "excore.cli.show:show",
    "blame": "excore.cli.show:blame",
    "diff": "excore.cli.diff_configs:diff",
    "runs": "excore.cli.runs:runs",
    "sweep": "excore.cli.sweep:sweep",
    "graph": "excore.cli.show:graph",
    "python": "excore.cli.show:python",
    "completion": "excore.cli.completion:completion",
    "stubs": "excore.cli.stubs:stubs",
    "registries": "excore.cli.registries:registries",
    "primary-fields": "excore.cli.registries:primary_fields",
    "generate-registries": "excore.cli.registry_definitions:generate_registries",
    "generate-typehints": "excore.cli.typehints:generate_typehints",
    "config-extension": "excore.cli.extension:config_extension",
    "schema": "excore.cli.extension:schema",
    "format": "excore.cli.format:format_configs",
    "quote": "excore.cli.quote:quote",
    "migrate": "excore.cli.migrate:migrate",
    "cache-dir": "excore.cli.caches:cache_dir",
    "cache-list": "excore.cli.caches:cache_list",
    "clear-cache": "excore.cli.caches:clear_cache",
    "clear-all-cache": "excore.cli.caches:clear_all_cache",
    "editor": "excore.cli.editor:editor",
    "demo": "excore.cli.demo:demo",
}
"""Name of each subcommand -> where its function is."""

_FORMER = {"config-extention": "config-extension", "config-completion": "config-extension"}  # names of upstream's 0.1.1


class _Late(TyperGroup):
    """A group that knows the names of its commands and gets each from its module. What the disk refuses one ends it
    with the reason."""

    def invoke(self, ctx: Any) -> Any:
        with refusals_told():
            return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = COMMANDS.get(_FORMER.get(cmd_name, cmd_name))
        if place is None:
            near = nearest(cmd_name, COMMANDS, limit=1)
            if near and not ctx.resilient_parsing:
                ctx.fail(f"No such command '{cmd_name}'. Did you mean '{near[0]}'?")
            return None
        module, _, name = place.partition(":")
        single = typer.Typer(add_completion=False)
        single.command(name=cmd_name)(getattr(import_module(module), name))
        return typer.main.get_command(single)


app = typer.Typer(
    cls=_Late,
    help="Registries and lazy configs for deep learning: tools for the configs of a project.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        from excore import __version__

        typer.echo(f"excore {__version__}")
        raise typer.Exit


@app.callback()
def _excore(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    return


def main() -> None:
    """Run the command line; ends the process."""
    try:
        app()
    finally:
        settle()  # nothing is taken apart, object by object, that ends with the process


if __name__ == "__main__":
    main()
