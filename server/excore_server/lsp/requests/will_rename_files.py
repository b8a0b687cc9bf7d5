"""``workspace/willRenameFiles``: what names a config follows it; ``willDeleteFiles``: who loses a base is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from excore_server.ide.rename.will_rename_files import moved_files, orphans
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.workspace_edit import workspace_edit

if TYPE_CHECKING:
    from lsprotocol import types

_MOST = 5


def will_rename_files(session: Session, params: types.RenameFilesParams) -> Any:
    """A ``WorkspaceEdit``, or null."""
    paths = ((session.path_of(item.old_uri), session.path_of(item.new_uri)) for item in params.files)
    moves = [(old, new) for old, new in paths if old is not None and new is not None]
    change = moved_files(session.snapshot(), moves)
    return workspace_edit(change, session) if change else None


def will_delete_files(session: Session, params: types.DeleteFilesParams) -> Any:
    """Null; the client shows which configs lose a base."""
    paths = [path for item in params.files if (path := session.path_of(item.uri)) is not None]
    snapshot = session.snapshot()
    losing = orphans(snapshot, paths)
    if losing:
        names = [os.path.relpath(path, snapshot.project(path).root).replace(os.sep, "/") for path in losing[:_MOST]]
        more = f" and {len(losing) - _MOST} more" if len(losing) > _MOST else ""
        message = f"{len(losing)} config{'s lose' if len(losing) > 1 else ' loses'} a base: {', '.join(names)}{more}"
        session.protocol.notify("window/showMessage", {"type": 2, "message": message})
    return None
