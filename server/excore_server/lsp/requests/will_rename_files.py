"""``workspace/willRenameFiles``: what names a config follows it."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from excore_server.ide.rename.will_rename_files import moved_files
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.workspace_edit import workspace_edit


def will_rename_files(session: Session, params: types.RenameFilesParams) -> Any:
    """A ``WorkspaceEdit``, or null."""
    paths = ((session.path_of(item.old_uri), session.path_of(item.new_uri)) for item in params.files)
    moves = [(old, new) for old, new in paths if old is not None and new is not None]
    change = moved_files(session.snapshot(), moves)
    return workspace_edit(change, session) if change else None
