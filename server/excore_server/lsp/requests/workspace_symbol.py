"""``workspace/symbol``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide import workspace_symbol as ide
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp import symbols

if TYPE_CHECKING:
    from lsprotocol import types


def workspace_symbol(session: Session, params: types.WorkspaceSymbolParams) -> Any:
    """``SymbolInformation``s."""
    return symbols.workspace_symbols(ide.workspace_symbols(session.snapshot(), params.query), session)
