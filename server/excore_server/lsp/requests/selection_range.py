"""``textDocument/selectionRange``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from excore_server.ide import selection_range as ide
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import span_range

if TYPE_CHECKING:
    from lsprotocol import types


class Place(NamedTuple):
    """One of the positions that are asked about."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


def selection_range(session: Session, params: types.SelectionRangeParams) -> Any:
    """A ``SelectionRange`` for each position."""
    result = []
    for position in params.positions:
        at = Place(params.text_document, position)
        snapshot, path, file, offset = session.at(at)
        selection: dict[str, Any] | None = None
        for span in reversed(ide.selection_range(snapshot, path, offset)):
            where = span_range(file, span, session.client)
            selection = {"range": where} if selection is None else {"range": where, "parent": selection}
        result.append(selection)
    return result
