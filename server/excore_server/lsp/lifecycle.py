"""From ``initialize`` to ``exit``. Apart from the features: their modules are not needed for the first answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Literal

from excore import __version__
from excore_server.lsp.capabilities import capabilities, python_registrations, registrations
from excore_server.lsp.client import read_features
from excore_server.lsp.protocol import Refused
from excore_server.lsp.session import Session
from excore_server.lsp.settings import TRACES

log = logging.getLogger(__name__)

NAME = "excore-server"


class Lifecycle:
    """The states of a connection; what arrives in the right one goes on to the handlers."""

    def __init__(self, session: Session, ended: Callable[[], None]) -> None:
        self.session = session
        self.ended = ended
        self.state: Literal["new", "running", "shut down"] = "new"
        self.parent: int | None = None
        self.exit_code = 0

    def admit(self, method: str) -> None:
        """Raises ``Refused`` for a request of the client that comes too early or too late."""
        if method == "initialize":
            if self.state != "new":
                raise Refused(-32600, "initialize comes once")
        elif self.state == "new":
            raise Refused(-32002, "the first request must be initialize")
        elif self.state == "shut down":
            raise Refused(-32600, "the server was shut down")

    def request(self, method: str, params: Any) -> Any:
        """The result of a request of the client. Raises ``Refused``."""
        if method == "initialize":
            self.state = "running"
            self.session.protocol.loop.call_soon(_handlers)
            return self.initialize(params)
        if method == "shutdown":
            self.state = "shut down"
            return None
        return _handlers().request(self.session, method, params)

    def notification(self, method: str, params: Any) -> None:
        """A notification of the client; before ``initialize`` and after ``shutdown`` only ``exit`` counts."""
        if method == "exit":
            self.exit_code = 0 if self.state == "shut down" else 1
            self.ended()
        elif self.state != "running":
            log.info("%s came too early or too late", method)
        elif method == "initialized":
            initialized(self.session)
        elif method == "$/setTrace":
            self._trace(getattr(params, "value", None))
        else:
            _handlers().notification(self.session, method, params)

    def _trace(self, value: object) -> None:
        value = getattr(value, "value", value)
        if isinstance(value, str) and value in TRACES:
            self.session.protocol.tracing = value

    def idle(self) -> None:
        """Nothing more has arrived."""
        self.session.publisher.idle()

    def initialize(self, params: Any) -> dict[str, Any]:
        """Note who the client is and what it can do; the result is what the server can do for it."""
        given: Mapping[str, Any] = params if isinstance(params, Mapping) else {}
        session = self.session
        info = given.get("clientInfo")
        name = str(info.get("name", "")) if isinstance(info, Mapping) else ""
        session.client_name = f"{name} {info.get('version', '')}".strip() if isinstance(info, Mapping) else ""
        offered = given.get("capabilities")
        session.client = read_features(offered if isinstance(offered, Mapping) else {}, name)
        parent = given.get("processId")
        self.parent = parent if isinstance(parent, int) and parent > 0 else None
        self._trace(given.get("trace"))
        session.configure(given.get("initializationOptions"))
        for uri in _folders(given):
            session.add_folder(uri)
        return {"capabilities": capabilities(session.client), "serverInfo": {"name": NAME, "version": __version__}}


def _handlers() -> ModuleType:
    """The features. They are loaded behind the first answer, which does not need them."""
    from excore_server.lsp import handlers

    return handlers


def _folders(given: Mapping[str, Any]) -> list[str]:
    folders = given.get("workspaceFolders")
    if isinstance(folders, list) and folders:
        return [one["uri"] for one in folders if isinstance(one, Mapping) and isinstance(one.get("uri"), str)]
    root = given.get("rootUri")
    return [root] if isinstance(root, str) else []


def initialized(session: Session) -> None:
    """Begin the work in the background, and ask the client for settings and for news of files."""
    session.start()
    watch_files(session)
    serve_python(session)
    fetch_settings(session)


def watch_files(session: Session, again: bool = False) -> None:
    """Have the client watch Python and TOML files below the folders of now; ``again`` if it already watches others."""
    wanted = registrations(session.client, [session.uri_of(folder) for folder in session.folders])
    if wanted and again:
        old = [{"id": one["id"], "method": one["method"]} for one in wanted]
        session.protocol.ask("client/unregisterCapability", {"unregisterations": old})
    if wanted:
        session.protocol.ask("client/registerCapability", {"registrations": wanted})


def serve_python(session: Session) -> None:
    """Have the client send its Python files, and ask about them."""
    wanted = python_registrations(session.client)
    if wanted:
        session.protocol.ask("client/registerCapability", {"registrations": wanted})


def fetch_settings(session: Session) -> None:
    """Ask the client for its settings, if it can be asked."""
    if session.client.configuration:
        session.protocol.ask(
            "workspace/configuration", {"items": [{"section": "excore"}]}, lambda found: _take(session, found)
        )


def _take(session: Session, found: object) -> None:
    if isinstance(found, list) and found and isinstance(found[0], Mapping):
        session.configure(found[0])
