"""``textDocument/definition`` and its family: ``declaration``, ``typeDefinition``, ``implementation``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide.declaration import declaration as find_declaration
from excore_server.ide.definition import definition as find_definition
from excore_server.ide.implementation import implementation as find_implementation
from excore_server.ide.type_definition import type_definition as find_type_definition
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import goal_links

if TYPE_CHECKING:
    from lsprotocol import types


def definition(session: Session, params: types.DefinitionParams) -> Any:
    """Where what is named at the cursor is made: ``LocationLink``s or ``Location``s, as of all here."""
    snapshot, path, file, offset = session.at(params)
    jumps = find_definition(snapshot, path, offset, python=session.python(path))
    return goal_links(jumps, file, session, session.client.definition_links)


def declaration(session: Session, params: types.DeclarationParams) -> Any:
    """Where it is declared."""
    snapshot, path, file, offset = session.at(params)
    return goal_links(find_declaration(snapshot, path, offset), file, session, session.client.declaration_links)


def type_definition(session: Session, params: types.TypeDefinitionParams) -> Any:
    """Its class."""
    snapshot, path, file, offset = session.at(params)
    return goal_links(find_type_definition(snapshot, path, offset), file, session, session.client.type_definition_links)


def implementation(session: Session, params: types.ImplementationParams) -> Any:
    """What builds it."""
    snapshot, path, file, offset = session.at(params)
    return goal_links(find_implementation(snapshot, path, offset), file, session, session.client.implementation_links)
