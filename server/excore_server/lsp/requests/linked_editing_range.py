"""``textDocument/linkedEditingRange``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide.document_highlight import linked_names
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import span_range

if TYPE_CHECKING:
    from lsprotocol import types


def linked_editing_range(session: Session, params: types.LinkedEditingRangeParams) -> Any:
    """``LinkedEditingRanges``, or null."""
    snapshot, path, file, offset = session.at(params)
    spans = linked_names(snapshot, path, offset)
    return {"ranges": [span_range(file, span, session.client) for span in spans]} if spans else None
