"""Requests that change files: code actions, formatting, and configs that move."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from lsprotocol import types

from excore.lang.text import Span
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import Json
from excore_server.ide.code_action.code_action import FIX_ALL, Action, can_fix_all, fix_all, quick_fixes, wanted_kind
from excore_server.ide.code_action.quick_fix import QUICK_FIX
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.ide.formatting import format_file
from excore_server.ide.refactor.refactor import refactors
from excore_server.ide.rename.will_rename_files import moved_files
from excore_server.lsp import shapes
from excore_server.lsp.protocol import Refused
from excore_server.lsp.session import Session

CHANGED_MEANWHILE = -32801
UNASKED = (QUICK_FIX, "source")
"""What is looked for while the cursor moves; what else could be done is for those who ask."""


def code_action(session: Session, params: types.CodeActionParams) -> Any:
    """What is offered at a range, of the kinds that are asked for; edits come later where the client takes them so."""
    snapshot, path, file = session.file(params.text_document.uri)
    only = None if params.context.only is None else tuple(str(_value(kind)) for kind in params.context.only)
    if only is None and params.context.trigger_kind == types.CodeActionTriggerKind.Automatic:
        only = UNASKED
    span = _span(session, file, params.range)
    found: list[Json] = []
    for action in _offered(session, path, span, only):
        made: Json = {"title": action.title, "kind": action.kind}
        if action.problem is not None:
            made["diagnostics"] = list(_mended(action, params.context.diagnostics))
        if action.preferred and session.client.preferred_actions:
            made["isPreferred"] = True
        if session.client.lazy_actions:
            version = session.documents[path].version if path in session.documents else None
            made["data"] = [params.text_document.uri, version, span.start, span.end, action.kind, action.title]
        else:
            made["edit"] = shapes.workspace_edit(action.change, session)
        found.append(made)
    if wanted_kind(FIX_ALL, only) and can_fix_all(snapshot, path):
        whole: Json = {"title": "Fix all problems that have only one fix", "kind": FIX_ALL}
        if session.client.lazy_actions:
            version = session.documents[path].version if path in session.documents else None
            whole["data"] = [params.text_document.uri, version, 0, 0, FIX_ALL, ""]
        else:
            whole["edit"] = shapes.workspace_edit(fix_all(snapshot, path), session)
        found.append(whole)
    return found


def resolve_code_action(session: Session, params: types.CodeAction) -> Any:
    """The action with its edit. Refused where the document is not what it was."""
    data = params.data
    if not isinstance(data, list) or len(data) != 6 or not isinstance(data[0], str):
        raise Refused(-32602, "this code action is not from here")
    uri, version, start, end, kind, title = data
    snapshot, path, _ = session.file(uri)
    now = session.documents[path].version if path in session.documents else None
    change: Change | None = None
    if version == now:
        if kind == FIX_ALL:
            change = fix_all(snapshot, path)
        else:
            actions = _offered(session, path, Span(int(start), int(end)), (str(kind),))
            change = next((action.change for action in actions if action.title == title), None)
    if change is None:
        raise Refused(CHANGED_MEANWHILE, "the document has changed meanwhile")
    made: Json = {"title": params.title, "edit": shapes.workspace_edit(change, session), "data": data}
    if params.kind is not None:
        made["kind"] = str(_value(params.kind))
    if params.is_preferred is not None:
        made["isPreferred"] = params.is_preferred
    return made


def _offered(session: Session, path: str, span: Span, only: tuple[str, ...] | None) -> Iterable[Action]:
    snapshot = session.snapshot()
    if wanted_kind(QUICK_FIX, only):
        yield from quick_fixes(snapshot, path, span)
    for action in refactors(snapshot, path, span, only):
        if not action.change.created or session.client.creates_files:
            yield action


def _mended(action: Action, known: Iterable[types.Diagnostic]) -> Iterable[Json]:
    """The client's own diagnostics that an action takes away, as they were sent to it."""
    assert action.problem is not None
    for item in known:
        if item.code == action.problem.code and item.message == action.problem.message:
            start, end = item.range.start, item.range.end
            yield {
                "range": {
                    "start": {"line": start.line, "character": start.character},
                    "end": {"line": end.line, "character": end.character},
                },
                "severity": _value(item.severity),
                "code": item.code,
                "source": item.source,
                "message": item.message,
            }


def _value(kind: Any) -> Any:
    return getattr(kind, "value", kind)


def _span(session: Session, file: File, where: types.Range) -> Span:
    encoding = session.client.encoding
    start = file.offset(where.start.line, where.start.character, encoding)
    return Span(start, max(start, file.offset(where.end.line, where.end.character, encoding)))


# Formatting


def formatting(session: Session, params: types.DocumentFormattingParams) -> Any:
    return _formatted(session, params.text_document.uri, params.options, lambda file: None)


def range_formatting(session: Session, params: types.DocumentRangeFormattingParams) -> Any:
    return _formatted(
        session, params.text_document.uri, params.options, lambda file: _span(session, file, params.range)
    )


def _formatted(
    session: Session, uri: str, options: types.FormattingOptions, where: Callable[[File], Span | None]
) -> Any:
    """Edits that lay a config out; null where it is no TOML. Only configs are touched, no other TOML files."""
    snapshot, path, file = session.file(uri)
    if not snapshot.is_judged(path):
        return None
    indent = " " * max(1, options.tab_size) if options.insert_spaces else "\t"
    edits = format_file(file, where(file), indent)
    return None if edits is None else list(shapes.text_edits(path, edits, session))


# Files that move


def will_rename_files(session: Session, params: types.RenameFilesParams) -> Any:
    moves = []
    for item in params.files:
        old, new = session.path_of(item.old_uri), session.path_of(item.new_uri)
        if old is not None and new is not None:
            moves.append((old, new))
    change = moved_files(session.snapshot(), moves)
    return shapes.workspace_edit(change, session) if change else None


def did_rename_files(session: Session, params: types.RenameFilesParams) -> None:
    """Files have moved; those in a folder are found again by looking."""
    paths: dict[str, None] = {}
    for item in params.files:
        for uri in (item.old_uri, item.new_uri):
            path = session.path_of(uri)
            if path is not None:
                paths[path] = None
                if os.path.isdir(path):
                    paths.update(dict.fromkeys(_below(path)))
    session.files_changed(paths)


def _below(folder: str) -> Iterable[str]:
    for here, _, names in os.walk(folder):
        yield from (os.path.join(here, name) for name in names if name.endswith((".toml", ".py")))


REQUESTS: dict[str, Callable[[Session, Any], Any]] = {
    types.TEXT_DOCUMENT_CODE_ACTION: code_action,
    types.CODE_ACTION_RESOLVE: resolve_code_action,
    types.TEXT_DOCUMENT_FORMATTING: formatting,
    types.TEXT_DOCUMENT_RANGE_FORMATTING: range_formatting,
    types.WORKSPACE_WILL_RENAME_FILES: will_rename_files,
}
NOTIFICATIONS: dict[str, Callable[[Session, Any], None]] = {types.WORKSPACE_DID_RENAME_FILES: did_rename_files}
