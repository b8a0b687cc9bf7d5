"""A config and its overrides as arguments of a script of the user: for argparse, click and typer.

    parser = argparse.ArgumentParser()
    command_line.add_argument(parser, default="configs/run.toml")
    cfg = command_line.load(parser.parse_args().config)

``train.py configs/run.toml Model.FCN.layers=3 +seed=1`` then loads the config with its overrides. ``--help`` lists what
the config has, and completion in shells knows its paths and classes; nothing of the project is imported for that.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

from excore.lang.syntax.arguments import is_argument

if TYPE_CHECKING:
    from excore.config.lazy import LazyConfig
    from excore.tooling.overriding import Word

__all__ = ["Words", "add_argument", "click_argument", "complete", "help_of", "load", "typer_complete", "with_help"]

_METAVAR = "[CONFIG] [KEY=VALUE]"
_HELP = "A config file, and changes of it: Model.FCN.layers=3, Model=SegNet, +new=1, ~key, base=FILE."

Command = TypeVar("Command", bound="type[Any]")


def load(words: str | Iterable[str] | None, default: str = "", **options: Any) -> LazyConfig:
    """The config that the words of a command line mean: a file, or ``default``, and its overrides.

    ``options`` are those of ``excore.load``. What is wrong is said on standard error, and ends the program with code 2.
    """
    from excore.config import load as load_config
    from excore.errors import ConfigError

    path, overrides, others = _split([words] if isinstance(words, str) else words or (), default)
    if others:
        _end(f"`{others[0]}` is neither KEY=VALUE nor the only config")
    if not path:
        _end("a config is expected")
    try:
        return load_config(path, overrides=overrides, **options)
    except ConfigError as error:
        _end(str(error))


def _end(message: str) -> NoReturn:
    sys.stderr.write(f"{os.path.basename(sys.argv[0])}: {message}\n")
    raise SystemExit(2)


def _split(words: Iterable[str], default: str) -> tuple[str, list[str], list[str]]:
    """The config among words, the overrides, and what is neither."""
    overrides: list[str] = []
    others: list[str] = []
    for word in words:
        (overrides if is_argument(word) and not os.path.exists(word) else others).append(word)
    return (others[0] if others else default), overrides, others[1:]


def help_of(words: Iterable[str], default: str = "") -> str:
    """A list of all that the config among words has, with overrides in it; "" where there is none that can be read."""
    from excore.tooling.overriding import rows, snapshot_of

    path, overrides, _ = _split((word for word in words if not word.startswith("-")), default)
    if not os.path.isfile(path):
        return ""
    snapshot, path = snapshot_of(path, overrides)
    lines = [f"{os.path.relpath(path)}:"]
    found = [(f"{row.key}={' '.join(row.value.split())}", row.note) for row in rows(snapshot.own_model(path))]
    width = min(40, max((len(text) for text, _ in found), default=0))
    lines += [f"  {text:<{width}}  {note}".rstrip() for text, note in found]
    return "\n".join(lines)


def complete(words: Sequence[str], default: str = "") -> list[Word]:
    """What the last of ``words`` may be, the others being the words before it."""
    from excore.tooling.overriding import snapshot_of
    from excore.tooling.overriding import words as words_for

    *before, typed = words or [""]
    names = [word for word in before if word.endswith(".toml") and os.path.isfile(word)]
    path = names[-1] if names else default
    if not os.path.isfile(path):
        return []
    changes = [word for word in before if is_argument(word) and not word.startswith("-") and not os.path.exists(word)]
    snapshot, path = snapshot_of(path, changes)
    return words_for(snapshot.own_model(path), typed)


# -- argparse


class _Words(argparse.Action):
    default_config = ""
    seen: Sequence[str] = ()

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        self.seen = [str(value) for value in values or ()] if not isinstance(values, str) else [values]
        path, overrides, others = _split(self.seen, self.default_config)
        if others:
            raise argparse.ArgumentError(self, f"`{others[0]}` is neither KEY=VALUE nor the only config")
        if not path:
            raise argparse.ArgumentError(self, "a config is expected")
        setattr(namespace, self.dest, [path, *overrides])


def add_argument(parser: argparse.ArgumentParser, default: str = "", dest: str = "config") -> None:
    """Let a parser take a config and its overrides, as ``dest`` of what it parses; ``default`` is the config where none
    is named. They stand together. ``argcomplete`` completes them, if it is installed."""
    action: Any = parser.add_argument(dest, nargs="*", action=_Words, metavar=_METAVAR, help=_HELP)
    action.default_config = default
    action.default = [default] if default else []

    def completer(prefix: str, parsed_args: Any = None, **_: object) -> list[str]:
        before = getattr(parsed_args, dest, None) or []
        return [word.text for word in complete([*before, prefix], default)]

    action.completer = completer
    usual = parser.format_help

    def format_help() -> str:
        listed = help_of(action.seen or [word for word in sys.argv[1:] if word.endswith(".toml")], default)
        return f"{usual()}\n{listed}\n" if listed else usual()

    parser.format_help = format_help  # type: ignore[method-assign]


# -- click and typer


def complete_after(context: Any, typed: str, default: str = "") -> list[Word]:
    """What ``typed`` may be, after the arguments that a context of click has."""
    values = [value if isinstance(value, (list, tuple)) else [value] for value in context.params.values()]
    before = [word for value in values for word in value if isinstance(word, str)]
    return complete([*before, *map(str, context.args), typed], default)


def click_argument(default: str = "", dest: str = "config") -> Callable[[Any], Any]:
    """A decorator for a command of click, which then gets a config and its overrides as ``dest``."""
    import click
    from click.shell_completion import CompletionItem

    def completed(context: Any, parameter: Any, typed: str) -> list[Any]:
        found = complete_after(context, typed, default)
        return [CompletionItem(word.text, help=word.note or None) for word in found]

    named = [default] if default else None
    return click.argument(dest, nargs=-1, metavar=_METAVAR, default=named, shell_complete=completed)


def with_help(command: Command, default: str = "") -> Command:
    """A class of commands, of click or ``typer.core.TyperCommand``, whose ``--help`` lists what the config has."""

    class WithHelp(command):  # type: ignore[misc, valid-type]
        def parse_args(self, context: Any, args: list[str]) -> Any:
            context.meta["excore.words"] = list(args)
            return super().parse_args(context, args)

        def get_help(self, context: Any) -> str:
            usual = super().get_help(context)
            listed = help_of(context.meta.get("excore.words", ()), default)
            return f"{usual}\n\n{listed}" if listed else str(usual)

    return WithHelp  # type: ignore[return-value]


def typer_complete(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """For ``autocompletion`` of an argument of typer, which gives these names their values."""
    return [(word.text, word.note) for word in complete_after(ctx, incomplete)]


if TYPE_CHECKING:
    Words = list[str] | None
else:

    def __getattr__(name: str) -> Any:
        """``Words``, an annotation for typer, which is imported for it alone."""
        if name != "Words":
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        import typer

        argument = typer.Argument(metavar=_METAVAR, help=_HELP, show_default=False, autocompletion=typer_complete)
        return Annotated[list[str] | None, argument]
