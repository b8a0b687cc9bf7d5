"""Which function serves which method, and what the notifications of the client do."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from lsprotocol import types

from excore.lang.workspace.host import File
from excore_server.lsp import changing, views
from excore_server.lsp.commands import execute
from excore_server.lsp.features import FEATURES, PATIENT, Handler
from excore_server.lsp.lifecycle import fetch_settings, watch_files
from excore_server.lsp.protocol import Refused
from excore_server.lsp.session import NotServed, Session

# Requests


def pull_diagnostics(session: Session, params: types.DocumentDiagnosticParams) -> Any:
    path = session.path_of(params.text_document.uri)
    if path is None:
        return {"kind": "full", "items": []}
    return session.publisher.report(path, params.previous_result_id)


async def _workspace_diagnostics(session: Session, params: types.WorkspaceDiagnosticParams) -> Any:
    """Reports go out one by one where the client takes partial results; other messages come between them."""
    paths = ((session.path_of(one.uri), one.value) for one in params.previous_result_ids)
    previous = {path: value for path, value in paths if path is not None and session.is_toml(path)}
    whole: list[Any] = []
    reports = session.publisher.workspace(previous)
    while (report := next(reports, None)) is not None:
        if params.partial_result_token is None:
            whole.append(report)
        else:
            value = {"token": params.partial_result_token, "value": {"items": [report]}}
            session.protocol.notify("$/progress", value)
        await asyncio.sleep(0)
    return {"items": whole}


def workspace_diagnostics(session: Session, params: types.WorkspaceDiagnosticParams) -> Any:
    return asyncio.ensure_future(_workspace_diagnostics(session, params))


def execute_command(session: Session, params: types.ExecuteCommandParams) -> Any:
    return execute(session, params.command, params.arguments)


REQUESTS: dict[str, Handler] = {
    **FEATURES,
    **views.REQUESTS,
    **changing.REQUESTS,
    types.TEXT_DOCUMENT_DIAGNOSTIC: pull_diagnostics,
    types.WORKSPACE_DIAGNOSTIC: workspace_diagnostics,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command,
}


def request(session: Session, method: str, params: Any) -> Any:
    """The result of a request: plain or ready JSON, or a future of it; null where there is nothing to say."""
    handler = REQUESTS.get(method)
    if handler is None:
        raise Refused(-32601, f"{method} is not served")
    if method in PATIENT:
        path = session.path_of(params.text_document.uri)
        if path is not None and not session.is_ready(path):
            asked = session.snapshot().file(path)
            return asyncio.ensure_future(_when_ready(session, handler, params, path, asked))
    return _answer(session, handler, params)


def _answer(session: Session, handler: Handler, params: Any) -> Any:
    try:
        return handler(session, params)
    except NotServed:
        return None


async def _when_ready(session: Session, handler: Handler, params: Any, path: str, asked: File | None) -> Any:
    await session.when_ready(path)
    if session.snapshot().file(path) is not asked:
        raise Refused(-32801, "the document has changed meanwhile")
    return _answer(session, handler, params)


# Notifications


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    session.open(params.text_document)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    session.edit(params.text_document.uri, params.text_document.version, params.content_changes)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    session.close(params.text_document.uri)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    session.saved(params.text_document.uri)


def did_change_watched_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    paths = (session.path_of(change.uri) for change in params.changes)
    session.files_changed(dict.fromkeys(path for path in paths if path is not None and os.path.isabs(path)))


def did_change_workspace_folders(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        session.remove_folder(folder.uri)
    for folder in params.event.added:
        session.add_folder(folder.uri)
    watch_files(session, again=True)


def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    if session.client.configuration:
        fetch_settings(session)
    else:
        session.configure(params.settings)


NOTIFICATIONS: dict[str, Handler] = {
    **changing.NOTIFICATIONS,
    types.TEXT_DOCUMENT_DID_OPEN: did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: did_change,
    types.TEXT_DOCUMENT_DID_CLOSE: did_close,
    types.TEXT_DOCUMENT_DID_SAVE: did_save,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: did_change_watched_files,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: did_change_workspace_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
}


def notification(session: Session, method: str, params: Any) -> None:
    """Take note of a notification; unknown ones are ignored, as the protocol says."""
    handler = NOTIFICATIONS.get(method)
    if handler is not None:
        handler(session, params)
