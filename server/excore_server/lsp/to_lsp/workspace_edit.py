"""LSP ``WorkspaceEdit`` and ``TextEdit``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from excore.lang.text import LineIndex, Span
from excore.tooling.diagnostics import Json
from excore_server.ide.edits import Edit
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.lsp.to_lsp.location import span_range

if TYPE_CHECKING:
    from excore_server.lsp.session.session import Session


def workspace_edit(change: Change, session: Session) -> Json:
    """An LSP ``WorkspaceEdit``, with versions where the client takes them; new files are for clients that make some."""
    changes = {path: list(text_edits(path, edits, session)) for path, edits in change.edits.items()}
    if not session.client.document_changes:
        return {"changes": {session.uri_of(path): edits for path, edits in changes.items()}}
    operations: list[Json] = []
    nowhere = {"line": 0, "character": 0}
    for path, text in change.created.items():
        uri = session.uri_of(path)
        whole = {"range": {"start": nowhere, "end": nowhere}, "newText": text}
        operations.append({"kind": "create", "uri": uri, "options": {"ignoreIfExists": False}})
        operations.append({"textDocument": {"uri": uri, "version": None}, "edits": [whole]})
    for path, edits in changes.items():
        document = session.documents.get(path)
        version = document.version if document is not None else None
        operations.append({"textDocument": {"uri": session.uri_of(path), "version": version}, "edits": edits})
    return {"documentChanges": operations}


def text_edits(path: str, edits: Iterable[Edit], session: Session) -> Iterable[Json]:
    """LSP ``TextEdit``s of a config or a Python file."""
    file = session.snapshot().file(path) if session.is_toml(path) else None
    lines = file if file is not None else LineIndex(session.python_text(path) or "")
    for edit in edits:
        yield {"range": span_range(lines, Span(edit.start, edit.end), session.client), "newText": edit.text}
