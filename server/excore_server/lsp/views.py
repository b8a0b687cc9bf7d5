"""Hierarchies and virtual documents: what a config builds, what it is built on, and its other forms."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from lsprotocol import types

from excore.lang.problems import Origin
from excore.lang.workspace.snapshot import Snapshot
from excore.tooling.diagnostics import Json
from excore.tooling.uris import to_uri
from excore.views import drawing
from excore.views.composed import composed
from excore.views.graph import graph
from excore.views.lines import Document
from excore.views.python_code import python_code
from excore.views.svg import svg
from excore_server.ide.call_hierarchy import CallItem, incoming_calls, outgoing_calls, prepare_calls
from excore_server.ide.call_hierarchy import CallLink as Call
from excore_server.ide.locations import FileSpan
from excore_server.ide.type_hierarchy import TypeItem, prepare_types, subtypes, supertypes
from excore_server.ide.view import absolute
from excore_server.lsp import convert
from excore_server.lsp.capabilities import CONTENT_SCHEME
from excore_server.lsp.protocol import Refused
from excore_server.lsp.session import NotServed, Session

_FILE_KIND, _SECTION_KIND = 1, 5
_KEPT = 8  # virtual documents that are kept true; nobody says when they are closed


# Hierarchies


def prepare_call_hierarchy(session: Session, params: types.CallHierarchyPrepareParams) -> Any:
    snapshot, path, _, offset = session.cursor(params.text_document.uri, params.position)
    return _some(_call_item(item, session) for item in prepare_calls(snapshot, path, offset))


def incoming(session: Session, params: types.CallHierarchyIncomingCallsParams) -> Any:
    root, section = _key(params.item.data)
    return _calls(incoming_calls(session.snapshot(), root, section), "from", None, session)


def outgoing(session: Session, params: types.CallHierarchyOutgoingCallsParams) -> Any:
    root, section = _key(params.item.data)
    here = session.path_of(params.item.uri) or ""
    return _calls(outgoing_calls(session.snapshot(), root, section, here), "to", here, session)


def prepare_type_hierarchy(session: Session, params: types.TypeHierarchyPrepareParams) -> Any:
    snapshot, path, _, offset = session.cursor(params.text_document.uri, params.position)
    return _some(_type_item(item, session) for item in prepare_types(snapshot, path, offset))


def find_supertypes(session: Session, params: types.TypeHierarchySupertypesParams) -> Any:
    path = session.path_of(params.item.uri)
    return _some(_type_item(item, session) for item in supertypes(session.snapshot(), path or ""))


def find_subtypes(session: Session, params: types.TypeHierarchySubtypesParams) -> Any:
    path = session.path_of(params.item.uri)
    return _some(_type_item(item, session) for item in subtypes(session.snapshot(), path or ""))


def _some(items: Any) -> list[Json] | None:
    return [item for item in items if item is not None] or None


def _key(data: object) -> tuple[str, tuple[str, ...]]:
    """Root and section of an item that went to the client and came back. Raises ``Refused``."""
    if isinstance(data, Sequence) and len(data) > 1 and all(isinstance(part, str) for part in data):
        return data[0], tuple(data[1:])
    raise Refused(-32602, "this item is not from here")


def _call_item(item: CallItem, session: Session) -> Json | None:
    place = convert.goal_ranges(item.goal, session)
    if place is None:
        return None
    uri, name, whole = place
    return {
        "name": item.name,
        "kind": _SECTION_KIND,
        "detail": item.detail,
        "uri": uri,
        "range": whole,
        "selectionRange": name,
        "data": [item.root, *item.section],
    }


def _calls(found: Sequence[Call], end: str, file: str | None, session: Session) -> list[Json]:
    made = []
    for call in found:
        item = _call_item(call.item, session)
        origin = session.snapshot().file(call.item.goal.path if file is None else file)
        if item is not None:
            spans = call.spans if origin is not None else ()
            ranges = [convert.span_range(origin, span, session.client) for span in spans if origin is not None]
            made.append({end: item, "fromRanges": ranges})
    return made


def _type_item(item: TypeItem, session: Session) -> Json | None:
    place = convert.goal_ranges(item.goal, session)
    if place is None:
        return None
    uri, name, whole = place
    kind, detail = _FILE_KIND, item.detail
    return {"name": item.name, "kind": kind, "detail": detail, "uri": uri, "range": whole, "selectionRange": name}


# Virtual documents


class _Form(NamedTuple):
    """A config in another form. ``origins`` says where its parts are written: by line number, or by a node's name."""

    text: str
    language: str
    origins: Mapping[str, Origin | None]


def _lines(document: Document, language: str) -> _Form:
    return _Form(document.text, language, {str(number): line.origin for number, line in enumerate(document.lines)})


def _composed(snapshot: Snapshot, path: str, form: str) -> _Form:
    return _lines(composed(snapshot, path, origins=form != "plain"), "toml")


