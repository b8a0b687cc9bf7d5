"""``textDocument/documentHighlight``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide.document_highlight import document_highlights as highlights
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import span_range

if TYPE_CHECKING:
    from lsprotocol import types

_READ, _WRITE = 2, 3


def document_highlight(session: Session, params: types.DocumentHighlightParams) -> Any:
    """``DocumentHighlight``s."""
    snapshot, path, file, offset = session.at(params)
    client = session.client
    return [
        {"range": span_range(file, one.span, client), "kind": _WRITE if one.definition else _READ}
        for one in highlights(snapshot, path, offset)
    ]
