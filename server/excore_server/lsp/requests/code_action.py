"""``textDocument/codeAction`` and ``codeAction/resolve``."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from excore.lang.text import Span
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import Json
from excore_server.ide.code_action.code_action import FIX_ALL, Action, can_fix_all, fix_all, quick_fixes, wanted_kind
from excore_server.ide.code_action.quick_fix import QUICK_FIX
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.ide.refactor.refactor import refactors
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.workspace_edit import workspace_edit
from excore_server.lsp.transport.protocol import ErrorCode, Refused

if TYPE_CHECKING:
    from lsprotocol import types

_DATA = [[str, version, int, int, str, str] for version in (int, type(None))]
_BY_ITSELF = 2
AUTOMATIC = (QUICK_FIX, "source")
"""What is looked for while the cursor moves; what else could be done is for those who ask."""


def code_action(session: Session, params: types.CodeActionParams) -> Any:
    """What is offered at a range, of the kinds that are asked for; edits come later where the client takes them so."""
    uri = params.text_document.uri
    snapshot, path, file = session.file(uri)
    only = None if params.context.only is None else tuple(map(str, params.context.only))
    if only is None and params.context.trigger_kind == _BY_ITSELF:
        only = AUTOMATIC
    span = session.span(file, params.range)
    result: list[Json] = []
    for action in _actions(session, path, span, only):
        item: Json = {"title": action.title, "kind": action.kind}
        if action.problem is not None:
            item["diagnostics"] = list(_fixed(action, params.context.diagnostics, session, file))
        if action.preferred and session.client.preferred_actions:
            item["isPreferred"] = True
        if session.client.lazy_actions:
            item["data"] = [uri, _version(session, path), span.start, span.end, action.kind, _identity(action.change)]
        else:
            item["edit"] = workspace_edit(action.change, session)
        result.append(item)
    if wanted_kind(FIX_ALL, only) and can_fix_all(snapshot, path):
        item = {"title": "Fix all problems that have only one fix", "kind": FIX_ALL}
        if session.client.lazy_actions:
            item["data"] = [uri, _version(session, path), 0, 0, FIX_ALL, ""]
        else:
            item["edit"] = workspace_edit(fix_all(snapshot, path), session)
        result.append(item)
    return result


def resolve(session: Session, params: types.CodeAction) -> Any:
    """The action with its edit. Raises ``Refused`` where the document is not what it was."""
    data = params.data
    if not isinstance(data, list) or [type(part) for part in data] not in _DATA:
        raise Refused(ErrorCode.InvalidParams, "this code action is not from here")
    uri, version, start, end, kind, identity = data
    snapshot, path, _ = session.file(uri)
    change: Change | None = None
    if version == _version(session, path):
        if kind == FIX_ALL:
            change = fix_all(snapshot, path)
        else:
            actions = _actions(session, path, Span(start, end), (kind,))
            change = next((one.change for one in actions if _identity(one.change) == identity), None)
    if change is None:
        raise Refused(ErrorCode.ContentModified, "the document has changed meanwhile")
    item: Json = {"title": params.title, "edit": workspace_edit(change, session), "data": data}
    if params.kind is not None:
        item["kind"] = params.kind
    if params.is_preferred is not None:
        item["isPreferred"] = params.is_preferred
    return item


def _version(session: Session, path: str) -> int | None:
    return session.documents[path].version if path in session.documents else None


def _actions(session: Session, path: str, span: Span, only: tuple[str, ...] | None) -> Iterable[Action]:
    snapshot = session.snapshot()
    if wanted_kind(QUICK_FIX, only):
        yield from quick_fixes(snapshot, path, span)
    for action in refactors(snapshot, path, span, only):
        if not action.change.created or session.client.creates_files:
            yield action


def _identity(change: Change) -> str:
    """What tells an action from all others of its kind: titles are alike where one name is misspelt in many places."""
    return sha256(repr((sorted(change.edits.items()), sorted(change.created.items()))).encode()).hexdigest()


def _fixed(action: Action, diagnostics: Iterable[types.Diagnostic], session: Session, file: File) -> Iterable[Json]:
    """The client's own diagnostics that an action takes away, as they were sent to it."""
    assert action.problem is not None
    place = file.absolute(action.problem.origin)
    for item in diagnostics:
        same = item.code == action.problem.code and item.message == action.problem.message
        if same and session.span(file, item.range).start == place.start:
            start, end = item.range.start, item.range.end
            yield {
                "range": {
                    "start": {"line": start.line, "character": start.character},
                    "end": {"line": end.line, "character": end.character},
                },
                "severity": item.severity,
                "code": item.code,
                "source": item.source,
                "message": item.message,
            }