def _python(snapshot: Snapshot, path: str, form: str) -> _Form:
    return _lines(python_code(snapshot.own_model(path)), "python")


def _graph(snapshot: Snapshot, path: str, form: str) -> _Form:
    found = graph(snapshot.own_model(path))
    if form == "svg":
        return _Form(svg(found, os.path.basename(path)), "xml", {node.id: node.origin for node in found.nodes})
    if form == "dot":
        return _Form(drawing.dot(found), "dot", {})
    if form == "mermaid":
        return _Form(drawing.mermaid(found), "mermaid", {})
    return _Form(f"```mermaid\n{drawing.mermaid(found)}```\n", "markdown", {})


VIEWS: dict[str, Callable[[Snapshot, str, str], _Form]] = {
    "composed": _composed,
    "python": _python,
    "graph": _graph,
}


def show(view: str, session: Session, arguments: Sequence[Any]) -> Any:
    """A config in another form: its ``text``, its ``language``, and ``places``, the ``Location``s where its parts are
    written, by line number, or by the name of the node in an SVG.

    ``arguments`` are the uri of the config, a position in it (of no consequence yet), and the form: ``plain`` for a
    composed config without comments, ``svg``, ``dot`` or ``mermaid`` for a graph. Raises ``Refused``.
    """
    uri = arguments[0] if arguments else None
    form = arguments[2] if len(arguments) > 2 else ""
    if not isinstance(uri, str):
        raise Refused(-32602, "the first argument is the uri of a config")
    form = form if isinstance(form, str) else ""
    path = session.path_of(uri)
    if path is not None and not session.is_ready(path):
        return asyncio.ensure_future(_when_ready(view, session, uri, form, path))
    return _shown(view, session, uri, form)


async def _when_ready(view: str, session: Session, uri: str, form: str, path: str) -> Json:
    await session.when_ready(path)
    return _shown(view, session, uri, form)


def _shown(view: str, session: Session, uri: str, form: str) -> Json:
    try:
        snapshot, path, _ = session.file(uri)
    except NotServed:
        raise Refused(-32803, f"{uri} is no config") from None
    found = VIEWS[view](snapshot, path, form)
    answer: Json = {"text": found.text, "language": found.language, "places": _places(found, session)}
    if session.client.document_content:
        answer["uri"] = to_uri(path).replace("file://", f"{CONTENT_SCHEME}://{view}", 1)
    return answer


def _places(found: _Form, session: Session) -> Json:
    places: Json = {}
    for name, origin in found.origins.items():
        span = absolute(session.snapshot(), origin) if origin is not None else None
        if origin is not None and span is not None:
            places[name] = convert.goal_location(FileSpan(origin.file, span, span), session)
    return places


def show_composed(session: Session, arguments: Sequence[Any]) -> Any:
    """The config with its bases merged in."""
    return show("composed", session, arguments)


def show_python(session: Session, arguments: Sequence[Any]) -> Any:
    """The Python that the config stands for."""
    return show("python", session, arguments)


def show_graph(session: Session, arguments: Sequence[Any]) -> Any:
    """What the config builds."""
    return show("graph", session, arguments)


def document_content(session: Session, params: types.TextDocumentContentParams) -> Any:
    """The text of a virtual document. Raises ``Refused`` for a uri that none has."""
    text = _content(session, params.uri)
    session.contents[params.uri] = text
    while len(session.contents) > _KEPT:
        del session.contents[next(iter(session.contents))]
    session.contents_changed = partial(refresh_contents, session)
    return {"text": text}


def _content(session: Session, uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    view, slash, path = rest.partition("/")
    if scheme != CONTENT_SCHEME or view not in VIEWS or not slash:
        raise Refused(-32602, f"{uri} is no document of this server")
    text: str = _shown(view, session, f"file://{slash}{path}", "")["text"]
    return text


def refresh_contents(session: Session) -> None:
    """Have the client ask again for the virtual documents that are different now."""
    for uri, before in list(session.contents.items()):
        try:
            text = _content(session, uri)
        except Refused:  # the config is gone
            text = ""
        if text != before:
            del session.contents[uri]  # until the client asks
            session.protocol.ask("workspace/textDocumentContent/refresh", {"uri": uri})


REQUESTS: Mapping[str, Callable[[Session, Any], Any]] = {
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: prepare_call_hierarchy,
    types.CALL_HIERARCHY_INCOMING_CALLS: incoming,
    types.CALL_HIERARCHY_OUTGOING_CALLS: outgoing,
    types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY: prepare_type_hierarchy,
    types.TYPE_HIERARCHY_SUPERTYPES: find_supertypes,
    types.TYPE_HIERARCHY_SUBTYPES: find_subtypes,
    types.WORKSPACE_TEXT_DOCUMENT_CONTENT: document_content,
}
