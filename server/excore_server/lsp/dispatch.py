"""Which function serves which method: the table of all requests and notifications, and how a request is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from excore.lang.collector import many_objects
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
from excore_server.lsp.transport.protocol import ErrorCode, Refused

Handler = Callable[[Session, Any], Any]

REQUESTS: dict[str, Handler] = {
    "textDocument/completion": completion.completion,
    "completionItem/resolve": completion.resolve,
    "textDocument/signatureHelp": signature_help.signature_help,
    "textDocument/hover": hover.hover,
    "textDocument/definition": definition.definition,
    "textDocument/declaration": definition.declaration,
    "textDocument/typeDefinition": definition.type_definition,
    "textDocument/implementation": definition.implementation,
    "textDocument/references": references.references,
    "textDocument/documentHighlight": document_highlight.document_highlight,
    "textDocument/documentSymbol": document_symbol.document_symbol,
    "workspace/symbol": workspace_symbol.workspace_symbol,
    "textDocument/foldingRange": folding_range.folding_range,
    "textDocument/selectionRange": selection_range.selection_range,
    "textDocument/documentLink": document_link.document_link,
    "textDocument/semanticTokens/full": semantic_tokens.full,
    "textDocument/semanticTokens/full/delta": semantic_tokens.delta,
    "textDocument/semanticTokens/range": semantic_tokens.of_range,
    "textDocument/inlayHint": inlay_hint.inlay_hint,
    "textDocument/codeLens": code_lens.code_lens,
    "textDocument/codeAction": code_action.code_action,
    "codeAction/resolve": code_action.resolve,
    "textDocument/prepareRename": rename.prepare_rename,
    "textDocument/rename": rename.rename,
    "textDocument/formatting": formatting.formatting,
    "textDocument/rangeFormatting": formatting.formatting,
    "textDocument/prepareCallHierarchy": call_hierarchy.prepare,
    "callHierarchy/incomingCalls": call_hierarchy.incoming,
    "callHierarchy/outgoingCalls": call_hierarchy.outgoing,
    "textDocument/prepareTypeHierarchy": type_hierarchy.prepare,
    "typeHierarchy/supertypes": type_hierarchy.supertypes,
    "typeHierarchy/subtypes": type_hierarchy.subtypes,
    "textDocument/diagnostic": diagnostic.document_diagnostic,
    "workspace/diagnostic": diagnostic.workspace_diagnostic,
    "workspace/executeCommand": execute_command.execute_command,
    "workspace/textDocumentContent": text_document_content.text_document_content,
    "textDocument/linkedEditingRange": linked_editing_range.linked_editing_range,
    "workspace/willRenameFiles": will_rename_files.will_rename_files,
    "workspace/willDeleteFiles": will_rename_files.will_delete_files,
}
PATIENT = frozenset(
    [
        "textDocument/completion",
        "textDocument/signatureHelp",
        "textDocument/hover",
        "textDocument/definition",
        "textDocument/typeDefinition",
        "textDocument/implementation",
        "textDocument/references",
        "textDocument/prepareRename",
        "textDocument/rename",
    ]
)
"""Questions about names: worth a short wait while the Python of the project is read for the first time."""
NOTIFICATIONS: dict[str, Handler] = {
    "textDocument/didOpen": notifications.did_open,
    "textDocument/didChange": notifications.did_change,
    "textDocument/didClose": notifications.did_close,
    "textDocument/didSave": notifications.did_save,
    "workspace/didChangeWatchedFiles": notifications.did_change_watched_files,
    "workspace/didRenameFiles": notifications.did_rename_files,
    "workspace/didChangeWorkspaceFolders": notifications.did_change_workspace_folders,
    "workspace/didChangeConfiguration": notifications.did_change_configuration,
}


def request(session: Session, method: str, params: Any) -> Any:
    """The result of a request: plain or ready JSON, or a future of it; null where there is nothing to say."""
    handler = REQUESTS.get(method)
    if handler is None:
        raise Refused(ErrorCode.MethodNotFound, f"{method} is not served")
    if method in PATIENT:
        path = session.path_of(params.text_document.uri)
        if path is not None and not session.is_ready(path):
            before = session.snapshot().file(path)
            return asyncio.ensure_future(_when_ready(session, handler, params, path, before))
    return _answer(session, handler, params)


def _answer(session: Session, handler: Handler, params: Any) -> Any:
    try:
        with many_objects():
            return handler(session, params)
    except NotServed:
        return None


async def _when_ready(session: Session, handler: Handler, params: Any, path: str, before: File | None) -> Any:
    await session.when_ready(path)
    if session.snapshot().file(path) is not before:
        raise Refused(ErrorCode.ContentModified, "the document has changed meanwhile")
    return _answer(session, handler, params)


def notification(session: Session, method: str, params: Any) -> None:
    """Take note of a notification; unknown ones are ignored, as the protocol says."""
    handler = NOTIFICATIONS.get(method)
    if handler is not None:
        handler(session, params)
