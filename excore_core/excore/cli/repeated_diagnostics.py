"""A mistake in a base is found in every config that inherits it. If the base is checked too, it is told there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from excore.cli.checked_file import CheckedFile
from excore.tooling.diagnostics import Json
from excore.tooling.uris import to_uri

_Key: TypeAlias = tuple[str, str, tuple[int, ...]]


class QuotedDiagnostic(NamedTuple):
    """A diagnostic where its mistake is, and the checked file it belongs to: what others repeat."""

    finding: CheckedFile
    diagnostic: Json


class Repeats:
    """Which diagnostics of one run repeat others: they stand at a ``__base__`` entry and quote one of the base."""

    def __init__(self, files: Sequence[CheckedFile]) -> None:
        sources = {
            _key(to_uri(one.path), item, item): QuotedDiagnostic(one, item) for one in files for item in one.diagnostics
        }
        self._sources: dict[int, QuotedDiagnostic] = {}
        for one in reversed(files):
            for item in one.diagnostics:
                source = _source(item, to_uri(one.path), sources)
                if source is not None and not self._leads_to(item, source):
                    self._sources[id(item)] = source

    def _leads_to(self, item: Json, source: QuotedDiagnostic | None) -> bool:
        """Whether what ``item`` quotes quotes it: in a circle of files the first one tells."""
        while source is not None and source.diagnostic is not item:
            source = self.source(source.diagnostic)
        return source is not None

    def source(self, item: Json) -> QuotedDiagnostic | None:
        """What a diagnostic repeats; None if the base is not checked, or has it with a milder severity."""
        return self._sources.get(id(item))

    def left(self, items: Iterable[Json]) -> list[Json]:
        """The diagnostics that repeat nothing."""
        return [item for item in items if id(item) not in self._sources]


def is_inherited(item: Json) -> bool:
    """Whether a diagnostic quotes another file's: then its first note is what it quotes, at its place."""
    related = item.get("relatedInformation", ())
    return bool(related) and item["message"].endswith(f": {related[0]['message']}")


def _source(item: Json, uri: str, sources: Mapping[_Key, QuotedDiagnostic]) -> QuotedDiagnostic | None:
    if not is_inherited(item):
        return None
    where = item["relatedInformation"][0]["location"]
    source = sources.get(_key(where["uri"], item, where)) if where["uri"] != uri else None
    return source if source is not None and source.diagnostic["severity"] <= item["severity"] else None


def _key(uri: str, item: Json, place: Json) -> _Key:
    edges = (place["range"][edge] for edge in ("start", "end"))
    return uri, item["code"], tuple(edge[axis] for edge in edges for axis in ("line", "character"))
