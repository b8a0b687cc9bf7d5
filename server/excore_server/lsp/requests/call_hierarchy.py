"""``textDocument/prepareCallHierarchy``, ``callHierarchy/incomingCalls``, ``outgoingCalls``: what a config builds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from excore.tooling.diagnostics import Json
from excore_server.ide.call_hierarchy import CallItem, incoming_calls, outgoing_calls, prepare_calls
from excore_server.ide.call_hierarchy import CallLink as Call
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import goal_ranges, span_range
from excore_server.lsp.transport.protocol import ErrorCode, Refused

if TYPE_CHECKING:
    from lsprotocol import types

_CLASS = 5


def prepare(session: Session, params: types.CallHierarchyPrepareParams) -> Any:
    """``CallHierarchyItem``s, or null."""
    snapshot, path, _, offset = session.at(params)
    items = (_item(item, session) for item in prepare_calls(snapshot, path, offset))
    return [item for item in items if item is not None] or None


def incoming(session: Session, params: types.CallHierarchyIncomingCallsParams) -> Any:
    """``CallHierarchyIncomingCall``s."""
    root, section = _key(params.item.data)
    return _calls(incoming_calls(session.snapshot(), root, section), "from", None, session)


def outgoing(session: Session, params: types.CallHierarchyOutgoingCallsParams) -> Any:
    """``CallHierarchyOutgoingCall``s."""
    root, section = _key(params.item.data)
    here = session.path_of(params.item.uri) or ""
    return _calls(outgoing_calls(session.snapshot(), root, section, here), "to", here, session)


def _key(data: object) -> tuple[str, tuple[str, ...]]:
    """Root and section of an item that went to the client and came back. Raises ``Refused``."""
    if isinstance(data, Sequence) and len(data) > 1 and all(isinstance(part, str) for part in data):
        return data[0], tuple(data[1:])
    raise Refused(ErrorCode.InvalidParams, "this item is not from here")


def _item(item: CallItem, session: Session) -> Json | None:
    ranges = goal_ranges(item.goal, session)
    if ranges is None:
        return None
    uri, name, whole = ranges
    about = {"name": item.name, "kind": _CLASS, "detail": item.detail, "data": [item.root, *item.section]}
    return {**about, "uri": uri, "range": whole, "selectionRange": name}


def _calls(calls: Sequence[Call], end: str, path: str | None, session: Session) -> list[Json]:
    """``path`` is the file that the spans of all calls are in; without one each is in the file of its item."""
    result = []
    for call in calls:
        item = _item(call.item, session)
        file = session.snapshot().file(call.item.goal.path if path is None else path)
        if item is not None:
            spans = call.spans if file is not None else ()
            ranges = [span_range(file, span, session.client) for span in spans if file is not None]
            result.append({end: item, "fromRanges": ranges})
    return result
