"""Every problem the language knows: its code, its severity, and the one form in which all tools report it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from excore.lang.syntax.tree import Block

Severity = Literal["error", "warning", "information", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "information", "hint")  # worst first
Tag = Literal["unnecessary", "deprecated"]


class Origin(NamedTuple):
    """A range in a config file, relative to ``block``, so that it survives edits above it."""

    file: str
    block: Block
    start: int
    end: int


class Related(NamedTuple):
    """A second place that explains a problem, as the ``!`` use that a ``@`` use conflicts with."""

    origin: Origin
    message: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the catalogue."""

    code: str
    severity: Severity
    summary: str
    tags: tuple[Tag, ...] = ()


def _catalogue(*kinds: Kind) -> dict[str, Kind]:
    return {kind.code: kind for kind in kinds}


CATALOGUE = _catalogue(
    Kind("syntax", "error", "The text is not TOML with prefixed keys."),
    Kind("duplicate-key", "error", "A key or table is defined twice in one file."),
    Kind("duplicate-argument", "error", "One argument is given twice, with different prefixes, in one table."),
    Kind("bad-prefix", "error", "A prefix without a name, or two prefixes on one name."),
    Kind("unknown-class", "error", "No registered class has this name."),
    Kind("unknown-section", "error", "A reference names a table that does not exist."),
    Kind("unknown-parameter", "error", "The class takes no argument of this name."),
    Kind("unknown-key", "error", "An override leads to nothing that the config has."),
    Kind("registered-twice", "warning", "A registry gets one name from several places."),
    Kind("missing-parameter", "error", "A required argument is not given."),
    Kind("wrong-type", "warning", "The value does not fit the annotation of its parameter."),
    Kind(
        "wrong-object",
        "warning",
        "The object a reference yields does not fit the annotation of its parameter.",
    ),
    Kind("invalid-header", "error", "A field or registry holds something that is not a table."),
    Kind("invalid-reference", "error", "The text under a prefix is not a reference."),
    Kind("invalid-path", "error", "An attribute path is more than names, literal indexes and literal calls."),
    Kind("ambiguous-reference", "error", "A reference could mean several tables."),
    Kind("empty-field", "error", "A `$Field` reference to a field that holds no module."),
    Kind("reserved-name", "error", "A field, registry or scratchpad name stands where a module is expected."),
    Kind("reuse-conflict", "error", "One table is used both as new object (`!`) and as shared object (`@`)."),
    Kind("reference-cycle", "error", "Modules need each other in a circle."),
    Kind("unknown-variable", "error", "`&` names a value that the config does not have."),
    Kind("unset-environment", "warning", "`${NAME}` names an environment variable that is not set."),
    Kind("unknown-hook", "error", "No registered hook has this name."),
    Kind("invalid-hook", "error", "What stands after `@` or under `[ExcoreHook]` cannot be a hook there."),
    Kind("unknown-attribute", "error", "The object or class has no such attribute."),
    Kind("module-arguments", "error", "Arguments are given to a python module, which takes none."),
    Kind("invalid-no-call", "error", "`__no_call__` is not a boolean, or is used with an attribute."),
    Kind("invalid-base", "error", "`__base__` is not a path or a list of paths of TOML files."),
    Kind("missing-base", "error", "A file named in `__base__` does not exist or cannot be read."),
    Kind("circular-base", "error", "Config files inherit from each other in a circle."),
    Kind(
        "ineffective-override",
        "warning",
        "The value has no effect: a later file replaces it, or it changes nothing.",
    ),
    Kind("unknown-table", "warning", "A table is named almost like a field or a class, and nothing uses it."),
    Kind("unused-section", "hint", "Nothing uses this table.", ("unnecessary",)),
    Kind("unused-variable", "hint", "Nothing reads this value, and its name begins with `_`.", ("unnecessary",)),
    Kind("unquoted-prefix", "information", "Other TOML tools cannot read a prefixed key without quotes."),
    Kind("newer-toml", "hint", "Tools that know only TOML 1.0 cannot read this."),
    Kind("unknown-ignore", "warning", "A comment silences a problem that does not exist."),
    Kind("unreadable-file", "error", "The file cannot be read as UTF-8 text, or is too large or too deep."),
    Kind("invalid-sweep", "error", "A sweep file holds something that is not understood."),
    Kind("invalid-project", "error", "The project file holds something that is not understood."),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``suggestions`` are replacement texts for the range, best first."""

    code: str
    message: str
    origin: Origin
    severity: Severity = "error"
    suggestions: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    data: tuple[tuple[str, str], ...] = ()  # facts a fix needs, as ("missing", "depth")


_LONGEST = 1000


def problem(
    code: str,
    message: str,
    origin: Origin,
    *,
    severity: Severity | None = None,
    suggestions: tuple[str, ...] = (),
    related: tuple[Related, ...] = (),
    **data: str,
) -> Problem:
    """A ``Problem`` of a catalogued code, with the catalogue's severity unless another is given.

    The message becomes one line of bounded length, whatever names it repeats.
    """
    if len(message) > _LONGEST:
        message = message[:_LONGEST] + "…"
    if not message.isprintable():
        message = "".join(char if char.isprintable() else repr(char)[1:-1] for char in message)
    return Problem(
        code, message, origin, severity or CATALOGUE[code].severity, suggestions, related, tuple(data.items())
    )


def suggestions_to_add(message: str, suggestions: Sequence[str]) -> tuple[str, ...]:
    """The ``suggestions`` to print behind ``message``: all, or none if the message names one of them already.

    It does so also where a suggestion is the end of what stands there, as ``Backbone::ResNet`` of
    `` `$Backbone::ResNet` ``.
    """
    return () if any(f"{text}`" in message for text in suggestions) else tuple(suggestions)
