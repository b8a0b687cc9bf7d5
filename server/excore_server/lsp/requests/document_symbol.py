"""``textDocument/documentSymbol``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide import document_symbol as ide
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp import symbols

if TYPE_CHECKING:
    from lsprotocol import types


def document_symbol(session: Session, params: types.DocumentSymbolParams) -> Any:
    """A tree of ``DocumentSymbol``s, or ``SymbolInformation``s for clients that know no trees."""
    snapshot, path, file = session.file(params.text_document.uri)
    if session.client.symbol_tree:
        return symbols.document_symbols(session.cache(path), snapshot, file, session.client)
    return symbols.flat_symbols(ide.document_symbols(snapshot, path), file, params.text_document.uri, session.client)
