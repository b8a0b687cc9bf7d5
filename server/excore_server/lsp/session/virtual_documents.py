"""Virtual documents that the client shows: it is told to ask again for those whose text is different now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from excore_server.lsp.transport.protocol import ExcoreProtocol, Refused

_PAUSE = 0.3
_MOST = 8  # nobody says when one is closed


class VirtualDocuments:
    """The texts that the client got, by uri."""

    def __init__(self, protocol: ExcoreProtocol) -> None:
        self._protocol = protocol
        self._texts: dict[str, str] = {}
        self._render: Callable[[str], str] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def add(self, uri: str, text: str, render: Callable[[str], str]) -> None:
        """The client got a text; ``render`` makes that of any uri anew, or raises ``Refused``."""
        self._texts[uri] = text
        self._render = render
        while len(self._texts) > _MOST:
            del self._texts[next(iter(self._texts))]

    def changed(self) -> None:
        """Something changed that they may depend on; they are looked at after a pause."""
        if self._texts and self._timer is None:
            self._timer = self._protocol.loop.call_later(_PAUSE, self._refresh)

    def _refresh(self) -> None:
        self._timer = None
        for uri, before in list(self._texts.items()):
            if self._render is not None and self._protocol.guarded("virtual documents", self._text, uri) != before:
                del self._texts[uri]  # until the client asks
                self._protocol.ask("workspace/textDocumentContent/refresh", {"uri": uri})

    def _text(self, uri: str) -> str:
        assert self._render is not None
        try:
            return self._render(uri)
        except Refused:  # the config is gone
            return ""
