"""Where the values of a config were set, and what they replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from excore.config.document import Analysis
from excore.config.given import given_table
from excore.config.sources import Files, excerpt
from excore.config.updating import UPDATE
from excore.errors import (
    ConfigError,
    MissingAttributeError,
    ModuleValidateError,
    UnknownArgumentError,
    UnknownFieldError,
    did_you_mean,
)
from excore.lang.check.arguments import section_lints
from excore.lang.grammar import Grammar
from excore.lang.problems import Problem, problem
from excore.lang.resolve.model import Path, Section
from excore.lang.tables.table import Binding, Table, plain

__all__ = ["Setting", "SectionPlace", "where"]

PYTHON = "Python"
_LINTED: dict[type[ConfigError], str] = {
    ModuleValidateError: "missing-parameter",
    UnknownArgumentError: "unknown-parameter",
}


@dataclass(frozen=True)
class Setting:
    """A value of a config: the file that set it, line and column (from 1) of its key there, and what it replaced.

    `overrides` are the settings of base files it took the place of, the nearest first. `file` is `"update_dict"` for a
    value that `load` was given, `"Python"` for one that was changed since; line and column say nothing there.
    """

    key: str
    value: Any
    file: str
    line: int
    column: int
    overrides: tuple[Setting, ...] = ()

    def __str__(self) -> str:
        if self.file == PYTHON:
            return "set in Python"
        return UPDATE if self.file == UPDATE else f"{self.file}:{self.line}:{self.column}"


def where(root: Table, files: Files, grammar: Grammar, key: str, now: Mapping[str, Any] | None = None) -> Setting:
    """The setting of `"Model.FCN.layers"`; arguments are found with and without their prefix.

    `now` is the config with what was changed in Python. Raises `UnknownFieldError` if the config has no such key.
    """
    if now is None:
        return _setting(_binding(root, grammar, key), files)
    new = _setting(_binding(given_table(now, PYTHON, grammar), grammar, key), files)
    try:
        old = _setting(_binding(root, grammar, key), files)
    except UnknownFieldError:
        return new
    if old.key == new.key and (
        isinstance(new.value, dict) or (type(new.value) is type(old.value) and new.value == old.value)
    ):
        return replace(old, value=new.value)
    return replace(new, overrides=(old, *old.overrides))


def _binding(root: Table, grammar: Grammar, key: str) -> Binding:
    binding: Binding | None = None
    table = root
    rest = key
    done = ""
    while rest:
        found = _longest(table, rest, grammar)
        if found is None:
            names = [grammar.split_key(name).name for name in table.bindings]
            near = did_you_mean(rest.partition(".")[0], names)
            raise UnknownFieldError(f"The config has no `{key}`{f' in `{done}`' if done else ''}.{near}")
        binding, used = found
        done = key[: len(key) - len(rest) + used]
        rest = rest[used + 1 :]
        table = binding.value if isinstance(binding.value, Table) else Table({})
    if binding is None:
        raise UnknownFieldError("The config has no key without a name.")
    return binding


def _longest(table: Table, text: str, grammar: Grammar) -> tuple[Binding, int] | None:
    best: tuple[Binding, int] | None = None
    for name, binding in table.bindings.items():
        for spelling in (name, grammar.split_key(name).name):
            fits = text == spelling or text.startswith(f"{spelling}.")
            if spelling and fits and (best is None or len(spelling) > best[1]):
                best = (binding, len(spelling))
    return best


def _setting(binding: Binding, files: Files) -> Setting:
    place = files.place(binding.origin)
    overrides = tuple(_setting(other, files) for other in binding.shadows)
    return Setting(binding.name, plain(binding.value), place.file, place.line, place.column, overrides)


class SectionPlace(NamedTuple):
    """Tells the errors of one node where in the config it comes from; the first to tell wins."""

    analysis: Analysis
    path: Path

    def explain(self, error: ConfigError, argument: str = "", given: frozenset[str] = frozenset()) -> None:
        """Show the lines of `argument`, or of the table; `given` are the arguments that the node has by now."""
        if error.frame:
            return
        section = self.analysis.model.sections.get(self.path)
        if section is None:
            return
        reporter, table = self.analysis.reporter, f"[{'.'.join(self.path)}]"
        known = section.arguments.get(argument)
        if isinstance(error, MissingAttributeError) and known is not None:
            found = problem("unknown-attribute", f"in {table}", known.binding.value_origin)
            reporter.attach(error, [found])
            error.frame = reporter.text(found)
            return
        lints = [] if argument else self._lints(error, section, given)
        if lints:
            reporter.attach(error, lints)
            error.frame = "\n".join(map(reporter.text, lints))
            error._told = any(item.code == _LINTED[type(error)] for item in lints)
            return
        place = self.analysis.document.files.place(section.binding.origin if known is None else known.binding.origin)
        error.frame = f"{place}: {table}\n{excerpt(place)}"

    def _lints(self, error: ConfigError, section: Section, given: frozenset[str]) -> list[Problem]:
        code = _LINTED.get(type(error))
        if code is None or given != section.arguments.keys():
            return []
        lints = list(section_lints(section, self.analysis.model))
        found = [item for item in lints if item.code == code]
        return found or [item for item in lints if item.code == "unknown-parameter"]
