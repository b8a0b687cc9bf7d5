"""``workspace/textDocumentContent``: configs in their other forms, as virtual documents or as commands show them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

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
from excore_server.ide.locations import FileSpan
from excore_server.ide.view import absolute
from excore_server.lsp.session.server_capabilities import CONTENT_SCHEME
from excore_server.lsp.session.session import NotServed, Session
from excore_server.lsp.to_lsp.location import goal_location
from excore_server.lsp.transport.protocol import ErrorCode, Refused

if TYPE_CHECKING:
    from lsprotocol import types


class VirtualDocument(NamedTuple):
    """A config in another form. ``origins`` says where its parts are written: by line number, or by a node's name."""

    text: str
    language: str
    origins: Mapping[str, Origin | None]


def _lines(document: Document, language: str) -> VirtualDocument:
    return VirtualDocument(
        document.text, language, {str(number): line.origin for number, line in enumerate(document.lines)}
    )


def _composed(snapshot: Snapshot, path: str, form: str) -> VirtualDocument:
    return _lines(composed(snapshot, path, origins=form != "plain"), "toml")


def _python(snapshot: Snapshot, path: str, form: str) -> VirtualDocument:
    return _lines(python_code(snapshot.own_model(path)), "python")


def _graph(snapshot: Snapshot, path: str, form: str) -> VirtualDocument:
    model_graph = graph(snapshot.own_model(path))
    if form == "svg":
        return VirtualDocument(
            svg(model_graph, os.path.basename(path)), "xml", {node.id: node.origin for node in model_graph.nodes}
        )
    if form == "dot":
        return VirtualDocument(drawing.dot(model_graph), "dot", {})
    if form == "mermaid":
        return VirtualDocument(drawing.mermaid(model_graph), "mermaid", {})
    return VirtualDocument(f"```mermaid\n{drawing.mermaid(model_graph)}```\n", "markdown", {})


VIEWS: dict[str, Callable[[Snapshot, str, str], VirtualDocument]] = {
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
        raise Refused(ErrorCode.InvalidParams, "the first argument is the uri of a config")
    form = form if isinstance(form, str) else ""
    path = session.path_of(uri)
    if path is not None and not session.is_ready(path):
        return asyncio.ensure_future(_when_ready(view, session, uri, form, path))
    return _shown(view, session, uri, form)


async def _when_ready(view: str, session: Session, uri: str, form: str, path: str) -> Json:
    while not session.is_ready(path):  # what is shown of half an index is wrong, and stays
        await session.when_ready(path)
    return _shown(view, session, uri, form)


def _shown(view: str, session: Session, uri: str, form: str) -> Json:
    try:
        snapshot, path, _ = session.file(uri)
    except NotServed:
        raise Refused(ErrorCode.RequestFailed, f"{uri} is no config") from None
    document = VIEWS[view](snapshot, path, form)
    answer: Json = {"text": document.text, "language": document.language, "places": _places(document.origins, session)}
    if session.client.document_content:
        answer["uri"] = to_uri(path).replace("file://", f"{CONTENT_SCHEME}://{view}", 1)
    return answer


def _places(origins: Mapping[str, Origin | None], session: Session) -> Json:
    places: Json = {}
    for name, origin in origins.items():
        span = absolute(session.snapshot(), origin) if origin is not None else None
        if origin is not None and span is not None:
            places[name] = goal_location(FileSpan(origin.file, span, span), session)
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


def text_document_content(session: Session, params: types.TextDocumentContentParams) -> Any:
    """The text of a virtual document. Raises ``Refused`` for a uri that none has."""
    text = _content(session, params.uri)
    session.virtual_documents.add(params.uri, text, partial(_content, session))
    return {"text": text}


def _content(session: Session, uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    view, slash, path = rest.partition("/")
    if scheme != CONTENT_SCHEME or view not in VIEWS or not slash:
        raise Refused(ErrorCode.InvalidParams, f"{uri} is no document of this server")
    text: str = _shown(view, session, f"file://{slash}{path}", "")["text"]
    return text
