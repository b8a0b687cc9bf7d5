"""What the client is asked for once it is ready: files to watch, Python documents, settings."""

from __future__ import annotations

from collections.abc import Mapping

from excore_server.lsp.session.server_capabilities import (
    project_file_registrations,
    python_registrations,
    registrations,
    settings_registrations,
)
from excore_server.lsp.session.session import Session


def initialized(session: Session) -> None:
    """Begin the work in the background, and ask the client for settings and for news of files."""
    session.start()
    watch_files(session)
    client = session.client
    if wanted := [
        *settings_registrations(client),
        *python_registrations(client),
        *project_file_registrations(client),
    ]:
        session.protocol.ask("client/registerCapability", {"registrations": wanted})
    fetch_settings(session)


def watch_files(session: Session, again: bool = False) -> None:
    """Have the client watch Python and TOML files below the folders of now; ``again`` if it already watches others."""
    wanted = registrations(session.client, [session.uri_of(folder) for folder in session.folders])
    if wanted and again:
        old = [{"id": one["id"], "method": one["method"]} for one in wanted]
        session.protocol.ask("client/unregisterCapability", {"unregisterations": old})
    if wanted:
        session.protocol.ask("client/registerCapability", {"registrations": wanted})


def fetch_settings(session: Session) -> None:
    """Ask the client for its settings, if it can be asked; of several folders each may have its own."""
    folders = list(session.folders) if len(session.folders) > 1 else []

    def configure(result: object) -> None:
        if isinstance(result, list) and result and all(each is None or isinstance(each, Mapping) for each in result):
            session.configure(result[0], dict(zip(folders, result[1:], strict=False)))

    if session.client.configuration:
        items = [{"section": "excore"}]
        items += [{"section": "excore", "scopeUri": session.uri_of(folder)} for folder in folders]
        session.protocol.ask("workspace/configuration", {"items": items}, configure)
