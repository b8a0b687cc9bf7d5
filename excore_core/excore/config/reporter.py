"""Problems as exceptions: every problem of a config in one error, each with its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from excore.config.sources import Files, excerpt
from excore.errors import (
    ConfigError,
    ConfigFileNotFoundError,
    ConfigSyntaxError,
    CoreConfigParseError,
    EnvVarParseError,
    ImplicitModuleParseError,
    InvalidHookError,
    InvalidNoCallError,
    MissingAttributeError,
    UnknownArgumentError,
    UnknownFieldError,
    UnknownModuleError,
    UnsupportedBaseError,
)
from excore.lang.problems import Problem, suggestions_to_add

__all__ = ["Reporter", "blocking"]

_CLASSES: dict[str, type[ConfigError]] = {
    "syntax": ConfigSyntaxError,
    "duplicate-key": ConfigSyntaxError,
    "bad-prefix": ConfigSyntaxError,
    "unreadable-file": ConfigSyntaxError,
    "unknown-class": UnknownModuleError,
    "unknown-hook": UnknownModuleError,
    "invalid-hook": InvalidHookError,
    "missing-parameter": ImplicitModuleParseError,
    "unknown-parameter": UnknownArgumentError,
    "unknown-key": UnknownFieldError,
    "unknown-attribute": MissingAttributeError,
    "unset-environment": EnvVarParseError,
    "missing-base": ConfigFileNotFoundError,
    "invalid-base": UnsupportedBaseError,
    "invalid-no-call": InvalidNoCallError,
}
_MOST = 50  # problems that are told one by one

# With one of these the text is not what its author meant, so it comes before all that follows from it.
_FIRST = ("syntax", "duplicate-key", "unreadable-file", "missing-base", "invalid-base", "circular-base")


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """The problems with which nothing can be built, each once."""
    blockers = (item for item in problems if item.severity == "error" or item.code == "unset-environment")
    return list(dict.fromkeys(blockers))


@dataclass(frozen=True)
class Reporter:
    """Knows the files of a config, and so how to speak of its problems."""

    files: Files
    root: str
    order: Sequence[str]

    def sorted(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems of the files themselves first, then by file and place."""
        ranks = {path: rank for rank, path in enumerate(self.order)}
        places = {item: self.files.place(item.origin) for item in problems}
        return sorted(
            places,
            key=lambda item: (
                item.code not in _FIRST,
                ranks.get(item.origin.file, len(ranks)),
                places[item].line,
                places[item].column,
            ),
        )

    def error(self, problems: Iterable[Problem], hints: Iterable[str] = ()) -> ConfigError:
        """One exception that tells all ``problems`` and then ``hints``, of the class of the first of the problems."""
        ordered = self.sorted(problems)
        text = "\n".join(map(self.text, ordered[:_MOST]))
        if len(ordered) > 1:
            text = f"{len(ordered)} problems\n{text}"
        if len(ordered) > _MOST:
            text = f"{text}\n... and {len(ordered) - _MOST} more"
        text = "\n".join((text, *(f"note: {note}" for note in hints)))
        error = self._of_class(ordered[0], text)
        self.attach(error, ordered)
        return error

    def attach(self, error: ConfigError, problems: Iterable[Problem]) -> None:
        """Let an error carry ``problems`` and where they are."""
        error.problems = tuple(problems)
        error.places = tuple(self.files.place(item.origin)[:3] for item in error.problems)

    def _of_class(self, first: Problem, text: str) -> ConfigError:
        kind = _CLASSES.get(first.code, CoreConfigParseError)
        if kind is ConfigFileNotFoundError:
            path = dict(first.data).get("path", "")
            return CoreConfigParseError(text) if os.path.exists(path) else ConfigFileNotFoundError(text, filename=path)
        return kind(text)

    def text(self, item: Problem) -> str:
        """One problem with its line, what may be meant, and how its file is reached."""
        place = self.files.place(item.origin)
        lines = [f"{place}: error[{item.code}]: {item.message}", excerpt(place)]
        advice = suggestions_to_add(item.message, item.suggestions)
        if advice:
            lines.append(f"  write {' or '.join(f'`{text}`' for text in advice[:3])}")
        lines.extend(f"  {self.files.place(other.origin)}: {other.message}" for other in item.related[:4])
        if item.origin.file != self.root:
            chain = self.files.chain(self.root, item.origin.file)
            if chain:
                lines.append(f"  inherited: {' -> '.join(os.path.basename(path) for path in chain)}")
        return "\n".join(lines)
