"""``textDocument/signatureHelp``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore.lang.text import units
from excore.tooling.diagnostics import Json
from excore_server.ide import signature_help as signatures
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.markup import markup

if TYPE_CHECKING:
    from lsprotocol import types


def signature_help(session: Session, params: types.SignatureHelpParams) -> Any:
    """A ``SignatureHelp`` with one signature, or null."""
    snapshot, path, _, offset = session.at(params)
    help = signatures.signature_help(snapshot, path, offset, python=session.python(path))
    if help is None:
        return None
    markdown = session.client.signature_markdown

    def label(start: int, end: int) -> Any:
        if not session.client.label_offsets:
            return help.label[start:end]
        return [units(help.label[:offset], "utf-16") for offset in (start, end)]

    parameters = [
        {"label": label(start, end), "documentation": markup(doc, markdown)}
        for (start, end), doc in zip(help.parameters, help.docs, strict=True)
    ]
    signature: Json = {"label": help.label, "parameters": parameters}
    if help.documentation:
        signature["documentation"] = markup(help.documentation, markdown)
    active = {} if help.active is None else {"activeParameter": help.active}
    return {"signatures": [signature], "activeSignature": 0, **active}
