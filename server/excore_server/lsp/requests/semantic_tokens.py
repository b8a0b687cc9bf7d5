"""``textDocument/semanticTokens``: ``full``, ``full/delta`` and ``range``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.lsp.session.session import Session

if TYPE_CHECKING:
    from lsprotocol import types


def full(session: Session, params: types.SemanticTokensParams) -> Any:
    """``SemanticTokens``."""
    snapshot, path, file = session.file(params.text_document.uri)
    return session.cache(path).semantic_tokens.full(snapshot, file, session.client.encoding)


def delta(session: Session, params: types.SemanticTokensDeltaParams) -> Any:
    """A ``SemanticTokensDelta``, or ``SemanticTokens``."""
    snapshot, path, file = session.file(params.text_document.uri)
    tokens = session.cache(path).semantic_tokens
    return tokens.delta(snapshot, file, session.client.encoding, params.previous_result_id)


def of_range(session: Session, params: types.SemanticTokensRangeParams) -> Any:
    """``SemanticTokens`` of a range."""
    snapshot, path, file = session.file(params.text_document.uri)
    within = session.span(file, params.range)
    return session.cache(path).semantic_tokens.range(snapshot, file, session.client.encoding, within)
