"""From ``initialize`` to ``exit``. Apart from the features: their modules are not needed for the first answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Literal

from excore import __version__
from excore_server.lsp.session.client_features import read_features
from excore_server.lsp.session.registration import initialized
from excore_server.lsp.session.server_capabilities import capabilities
from excore_server.lsp.session.session import Session
from excore_server.lsp.session.settings import TRACES
from excore_server.lsp.transport.protocol import ErrorCode, Refused

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
                raise Refused(ErrorCode.InvalidRequest, "initialize comes once")
        elif self.state == "new":
            raise Refused(ErrorCode.ServerNotInitialized, "the first request must be initialize")
        elif self.state == "shut down":
            raise Refused(ErrorCode.InvalidRequest, "the server was shut down")

    def request(self, method: str, params: Any) -> Any:
        """The result of a request of the client. Raises ``Refused``."""
        if method == "initialize":
            self.state = "running"
            self.session.protocol.loop.call_soon(_dispatch)
            return self.initialize(params)
        if method == "shutdown":
            self.state = "shut down"
            return None
        return _dispatch().request(self.session, method, params)

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
            _dispatch().notification(self.session, method, params)

    def _trace(self, value: object) -> None:
        value = getattr(value, "value", value)
        if isinstance(value, str) and value in TRACES:
            self.session.protocol.tracing = value

    def idle(self) -> None:
        """Nothing more has arrived."""
        self.session.publisher.idle()

    def initialize(self, params: Any) -> dict[str, Any]:
        """Note who the client is and what it can do; the result is what the server can do for it."""
        client: Mapping[str, Any] = params if isinstance(params, Mapping) else {}
        session = self.session
        info = client.get("clientInfo")
        name = str(info.get("name", "")) if isinstance(info, Mapping) else ""
        session.client_name = f"{name} {info.get('version', '')}".strip() if isinstance(info, Mapping) else ""
        offered = client.get("capabilities")
        session.client = read_features(offered if isinstance(offered, Mapping) else {}, name)
        parent = client.get("processId")
        self.parent = parent if isinstance(parent, int) and parent > 0 else None
        self._trace(client.get("trace"))
        session.initial_settings = client.get("initializationOptions")
        session.configure(None)
        for uri in _folders(client):
            session.add_folder(uri)
        return {
            "capabilities": capabilities(session.client, session.settings.format),
            "serverInfo": {"name": NAME, "version": __version__},
        }


def _dispatch() -> ModuleType:
    """The features. They are loaded behind the first answer, which does not need them."""
    from excore_server.lsp import dispatch

    return dispatch


def _folders(client: Mapping[str, Any]) -> list[str]:
    folders = client.get("workspaceFolders")
    if isinstance(folders, list) and folders:
        return [one["uri"] for one in folders if isinstance(one, Mapping) and isinstance(one.get("uri"), str)]
    root = client.get("rootUri")
    return [root] if isinstance(root, str) else []
