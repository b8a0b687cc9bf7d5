"""From all that could be typed to the list an editor gets: filtered, ranked and cut before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from excore.lang.catalog import Entry
from excore.lang.text import Span
from excore_server.ide.edits import Edit

ItemKind = Literal[
    "field", "registry", "class", "function", "module", "parameter", "value", "choice", "variable", "environment",
    "file", "section", "hook", "attribute", "method", "keyword",
]  # fmt: skip
SCALE = 1_000_000
"""Between two kinds of ranks there is room for counts: what is written more often comes first."""
LAST = 90 * SCALE
"""The rank of what comes last whatever is typed: it would not be right there."""
Lazy: TypeAlias = "str | Callable[[], str]"
DocKey: TypeAlias = tuple[str, ...]
_NOWHERE = Span(0, 0)


class CompletionItem(NamedTuple):
    """One completion. ``insert`` replaces ``span`` (absolute); ``filter`` is what the typed text is compared with.

    ``key`` is what ``documentation`` needs to describe it. ``again`` asks the editor for the next completion at once.
    ``beside`` is what changes elsewhere in the file when it is taken.
    """

    label: str
    kind: ItemKind
    span: Span
    insert: str
    detail: str
    snippet: bool
    sort: str
    filter: str
    key: DocKey
    again: bool = False
    beside: tuple[Edit, ...] = ()


class Option(NamedTuple):
    """What may become an item. Options of a lower ``rank`` come first, equal ones in the order given.

    ``match`` is compared with what is typed; ``span`` replaces the list's own. ``whole`` says that it can be the value
    by itself. Its ``table`` is written at the end of the file when it is taken. In ``shown`` an option that is kept
    from list to list keeps what was made of it to be sent.
    """

    match: str
    rank: int
    kind: ItemKind
    insert: Lazy
    label: str = ""
    detail: Lazy = ""
    snippet: bool = False
    key: DocKey = ()
    again: bool = False
    span: Span | None = None
    whole: bool = True
    beside: tuple[Edit, ...] = ()
    table: tuple[str, ...] = ()
    shown: list[Any] | None = None

    @property
    def text(self) -> str:
        """What is inserted."""
        return self.insert if isinstance(self.insert, str) else self.insert()

    def inserting(self, text: Lazy, snippet: bool | None = None) -> Option:
        """The option with another text."""
        return self._replace(insert=text, snippet=self.snippet if snippet is None else snippet, shown=None)


@dataclass(frozen=True, slots=True)
class CompletionList:
    """What is offered, in order, for ``span``; ``incomplete`` where a limit cut the list and more typing may bring
    others. What is typed before it begins with ``opening``; ``add`` writes the tables of options."""

    options: Sequence[Option] = ()
    span: Span = _NOWHERE
    opening: str = ""
    incomplete: bool = False
    add: Callable[[Sequence[str]], Edit] | None = None

    @property
    def items(self) -> tuple[CompletionItem, ...]:
        """The options as items."""
        return tuple(map(self.item, range(len(self.options))))

    def item(self, number: int) -> CompletionItem:
        """One of the options as item."""
        match, _, kind, _, label, detail, snippet, key, again, own, _, beside, table, _ = option = self.options[number]
        shown = detail if isinstance(detail, str) else detail()
        edits = (*beside, self.add(table)) if table and self.add is not None else beside
        filtered, sort = self.opening + match, f"{number:05}"
        return CompletionItem(
            label or match, kind, own or self.span, option.text, shown, snippet, sort, filtered, key, again, edits
        )


def about(entry: Entry | None) -> DocKey:
    """The key of what describes an entry."""
    return ("class", entry.registry, entry.name) if entry is not None else ()


def choose(options: Iterable[Option], typed: str, span: Span, *, opening: str = "", limit: int) -> CompletionList:
    """The options that ``typed`` (the text in front of the cursor, without ``opening``) may become.

    What is typed comes first, then those that begin with it, then those that hold its characters in order, then those
    that are ``LAST``; case does not count.
    """
    typed = typed.casefold()
    matches: list[tuple[int, int, int, Option]] = []
    for order, option in enumerate(options):
        folded = option.match.casefold() if typed else ""
        if folded.startswith(typed):
            matches.append((3 if option.rank >= LAST else folded != typed, option.rank, order, option))
        elif is_subsequence(typed, folded):
            matches.append((2, option.rank, order, option))
    matches.sort()  # no two have the same order: options are never compared
    return CompletionList([match[3] for match in matches[:limit]], span, opening, len(matches) > limit)


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of ``part`` stand in ``whole`` in this order."""
    at = -1
    for char in part:
        at = whole.find(char, at + 1)
        if at < 0:
            return False
    return True
