"""Which function serves which method: the table of all requests and notifications, and how a request is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lsprotocol import types

from excore.lang.workspace.host import File
from excore_server.lsp import notifications
from excore_server.lsp.requests import (
    call_hierarchy,
    code_action,
    code_lens,
    completion,
    definition,
    diagnostic,
    document_highlight,
    document_link,
    document_symbol,
    execute_command,
    folding_range,
    formatting,
    hover,
    inlay_hint,
    linked_editing_range,
    references,
    rename,
    selection_range,
    semantic_tokens,
    signature_help,
    text_document_content,
    type_hierarchy,
    will_rename_files,
    workspace_symbol,
)
from excore_server.lsp.session.session import NotServed, Session
from excore_server.lsp.transport.protocol import Refused

Handler = Callable[[Session, Any], Any]

REQUESTS: dict[str, Handler] = {
    types.TEXT_DOCUMENT_COMPLETION: completion.completion,
    types.COMPLETION_ITEM_RESOLVE: completion.resolve,
    types.TEXT_DOCUMENT_SIGNATURE_HELP: signature_help.signature_help,
    types.TEXT_DOCUMENT_HOVER: hover.hover,
    types.TEXT_DOCUMENT_DEFINITION: definition.definition,
    types.TEXT_DOCUMENT_DECLARATION: definition.declaration,
    types.TEXT_DOCUMENT_TYPE_DEFINITION: definition.type_definition,
    types.TEXT_DOCUMENT_IMPLEMENTATION: definition.implementation,
    types.TEXT_DOCUMENT_REFERENCES: references.references,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: document_highlight.document_highlight,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: document_symbol.document_symbol,
    types.WORKSPACE_SYMBOL: workspace_symbol.workspace_symbol,
    types.TEXT_DOCUMENT_FOLDING_RANGE: folding_range.folding_range,
    types.TEXT_DOCUMENT_SELECTION_RANGE: selection_range.selection_range,
    types.TEXT_DOCUMENT_DOCUMENT_LINK: document_link.document_link,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: semantic_tokens.full,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA: semantic_tokens.delta,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: semantic_tokens.of_range,
    types.TEXT_DOCUMENT_INLAY_HINT: inlay_hint.inlay_hint,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens.code_lens,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action.code_action,
    types.CODE_ACTION_RESOLVE: code_action.resolve,
    types.TEXT_DOCUMENT_PREPARE_RENAME: rename.prepare_rename,
    types.TEXT_DOCUMENT_RENAME: rename.rename,
    types.TEXT_DOCUMENT_FORMATTING: formatting.formatting,
    types.TEXT_DOCUMENT_RANGE_FORMATTING: formatting.formatting,
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: call_hierarchy.prepare,
    types.CALL_HIERARCHY_INCOMING_CALLS: call_hierarchy.incoming,
    types.CALL_HIERARCHY_OUTGOING_CALLS: call_hierarchy.outgoing,
    types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY: type_hierarchy.prepare,
    types.TYPE_HIERARCHY_SUPERTYPES: type_hierarchy.supertypes,
    types.TYPE_HIERARCHY_SUBTYPES: type_hierarchy.subtypes,
    types.TEXT_DOCUMENT_DIAGNOSTIC: diagnostic.document_diagnostic,
    types.WORKSPACE_DIAGNOSTIC: diagnostic.workspace_diagnostic,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command.execute_command,
    types.WORKSPACE_TEXT_DOCUMENT_CONTENT: text_document_content.text_document_content,
    types.TEXT_DOCUMENT_LINKED_EDITING_RANGE: linked_editing_range.linked_editing_range,
    types.WORKSPACE_WILL_RENAME_FILES: will_rename_files.will_rename_files,
    types.WORKSPACE_WILL_DELETE_FILES: will_rename_files.will_delete_files,
}
PATIENT = frozenset(
    [
        types.TEXT_DOCUMENT_COMPLETION,
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        types.TEXT_DOCUMENT_HOVER,
        types.TEXT_DOCUMENT_DEFINITION,
        types.TEXT_DOCUMENT_TYPE_DEFINITION,
        types.TEXT_DOCUMENT_IMPLEMENTATION,
        types.TEXT_DOCUMENT_REFERENCES,
        types.TEXT_DOCUMENT_PREPARE_RENAME,
        types.TEXT_DOCUMENT_RENAME,
    ]
)
"""Questions about names: worth a short wait while the Python of the project is read for the first time."""
NOTIFICATIONS: dict[str, Handler] = {
    types.TEXT_DOCUMENT_DID_OPEN: notifications.did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: notifications.did_change,
    types.TEXT_DOCUMENT_DID_CLOSE: notifications.did_close,
    types.TEXT_DOCUMENT_DID_SAVE: notifications.did_save,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: notifications.did_change_watched_files,
    types.WORKSPACE_DID_RENAME_FILES: notifications.did_rename_files,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: notifications.did_change_workspace_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: notifications.did_change_configuration,
}


def request(session: Session, method: str, params: Any) -> Any:
    """The result of a request: plain or ready JSON, or a future of it; null where there is nothing to say."""
    handler = REQUESTS.get(method)
    if handler is None:
        raise Refused(types.ErrorCodes.MethodNotFound, f"{method} is not served")
    if method in PATIENT:
        path = session.path_of(params.text_document.uri)
        if path is not None and not session.is_ready(path):
            before = session.snapshot().file(path)
            return asyncio.ensure_future(_when_ready(session, handler, params, path, before))
    return _answer(session, handler, params)


def _answer(session: Session, handler: Handler, params: Any) -> Any:
    try:
        return handler(session, params)
    except NotServed:
        return None


async def _when_ready(session: Session, handler: Handler, params: Any, path: str, before: File | None) -> Any:
    await session.when_ready(path)
    if session.snapshot().file(path) is not before:
        raise Refused(types.LSPErrorCodes.ContentModified, "the document has changed meanwhile")
    return _answer(session, handler, params)


def notification(session: Session, method: str, params: Any) -> None:
    """Take note of a notification; unknown ones are ignored, as the protocol says."""
    handler = NOTIFICATIONS.get(method)
    if handler is not None:
        handler(session, params)
