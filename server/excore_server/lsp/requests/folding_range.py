"""``textDocument/foldingRange``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore.lang.syntax.tree import Block
from excore_server.ide.folding_range import block_folds
from excore_server.lsp.session.document_cache import Template
from excore_server.lsp.session.session import Session

if TYPE_CHECKING:
    from lsprotocol import types


def folding_range(session: Session, params: types.FoldingRangeParams) -> Any:
    """``FoldingRange``s."""
    _, path, file = session.file(params.text_document.uri)
    return session.cache(path).folding_ranges.text(file.tree, (), _template)


def _template(block: Block) -> Template:
    folds = block_folds(block)
    text = ",".join([f'{{"startLine":%d,"endLine":%d,"kind":"{fold.kind}"}}' for fold in folds])
    return Template(text, tuple([line for fold in folds for line in (fold.first, fold.last)]))
