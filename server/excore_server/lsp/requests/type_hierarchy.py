"""``textDocument/prepareTypeHierarchy``, ``typeHierarchy/supertypes`` and ``subtypes``: bases and who has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from excore.tooling.diagnostics import Json
from excore_server.ide import type_hierarchy as ide
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import goal_ranges

if TYPE_CHECKING:
    from lsprotocol import types

_FILE = 1


def prepare(session: Session, params: types.TypeHierarchyPrepareParams) -> Any:
    """``TypeHierarchyItem``s, or null, as of all here."""
    snapshot, path, _, offset = session.at(params)
    return _items(ide.prepare_types(snapshot, path, offset), session)


def supertypes(session: Session, params: types.TypeHierarchySupertypesParams) -> Any:
    """The bases of a config."""
    return _items(ide.supertypes(session.snapshot(), session.path_of(params.item.uri) or ""), session)


def subtypes(session: Session, params: types.TypeHierarchySubtypesParams) -> Any:
    """The configs that name this one as base."""
    return _items(ide.subtypes(session.snapshot(), session.path_of(params.item.uri) or ""), session)


def _items(items: Iterable[ide.TypeItem], session: Session) -> list[Json] | None:
    result = []
    for item in items:
        ranges = goal_ranges(item.goal, session)
        if ranges is not None:
            uri, name, whole = ranges
            about = {"name": item.name, "kind": _FILE, "detail": item.detail}
            result.append({**about, "uri": uri, "range": whole, "selectionRange": name})
    return result or None
