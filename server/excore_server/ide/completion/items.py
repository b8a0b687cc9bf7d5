"""From all that could be typed to the list an editor gets: filtered, ranked and cut before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

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


@dataclass(frozen=True, slots=True)
class CompletionList:
    """Items in order; ``incomplete`` where a limit cut the list and more typing may bring others."""

    items: tuple[CompletionItem, ...] = ()
    incomplete: bool = False


class Option(NamedTuple):
    """What may become an item. Options of a lower ``rank`` come first, equal ones in the order given.

    ``match`` is compared with what is typed; ``span`` replaces the list's own. ``whole`` says that it can be the value
    by itself.
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
    beside: tuple[Edit, ...] | Callable[[], tuple[Edit, ...]] = ()

    @property
    def text(self) -> str:
        """What is inserted."""
        return self.insert if isinstance(self.insert, str) else self.insert()


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
    items = tuple([_item(option, number, span, opening) for number, (_, _, _, option) in enumerate(matches[:limit])])
    return CompletionList(items, len(matches) > limit)


def _item(option: Option, number: int, span: Span, opening: str) -> CompletionItem:
    match, _, kind, _, label, detail, snippet, key, again, own, _, beside = option
    shown = detail if isinstance(detail, str) else detail()
    filtered = opening + match
    edits = beside if isinstance(beside, tuple) else beside()
    return CompletionItem(
        label or match, kind, own or span, option.text, shown, snippet, f"{number:05}", filtered, key, again, edits
    )


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of ``part`` stand in ``whole`` in this order."""
    rest = iter(whole)
    return all(char in rest for char in part)
