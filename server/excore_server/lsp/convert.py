"""Answers of features on their way to the client: frozen data in, plain JSON out. Offsets become positions here."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from json import JSONEncoder
from typing import TYPE_CHECKING

from excore.lang.catalog import Location
from excore.lang.source import Disk
from excore.lang.text import LineIndex, Span, units
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import Json, encode, place
from excore.tooling.uris import to_uri
from excore_server.ide.completion.items import CompletionList, ItemKind
from excore_server.ide.hover import Hover
from excore_server.ide.locations import FileSpan, Jump
from excore_server.lsp.client import SUGGEST, ClientFeatures
from excore_server.lsp.wire import Ready

if TYPE_CHECKING:
    from excore_server.lsp.session import Session

ITEM_KINDS: dict[ItemKind, int] = {
    "field": 9,
    "registry": 9,
    "class": 7,
    "function": 3,
    "module": 9,
    "parameter": 5,
    "value": 12,
    "choice": 20,
    "variable": 6,
    "environment": 21,
    "file": 17,
    "section": 22,
    "hook": 23,
    "attribute": 10,
    "method": 2,
    "keyword": 14,
}
_KINDS = {kind: f'"kind":{number}' for kind, number in ITEM_KINDS.items()}
_OLD_KINDS = {**_KINDS, "choice": '"kind":13', "environment": '"kind":6', "section": '"kind":7', "hook": '"kind":3'}
_SNIPPET = ',"insertTextFormat":2'
_AGAIN = f',"command":{{"title":"suggest","command":"{SUGGEST}"}}'
_PLACE = re.compile(r"(?<!`)`(?P<file>[^`\n]+):(?P<line>\d+)`(?!`)")
_quote = JSONEncoder().encode


def span_range(file: File, span: Span, client: ClientFeatures) -> Json:
    """An LSP ``Range``."""
    return place(file, span.start, span.end, client.encoding)


def completion_list(found: CompletionList, file: File, uri: str, client: ClientFeatures) -> Ready:
    """An LSP ``CompletionList`` as ready JSON; what items have in common is said once where the client allows it."""
    ranges: dict[Span, str] = {}
    common = found.items[0].span if found.items and "editRange" in client.item_defaults else None
    detail = ',"labelDetails":{"description":%s}' if client.label_details else ',"detail":%s'
    kinds, quote = _KINDS if client.item_kinds else _OLD_KINDS, _quote
    where_from = f',"data":[{quote(uri)},' if "documentation" in client.resolve else ""
    made: list[str] = []
    for label, kind, span, insert, more, snippet, sort, match, key, again in found.items:
        name = quote(label)
        text = f'{{"label":{name},{kinds[kind]},"sortText":"{sort}"'
        if match != label:
            text += f',"filterText":{quote(match)}'
        if more:
            text += detail % quote(more)
        if span == common:
            if insert != label:
                text += f',"textEditText":{quote(insert)}'
        else:
            where = ranges.get(span)
            if where is None:
                where = ranges[span] = encode(span_range(file, span, client))
            text += f',"textEdit":{{"range":{where},"newText":{quote(insert)}}}'
        if snippet:
            text += _SNIPPET
        if again and client.suggest_again:
            text += _AGAIN
        if key and where_from:
            text += where_from + ",".join(map(quote, key)) + "]"
        made.append(text + "}")
    defaults = "" if common is None else f'"itemDefaults":{{"editRange":{encode(span_range(file, common, client))}}},'
    cut = "true" if found.incomplete else "false"
    return Ready(f'{{"isIncomplete":{cut},{defaults}"items":[{",".join(made)}]}}')


def markup(text: str, markdown: bool) -> Json:
    """An LSP ``MarkupContent``."""
    return {"kind": "markdown" if markdown else "plaintext", "value": text}


def hover(found: Hover, file: File, root: str, client: ClientFeatures) -> Json:
    """An LSP ``Hover``."""
    text = linked(found.markdown, root) if client.place_links and client.markdown else found.markdown
    return {"contents": markup(text, client.markdown), "range": span_range(file, found.span, client)}


def linked(markdown: str, root: str) -> str:
    """Text whose places (``file:line``, seen from ``root``) lead there, for clients that open links to files."""

    def link(place: re.Match[str]) -> str:
        path = os.path.join(root, place["file"])
        return f"[{place[0]}]({to_uri(path)}#L{place['line']})" if os.path.isfile(path) else place[0]

    return _PLACE.sub(link, markdown)


def jumps(found: Sequence[Jump], file: File, session: Session, links: bool) -> list[Json]:
    """LSP ``LocationLink``s, or plain ``Location``s for clients that know no others."""
    made = []
    for jump in found:
        goal = goal_ranges(jump.goal, session)
        if goal is None:
            continue
        uri, name, whole = goal
        if links:
            origin = span_range(file, jump.origin, session.client)
            target = {"targetUri": uri, "targetRange": whole, "targetSelectionRange": name}
            made.append({"originSelectionRange": origin, **target})
        else:
            made.append({"uri": uri, "range": name})
    return made


def goal_location(goal: FileSpan | Location, session: Session) -> Json | None:
    """An LSP ``Location``; None if the file is gone."""
    place = goal_ranges(goal, session)
    return None if place is None else {"uri": place[0], "range": place[1]}


def goal_ranges(goal: FileSpan | Location, session: Session) -> tuple[str, Json, Json] | None:
    """The uri, the range of the name and the range of all that it names; None if the file is gone."""
    if isinstance(goal, FileSpan):
        file = session.snapshot().file(goal.path)
        if file is None:
            return None
        name, whole = (span_range(file, span, session.client) for span in (goal.span, goal.whole))
        return session.uri_of(goal.path), name, whole
    where = python_range(goal, session)
    return session.uri_of(goal.path), where, where


def python_range(location: Location, session: Session) -> Json:
    """The range of a name in a Python file, whose columns count code points."""
    encoding = session.client.encoding
    buffer = session.buffers.get(location.path)
    lines = LineIndex(buffer) if buffer is not None else _lines(location.path, Disk().stamp(location.path))
    line = lines.line(location.line) if location.line < len(lines) else " " * location.end_column
    start = units(line[: location.column], encoding)
    end = max(start, units(line[: location.end_column], encoding))
    return {
        "start": {"line": location.line, "character": start},
        "end": {"line": location.line, "character": end},
    }


@lru_cache(maxsize=32)
def _lines(path: str, stamp: object) -> LineIndex:
    """The lines of a Python file as ``stamp`` knows it."""
    text = Disk().read(path)
    return LineIndex(text if isinstance(text, str) else "")
