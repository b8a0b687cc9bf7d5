"""``textDocument/references``, of configs and of classes in Python files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide import references as ide
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import locations

if TYPE_CHECKING:
    from lsprotocol import types


def references(session: Session, params: types.ReferenceParams) -> Any:
    """``Location``s."""
    python = session.python_path(params.text_document.uri)
    if python is not None:
        root = session.host.project_of(python).root
        line, column = params.position.line, params.position.character
        return locations(ide.class_references(session.snapshot(), root, python, line, column), session)
    snapshot, path, _, offset = session.at(params)
    declared = params.context.include_declaration
    return locations(ide.references(snapshot, path, offset, declaration=declared), session)
