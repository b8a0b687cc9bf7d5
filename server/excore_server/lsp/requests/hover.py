"""``textDocument/hover``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide import hover as ide
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import span_range
from excore_server.lsp.to_lsp.markup import linked, markup

if TYPE_CHECKING:
    from lsprotocol import types


def hover(session: Session, params: types.HoverParams) -> Any:
    """A ``Hover``, or null."""
    snapshot, path, file, offset = session.at(params)
    answer = ide.hover(snapshot, path, offset, python=session.python(path))
    if answer is None:
        return None
    text, client = answer.markdown, session.client
    if client.place_links and client.markdown:
        text = linked(text, snapshot.project(path).root)
    return {"contents": markup(text, client.markdown), "range": span_range(file, answer.span, client)}
