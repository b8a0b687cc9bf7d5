"""``textDocument/codeLens``, of configs and of Python files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from excore.tooling.diagnostics import Json
from excore_server.ide import code_lens as lens
from excore_server.ide.locations import Goal
from excore_server.lsp.session.client_features import SHOW_REFERENCES
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.location import goal_location, python_range, span_range

if TYPE_CHECKING:
    from lsprotocol import types


def code_lens(session: Session, params: types.CodeLensParams) -> Any:
    """``CodeLens``es; none where they are turned off."""
    uri = params.text_document.uri
    if not session.settings_of(session.path_of(uri) or "").code_lens:
        return []
    python = session.python_path(uri)
    if python is not None:
        lenses = lens.python_lenses(session.snapshot(), session.host.project_of(python).root, python)
        return [_lens(python_range(one.location, session), one.text, one.goals, uri, session) for one in lenses]
    snapshot, path, file = session.file(uri)
    return [
        _lens(span_range(file, one.span, session.client), one.text, one.goals, uri, session)
        for one in lens.code_lenses(snapshot, path)
    ]


def _lens(where: Json, title: str, goals: Iterable[Goal], uri: str, session: Session) -> Json:
    """A lens that leads to what it speaks of where the client can show that."""
    command: Json = {"title": title, "command": ""}
    if session.client.shows_references:
        locations = [location for goal in goals if (location := goal_location(goal, session)) is not None]
        if locations:
            command = {"title": title, "command": SHOW_REFERENCES, "arguments": [uri, where["start"], locations]}
    return {"range": where, "command": command}
