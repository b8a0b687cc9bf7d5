"""Answers about whole files on their way to the client: outlines, colours, hints, edits. Plain JSON, as ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from excore.lang.text import LineIndex, units
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import Json
from excore_server.ide.code_lens import Lens, PythonLens
from excore_server.ide.document_symbol import Symbol
from excore_server.ide.edits import Edit
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.ide.inlay_hint import Hint
from excore_server.ide.locations import Goal
from excore_server.ide.occurrences import Occurrence
from excore_server.ide.signature_help import SignatureHelp
from excore_server.ide.workspace_symbol import WorkspaceSymbol as Found
from excore_server.lsp.client import SHOW_REFERENCES, ClientFeatures
from excore_server.lsp.convert import goal_location, markup, python_range, span_range
from excore_server.lsp.kept import symbol_kinds
from excore_server.lsp.session import Session

_READ, _WRITE = 2, 3


def flat_symbols(
    found: Iterable[Symbol], file: File, uri: str, client: ClientFeatures, container: str = ""
) -> list[Json]:
    """LSP ``SymbolInformation``s, for clients that know no trees."""
    made: list[Json] = []
    for one in found:
        location = {"uri": uri, "range": span_range(file, one.whole, client)}
        made.append(
            {"name": one.name, "kind": symbol_kinds(client)[one.kind], "location": location, "containerName": container}
        )
        made += flat_symbols(one.children, file, uri, client, one.name)
    return made


def workspace_symbols(found: Iterable[Found], session: Session) -> list[Json]:
    """LSP ``SymbolInformation``s."""
    placed = ((one, goal_location(one.goal, session)) for one in found)
    return [
        {
            "name": one.name,
            "kind": symbol_kinds(session.client)[one.kind],
            "location": place,
            "containerName": one.container,
        }
        for one, place in placed
        if place is not None
    ]


def hints(found: Iterable[Hint], file: File, client: ClientFeatures) -> list[Json]:
    """LSP ``InlayHint``s."""
    made = []
    for one in found:
        line, column = file.position(one.offset, client.encoding)
        hint: Json = {"position": {"line": line, "character": column}, "label": one.text, "paddingLeft": True}
        if one.tooltip:
            hint["tooltip"] = one.tooltip
        made.append(hint)
    return made


def lenses(found: Iterable[Lens], file: File, uri: str, session: Session) -> list[Json]:
    """LSP ``CodeLens``es of a config."""
    return [_lens(span_range(file, one.span, session.client), one.text, one.goals, uri, session) for one in found]


def python_lenses(found: Iterable[PythonLens], uri: str, session: Session) -> list[Json]:
    """LSP ``CodeLens``es of a Python file."""
    return [_lens(python_range(one.location, session), one.text, one.goals, uri, session) for one in found]


def _lens(where: Json, title: str, goals: Iterable[Goal], uri: str, session: Session) -> Json:
    """A lens that leads to what it speaks of where the client can show that."""
    command: Json = {"title": title, "command": ""}
    if session.client.shows_references:
        places = [place for goal in goals if (place := goal_location(goal, session)) is not None]
        if places:
            command = {"title": title, "command": SHOW_REFERENCES, "arguments": [uri, where["start"], places]}
    return {"range": where, "command": command}


def places(found: Iterable[Occurrence], session: Session) -> list[Json]:
    """LSP ``Location``s."""
    snapshot = session.snapshot()
    files = ((one, snapshot.file(one.path)) for one in found)
    return [
        {"uri": session.uri_of(one.path), "range": span_range(file, one.span, session.client)}
        for one, file in files
        if file is not None
    ]


def highlights(found: Iterable[Occurrence], file: File, client: ClientFeatures) -> list[Json]:
    """LSP ``DocumentHighlight``s."""
    return [{"range": span_range(file, one.span, client), "kind": _WRITE if one.definition else _READ} for one in found]


def workspace_edit(found: Change, session: Session) -> Json:
    """An LSP ``WorkspaceEdit``, with versions where the client takes them; new files are for clients that make some."""
    changes = {path: list(text_edits(path, edits, session)) for path, edits in found.edits.items()}
    if not session.client.document_changes:
        return {"changes": {session.uri_of(path): edits for path, edits in changes.items()}}
    made: list[Json] = []
    nowhere = {"line": 0, "character": 0}
    for path, text in found.created.items():
        uri = session.uri_of(path)
        whole = {"range": {"start": nowhere, "end": nowhere}, "newText": text}
        made.append({"kind": "create", "uri": uri, "options": {"ignoreIfExists": False}})
        made.append({"textDocument": {"uri": uri, "version": None}, "edits": [whole]})
    for path, edits in changes.items():
        document = session.documents.get(path)
        version = document.version if document is not None else None
        made.append({"textDocument": {"uri": session.uri_of(path), "version": version}, "edits": edits})
    return {"documentChanges": made}


def text_edits(path: str, edits: Iterable[Edit], session: Session) -> Iterable[Json]:
    """LSP ``TextEdit``s of a config or a Python file."""
    encoding = session.client.encoding
    file = session.snapshot().file(path) if session.is_toml(path) else None
    lines = file if file is not None else LineIndex(session.python_text(path) or "")
    for one in edits:
        (line, column), (last, until) = lines.position(one.start, encoding), lines.position(one.end, encoding)
        where = {"start": {"line": line, "character": column}, "end": {"line": last, "character": until}}
        yield {"range": where, "newText": one.text}


def signature_help(found: SignatureHelp, client: ClientFeatures) -> Json:
    """An LSP ``SignatureHelp``."""

    def place(offset: int) -> int:
        return units(found.label[:offset], "utf-16")

    parameters: Sequence[Json] = [
        {
            "label": [place(start), place(end)] if client.label_offsets else found.label[start:end],
            "documentation": markup(doc, client.signature_markdown),
        }
        for (start, end), doc in zip(found.parameters, found.docs, strict=True)
    ]
    one: Json = {"label": found.label, "parameters": parameters}
    if found.documentation:
        one["documentation"] = markup(found.documentation, client.signature_markdown)
    help: Json = {"signatures": [one], "activeSignature": 0}
    if found.active is not None:
        help["activeParameter"] = found.active
    return help
