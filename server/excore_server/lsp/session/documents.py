"""Documents that the client has open."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from excore.index.python_files import MAX_SIZE
from excore.lang.source import MAX_BYTES
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

    A text that would not be read from the disk, for its size, is not kept: the document is ``too_large`` until the
    client sends another whole text, and the disk counts."""

    uri: str
    path: str
    version: int
    is_toml: bool
    text: str = ""
    touched: int = 0
    cache: DocumentCache | None = None
    too_large: bool = False

    @property
    def limit(self) -> int:
        """How long the text may be."""
        return MAX_BYTES if self.is_toml else MAX_SIZE

    def take(self, text: str, host: Host) -> None:
        """The client sends the whole text."""
        self._measure(len(text), host)
        if self.too_large:
            return
        if not self.is_toml:
            self.text = text
        elif self.path in host.open_files:
            host.replace(self.path, text)
        else:
            host.open(self.path, text)

    def _measure(self, length: int, host: Host) -> None:
        self.too_large = length > self.limit
        if self.too_large:
            self.text = ""
            host.close(self.path)
            log.warning("%s is larger than %g MB: its text is not read", self.path, self.limit / 1_000_000)

    def change(self, event: types.TextDocumentContentChangeEvent, host: Host, encoding: Encoding) -> None:
        """Apply one change, here or in the host."""
        where = getattr(event, "range", None)
        if where is None:
            self.take(event.text, host)
            return
        if self.too_large:
            return
        file = host.snapshot().file(self.path) if self.is_toml else None
        lines = file if file is not None else LineIndex(self.text)
        start = lines.offset(where.start.line, where.start.character, encoding)
        end = max(start, lines.offset(where.end.line, where.end.character, encoding))
        length = len(host.open_files[self.path].text if self.is_toml else self.text)
        self._measure(length - (end - start) + len(event.text), host)
        if self.too_large:
            return
        if self.is_toml:
            host.edit(self.path, start, end, event.text)
        else:
            self.text = self.text[:start] + event.text + self.text[end:]
