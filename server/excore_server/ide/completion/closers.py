"""What ends the place a proposal is written in, a bracket or a quote: the one rule for proposals of every kind.

What is taken is closed, and the cursor stands where one types on:

- *before* the closer where more may follow inside: a reference in a string that the user opened may go on with
  ``.attr``, ``::Name`` or ``@Hook``, a field that cannot be the value by itself has to;
- *behind* it where what was taken is whole: a path in ``__base__``, a choice, a name that completion quotes itself;
- *below* it in a header that has no lines yet, with the arguments that must be given.

A closer that stands there already is used, never doubled. Where there are no snippets the cursor can only be at the
end of what is inserted: what is whole is closed all the same, what may go on is left open.
"""

from __future__ import annotations

from typing import NamedTuple

from excore.lang.syntax.scalar import content
from excore.lang.syntax.tree import Scalar, Value
from excore_server.ide.completion.items import Option
from excore_server.ide.snippets import escape


class Closer(NamedTuple):
    """What ends a place, and whether it stands there already."""

    text: str
    present: bool


def string_closer(value: Value | None) -> Closer:
    """The quotes that end a string; those of anything else are as good as there."""
    if not isinstance(value, Scalar) or value.kind != "string":
        return Closer("", True)
    mark = value.raw[:3] if value.raw[:3] in ('"""', "'''") else value.raw[:1]
    return Closer(mark, content(value.raw)[1] < len(value.raw))


def goes_on(option: Option, closer: Closer, snippets: bool) -> Option:
    """The option with the cursor in front of the closer."""
    if closer.present or not snippets:
        return option
    return option.inserting(f"{escape(option.text)}$1{closer.text}$0", True)


def whole(option: Option, closer: Closer, snippets: bool) -> Option:
    """The option with the closer, and the cursor behind it; one that is present has to be in the replaced range."""
    return verbatim(option.inserting(option.text + closer.text), snippets)


def verbatim(option: Option, snippets: bool) -> Option:
    """The option as a snippet where its text has blanks: of plain text Neovim inserts the first word."""
    if not snippets or " " not in option.text:
        return option
    return option.inserting(escape(option.text), True)


def below(name: str, closer: Closer, lines: str) -> str:
    """A snippet: the name, the closer, and the lines below it, or an empty one."""
    return f"{escape(name)}{closer.text}\n{lines}"
