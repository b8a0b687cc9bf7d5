"""``textDocument/documentLink``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide.document_link import document_links
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import span_range

if TYPE_CHECKING:
    from lsprotocol import types


def document_link(session: Session, params: types.DocumentLinkParams) -> Any:
    """``DocumentLink``s."""
    snapshot, path, file = session.file(params.text_document.uri)
    return [
        {"range": span_range(file, link.span, session.client), "target": session.uri_of(link.target)}
        for link in document_links(snapshot, path)
    ]
