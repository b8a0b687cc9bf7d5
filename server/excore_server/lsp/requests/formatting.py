"""``textDocument/formatting`` and ``textDocument/rangeFormatting``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore_server.ide.formatting import format_file
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.workspace_edit import text_edits

if TYPE_CHECKING:
    from lsprotocol import types


def formatting(session: Session, params: types.DocumentFormattingParams | types.DocumentRangeFormattingParams) -> Any:
    """Edits that lay a config out; null where it is no TOML, or where that is turned off. Only configs are touched, no
    other TOML files."""
    snapshot, path, file = session.file(params.text_document.uri)
    if not session.settings_of(path).format or not snapshot.is_judged(path):
        return None
    options = params.options
    indent = " " * max(1, options.tab_size) if options.insert_spaces else "\t"
    where = getattr(params, "range", None)
    edits = format_file(file, None if where is None else session.span(file, where), indent)
    return None if edits is None else list(text_edits(path, edits, session))
