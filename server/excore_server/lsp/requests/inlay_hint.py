"""``textDocument/inlayHint``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from excore.tooling.diagnostics import Json
from excore_server.ide import inlay_hint as inlay
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import goal_location

if TYPE_CHECKING:
    from lsprotocol import types

HINT_SETTINGS: dict[str, inlay.HintKind] = {
    "variables": "variable",
    "bindings": "binding",
    "defaults": "default",
    "sharing": "shared",
}
"""What the settings below ``excore.inlayHints`` are called -> the kind of hint each turns on or off."""


def inlay_hint(session: Session, params: types.InlayHintParams) -> Any:
    """``InlayHint``s."""
    snapshot, path, file = session.file(params.text_document.uri)
    settings = session.settings_of(path).inlay_hints
    kinds = [kind for name, kind in HINT_SETTINGS.items() if settings.get(name, kind in inlay.USUAL)]
    result = []
    for hint in inlay.inlay_hints(snapshot, path, session.span(file, params.range), kinds):
        line, column = file.position(hint.offset, session.client.encoding)
        where = goal_location(hint.goal, session) if hint.goal is not None else None
        label = [{"value": hint.text, "location": where}] if where is not None else hint.text
        item: Json = {"position": {"line": line, "character": column}, "label": label, "paddingLeft": True}
        if hint.tooltip:
            item["tooltip"] = hint.tooltip
        result.append(item)
    return result
