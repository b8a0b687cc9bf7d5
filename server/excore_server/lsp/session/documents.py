"""Documents that the client has open."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from excore.index.python_files import MAX_SIZE
from excore.lang.source import excess
from excore.lang.text import Encoding, LineIndex
from excore.lang.workspace.host import Host

if TYPE_CHECKING:
    from lsprotocol import types

    from excore_server.lsp.session.document_cache import DocumentCache

log = logging.getLogger(__name__)


@dataclass
class OpenDocument:
    """``uri`` is spelled as the client does; ``touched`` is the number of its last change among all changes. ``text``
    is that of a Python file; the host has the text of a config.

    A text that would not be read from the disk, for its size, is not kept: ``excess`` says why until the client sends
    another whole text, and the disk counts."""

    uri: str
    path: str
    version: int
    is_toml: bool
    text: str = ""
    touched: int = 0
    cache: DocumentCache | None = None
    excess: str = ""

    def take(self, text: str, host: Host) -> None:
        """The client sends the whole text."""
        if self._exceeds(text, host):
            return
        if not self.is_toml:
            self.text = text
        elif self.path in host.open_files:
            host.replace(self.path, text)
        else:
            host.open(self.path, text)

    def _exceeds(self, text: str, host: Host) -> bool:
        self.excess = excess(text) if self.is_toml else excess(text, MAX_SIZE, MAX_SIZE)
        if self.excess:
            self.text = ""
            host.close(self.path)
            log.warning("%s is not read: %s", self.path, self.excess)
        return bool(self.excess)

    def change(self, event: types.TextDocumentContentChangeEvent, host: Host, encoding: Encoding) -> None:
        """Apply one change, here or in the host."""
        where = getattr(event, "range", None)
        if where is None:
            self.take(event.text, host)
            return
        if self.excess:
            return
        file = host.snapshot().file(self.path) if self.is_toml else None
        lines = file if file is not None else LineIndex(self.text)
        start = lines.offset(where.start.line, where.start.character, encoding)
        end = max(start, lines.offset(where.end.line, where.end.character, encoding))
        old = host.open_files[self.path].text if self.is_toml else self.text
        new = old[:start] + event.text + old[end:]
        if self._exceeds(new, host):
            return
        if self.is_toml:
            host.edit(self.path, start, end, event.text)
        else:
            self.text = new
