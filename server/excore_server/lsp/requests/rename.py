"""``textDocument/prepareRename`` and ``textDocument/rename``, in configs and from Python files."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from excore.lang.text import LineIndex
from excore.lang.workspace.host import File
from excore_server.ide.rename import rename as ide
from excore_server.ide.rename.python_names import PythonSources, RenameError
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import span_range
from excore_server.lsp.to_lsp.workspace_edit import workspace_edit
from excore_server.lsp.transport.protocol import ErrorCode, Refused

if TYPE_CHECKING:
    from lsprotocol import types

LONGEST_RENAME = 5.0
"""Seconds after which no more Python is read for a rename."""


def prepare_rename(session: Session, params: types.PrepareRenameParams) -> Any:
    """What would be renamed: its range and its name, or null. Raises ``Refused`` with the reason why it cannot be."""
    python = session.python_path(params.text_document.uri)
    try:
        if python is None:
            snapshot, path, file, offset = session.at(params)
            return _renamable(ide.prepare_rename(snapshot, path, offset), file, session)
        lines, offset = _python_offset(session, python, params.position)
        root, sources = session.host.project_of(python).root, _python_sources(session, python)
        subject = ide.prepare_rename_in_python(session.snapshot(), root, python, offset, sources)
        return None if subject is None else _renamable(subject, lines, session)
    except RenameError as reason:
        raise Refused(ErrorCode.RequestFailed, str(reason)) from reason


def _renamable(subject: ide.RenameSubject, lines: File | LineIndex, session: Session) -> Any:
    return {"range": span_range(lines, subject.span, session.client), "placeholder": subject.name}


def rename(session: Session, params: types.RenameParams) -> Any:
    """A ``WorkspaceEdit``, or null. Raises ``Refused`` with the reason why it cannot be renamed so."""
    python = session.python_path(params.text_document.uri)
    try:
        if python is None:
            snapshot, path, _, offset = session.at(params)
            sources = _python_sources(session, path)
            return workspace_edit(ide.rename(snapshot, path, offset, params.new_name, sources), session)
        _, offset = _python_offset(session, python, params.position)
        root, sources = session.host.project_of(python).root, _python_sources(session, python)
        change = ide.rename_in_all(session.snapshot(), root, python, offset, params.new_name, sources)
    except RenameError as reason:
        raise Refused(ErrorCode.RequestFailed, str(reason)) from reason
    return None if change is None else workspace_edit(change, session)


def _python_sources(session: Session, path: str) -> PythonSources:
    return PythonSources(session.python_modules(path), session.python_text, monotonic() + LONGEST_RENAME)


def _python_offset(session: Session, path: str, position: types.Position) -> tuple[LineIndex, int]:
    lines = LineIndex(session.python_text(path) or "")
    return lines, lines.offset(position.line, position.character, session.client.encoding)
