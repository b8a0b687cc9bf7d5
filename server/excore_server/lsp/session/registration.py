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
    """Ask the client for its settings, if it can be asked."""

    def configure(result: object) -> None:
        if isinstance(result, list) and result and (result[0] is None or isinstance(result[0], Mapping)):
            session.configure(result[0])

    if session.client.configuration:
        session.protocol.ask("workspace/configuration", {"items": [{"section": "excore"}]}, configure)
