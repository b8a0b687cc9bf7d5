"""``textDocument/diagnostic`` and ``workspace/diagnostic``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from excore_server.lsp.session.session import Session

if TYPE_CHECKING:
    from lsprotocol import types


def document_diagnostic(session: Session, params: types.DocumentDiagnosticParams) -> Any:
    """A ``DocumentDiagnosticReport``."""
    path = session.path_of(params.text_document.uri)
    if path is None:
        return {"kind": "full", "items": []}
    if session.publisher.advances(path):
        return asyncio.ensure_future(_report(session, path, params.previous_result_id))
    return session.publisher.report(path, params.previous_result_id)


async def _report(session: Session, path: str, previous: str | None) -> Any:
    """A report that takes a while; other messages come between its steps."""
    while session.publisher.advances(path):
        await asyncio.sleep(0)
    return session.publisher.report(path, previous)


def workspace_diagnostic(session: Session, params: types.WorkspaceDiagnosticParams) -> Any:
    """A ``WorkspaceDiagnosticReport``."""
    return asyncio.ensure_future(_reports(session, params))


async def _reports(session: Session, params: types.WorkspaceDiagnosticParams) -> Any:
    """Reports go out one by one where the client takes partial results; other messages come between them."""
    paths = ((session.path_of(one.uri), one.value) for one in params.previous_result_ids)
    previous = {path: value for path, value in paths if path is not None and session.is_toml(path)}
    items: list[Any] = []
    for report in session.publisher.workspace(previous):
        if params.partial_result_token is None:
            items.append(report)
        else:
            value = {"token": params.partial_result_token, "value": {"items": [report]}}
            session.protocol.notify("$/progress", value)
        await asyncio.sleep(0)
    return {"items": items}
