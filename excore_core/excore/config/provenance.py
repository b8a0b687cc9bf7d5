"""Where the values of a config were set, and what they replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from excore.config.composition import Composition, ResolvedConfig
from excore.config.python_table import python_table
from excore.config.sources import Files, excerpt
from excore.errors import (
    ConfigError,
    MissingAttributeError,
    ModuleValidateError,
    UnknownArgumentError,
    UnknownFieldError,
)
from excore.lang.check.arguments import section_lints
from excore.lang.grammar import Grammar
from excore.lang.problems import Problem, problem
from excore.lang.provenance import PYTHON, NoSuchKey, Setting, find_bindings, setting
from excore.lang.resolve.model import Path, Section
from excore.lang.tables.table import Table

__all__ = ["Setting", "SectionContext", "where"]

_LINTED: dict[type[ConfigError], str] = {
    ModuleValidateError: "missing-parameter",
    UnknownArgumentError: "unknown-parameter",
}


def where(root: Table, files: Files, grammar: Grammar, key: str, now: Mapping[str, Any] | None = None) -> Setting:
    """The setting of ``"Model.FCN.layers"``; arguments are found with and without their prefix.

    ``now`` is the config with what was changed in Python. Raises ``UnknownFieldError`` if the config has no such key.
    """

    def setting_in(table: Table) -> Setting:
        return setting(find_bindings(table, key, grammar)[-1], lambda origin: files.place(origin)[1:3])

    try:
        if now is None:
            return setting_in(root)
        new = setting_in(python_table(now, PYTHON, grammar))
        try:
            old = setting_in(root)
        except NoSuchKey:
            return new
    except NoSuchKey as error:
        near = error.suggestions
        hint = f" Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
        raise UnknownFieldError(f"The config has no `{key}`.{hint}") from None
    if old.key == new.key and (
        isinstance(new.value, dict) or (type(new.value) is type(old.value) and new.value == old.value)
    ):
        return replace(old, value=new.value)
    return replace(new, overrides=(old, *old.overrides))


class SectionContext(NamedTuple):
    """Tells the errors of one node where in the config it comes from; the first to tell wins."""

    composition: Composition
    path: Path

    @property
    def resolved(self) -> ResolvedConfig:
        """What the config means now."""
        return self.composition.resolved

    def __deepcopy__(self, memo: dict[int, Any]) -> SectionContext:
        """The same table, of the copy of its config if that is being copied."""
        return SectionContext(memo.get(id(self.composition), self.composition), self.path)

    def explain(self, error: ConfigError, argument: str = "", passed: frozenset[str] = frozenset()) -> None:
        """Show the lines of ``argument``, or of the table; ``passed`` are the arguments that the node has by now."""
        if error.frame:
            return
        section = self.resolved.model.sections.get(self.path)
        if section is None:
            return
        reporter, table = self.resolved.reporter, f"[{'.'.join(self.path)}]"
        written = section.arguments.get(argument)
        if isinstance(error, MissingAttributeError) and written is not None:
            unknown = problem("unknown-attribute", f"in {table}", written.binding.value_origin)
            reporter.attach(error, [unknown])
            error.frame = reporter.text(unknown)
            return
        lints = [] if argument else self._lints(error, section, passed)
        if lints:
            reporter.attach(error, lints)
            error.frame = "\n".join(map(reporter.text, lints))
            error._frame_suffices = any(item.code == _LINTED[type(error)] for item in lints)
            return
        place = self.resolved.composition.files.place(
            section.binding.origin if written is None else written.binding.origin
        )
        error.frame = f"{place}: {table}\n{excerpt(place)}"

    def _lints(self, error: ConfigError, section: Section, passed: frozenset[str]) -> list[Problem]:
        code = _LINTED.get(type(error))
        if code is None or passed != section.arguments.keys():
            return []
        lints = list(section_lints(section, self.resolved.model))
        lints_of_code = [item for item in lints if item.code == code]
        return lints_of_code or [item for item in lints if item.code == "unknown-parameter"]
