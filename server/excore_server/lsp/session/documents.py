"""Documents that the client has open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from excore.lang.text import Encoding, LineIndex
from excore.lang.workspace.host import Host

if TYPE_CHECKING:
    from lsprotocol import types

    from excore_server.lsp.session.document_cache import DocumentCache


@dataclass
class OpenDocument:
    """``uri`` is spelled as the client does; ``touched`` is the number of its last change among all changes. ``text``
    is that of a Python file; the host has the text of a config."""

    uri: str
    path: str
    version: int
    is_toml: bool
    text: str = ""
    touched: int = 0
    cache: DocumentCache | None = None

    def change(self, event: types.TextDocumentContentChangeEvent, host: Host, encoding: Encoding) -> None:
        """Apply one change, here or in the host."""
        where = getattr(event, "range", None)
        if where is None:
            if self.is_toml:
                host.replace(self.path, event.text)
            else:
                self.text = event.text
            return
        file = host.snapshot().file(self.path) if self.is_toml else None
        lines = file if file is not None else LineIndex(self.text)
        start = lines.offset(where.start.line, where.start.character, encoding)
        end = max(start, lines.offset(where.end.line, where.end.character, encoding))
        if self.is_toml:
            host.edit(self.path, start, end, event.text)
        else:
            self.text = self.text[:start] + event.text + self.text[end:]
