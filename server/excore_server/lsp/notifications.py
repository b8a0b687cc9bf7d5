"""What the notifications of the client do."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from excore.lang.project.foreign import is_hidden
from excore.lang.source import folders_below
from excore_server.lsp.session.registration import fetch_settings, watch_files
from excore_server.lsp.session.session import Session

if TYPE_CHECKING:
    from lsprotocol import types


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """The client has a document open."""
    session.open(params.text_document)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """An open document was edited."""
    session.edit(params.text_document.uri, params.text_document.version, params.content_changes)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """The client let go of a document."""
    session.close(params.text_document.uri)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """The client wrote a document to disk."""
    path = session.path_of(params.text_document.uri)
    session.files_changed([] if path is None else [path])


def did_change_watched_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """Files were created, written or deleted."""
    paths = (session.path_of(change.uri) for change in params.changes)
    session.files_changed(dict.fromkeys(path for path in paths if path is not None and os.path.isabs(path)))


def did_rename_files(session: Session, params: types.RenameFilesParams) -> None:
    """Files have moved; those in a folder are found again by looking."""
    paths: dict[str, None] = {}
    for uri in (uri for item in params.files for uri in (item.old_uri, item.new_uri)):
        path = session.path_of(uri)
        if path is not None:
            paths[path] = None
            paths.update(dict.fromkeys(_below(path)))
    session.files_changed(paths)


def _below(folder: str) -> Iterable[str]:
    for here, names in folders_below(folder, is_hidden):
        yield from (os.path.join(here, name) for name in names if name.endswith((".toml", ".py")))


def did_change_workspace_folders(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Folders were added to the workspace or removed from it."""
    for folder in params.event.removed:
        session.remove_folder(folder.uri)
    for folder in params.event.added:
        session.add_folder(folder.uri)
    watch_files(session, again=True)
    fetch_settings(session)


def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    """Settings have changed; they are asked for where the client can be asked."""
    if session.client.configuration:
        fetch_settings(session)
    else:
        session.configure(params.settings)
