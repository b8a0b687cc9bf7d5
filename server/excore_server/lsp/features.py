"""Requests about configs, each a few lines: parameters -> session -> snapshot -> feature -> plain JSON.

What a feature answers is decided in ``ide``; how that looks on the wire in ``convert`` and ``shapes``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic
from typing import Any

from lsprotocol import types

from excore.lang.text import LineIndex, Span
from excore.lang.workspace.host import File
from excore_server.ide import code_lens as lens
from excore_server.ide import inlay_hint as inlay
from excore_server.ide import references
from excore_server.ide.completion.complete import complete
from excore_server.ide.completion.documentation import documentation
from excore_server.ide.declaration import declaration as find_declaration
from excore_server.ide.definition import definition as find_definition
from excore_server.ide.document_highlight import document_highlights
from excore_server.ide.document_link import document_links
from excore_server.ide.document_symbol import document_symbols
from excore_server.ide.edits import WorkspaceEdit as Change
from excore_server.ide.hover import hover as describe
from excore_server.ide.implementation import implementation as find_implementation
from excore_server.ide.rename import rename
from excore_server.ide.rename.python_names import PythonSources, RenameError
from excore_server.ide.selection_range import selection_range as ranges_around
from excore_server.ide.signature_help import signature_help as find_signature
from excore_server.ide.type_definition import type_definition as find_type_definition
from excore_server.ide.workspace_symbol import workspace_symbols
from excore_server.lsp import convert, kept, shapes
from excore_server.lsp.protocol import Refused
from excore_server.lsp.session import Session

Handler = Callable[[Session, Any], Any]
HINT_SETTINGS: dict[str, inlay.HintKind] = {
    "variables": "variable",
    "bindings": "binding",
    "defaults": "default",
    "sharing": "shared",
}
"""What the settings below ``excore.inlayHints`` are called -> the kind of hint each turns on or off."""
LONGEST_RENAME = 5.0
"""Seconds after which no more Python is read for a rename."""


# While typing


def completion(session: Session, params: types.CompletionParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    python, snippets = session.python(path), session.client.snippets
    found = complete(snapshot, path, offset, python=python, environment=os.environ, snippets=snippets)
    return convert.completion_list(found, file, params.text_document.uri, session.client)


def resolve_completion(session: Session, params: Any) -> Any:
    """The item as it came, with its documentation: ``data`` is the uri of the document and the key of the item."""
    data = params.get("data") if isinstance(params, dict) else None
    if not isinstance(data, list) or not all(isinstance(part, str) for part in data) or len(data) < 2:
        return params
    snapshot, path, _ = session.file(data[0])
    text = documentation(snapshot, path, tuple(data[1:]), python=session.python(path))
    return {**params, "documentation": convert.markup(text, session.client.markdown_items)} if text else params


def signature_help(session: Session, params: types.SignatureHelpParams) -> Any:
    snapshot, path, _, offset = session.cursor(params.text_document.uri, params.position)
    found = find_signature(snapshot, path, offset)
    return None if found is None else shapes.signature_help(found, session.client)


# What is this, and where


def hover(session: Session, params: types.HoverParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    found = describe(snapshot, path, offset, python=session.python(path))
    return None if found is None else convert.hover(found, file, snapshot.project(path).root, session.client)


def definition(session: Session, params: types.DefinitionParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    found = find_definition(snapshot, path, offset, python=session.python(path))
    return convert.jumps(found, file, session, session.client.definition_links)


def declaration(session: Session, params: types.DeclarationParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    found = find_declaration(snapshot, path, offset)
    return convert.jumps(found, file, session, session.client.declaration_links)


def type_definition(session: Session, params: types.TypeDefinitionParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    found = find_type_definition(snapshot, path, offset)
    return convert.jumps(found, file, session, session.client.type_definition_links)


def implementation(session: Session, params: types.ImplementationParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    found = find_implementation(snapshot, path, offset)
    return convert.jumps(found, file, session, session.client.implementation_links)


def find_references(session: Session, params: types.ReferenceParams) -> Any:
    path = session.path_of(params.text_document.uri)
    if path is not None and not session.is_toml(path):
        root = session.host.project_of(path).root
        found = references.class_references(session.snapshot(), root, path, params.position.line)
        return shapes.places(found, session)
    snapshot, path, _, offset = session.cursor(params.text_document.uri, params.position)
    declared = params.context.include_declaration
    return shapes.places(references.references(snapshot, path, offset, declaration=declared), session)


def document_highlight(session: Session, params: types.DocumentHighlightParams) -> Any:
    snapshot, path, file, offset = session.cursor(params.text_document.uri, params.position)
    return shapes.highlights(document_highlights(snapshot, path, offset), file, session.client)


# The whole file


def document_symbol(session: Session, params: types.DocumentSymbolParams) -> Any:
    snapshot, path, file = session.file(params.text_document.uri)
    if session.client.symbol_tree:
        return kept.outline(session.kept(path), snapshot, file, session.client)
    return shapes.flat_symbols(document_symbols(snapshot, path), file, params.text_document.uri, session.client)


def workspace_symbol(session: Session, params: types.WorkspaceSymbolParams) -> Any:
    return shapes.workspace_symbols(workspace_symbols(session.snapshot(), params.query), session)


def folding_range(session: Session, params: types.FoldingRangeParams) -> Any:
    _, path, file = session.file(params.text_document.uri)
    return kept.folds(session.kept(path), file)


def selection_range(session: Session, params: types.SelectionRangeParams) -> Any:
    made = []
    for position in params.positions:
        snapshot, path, file, offset = session.cursor(params.text_document.uri, position)
        around: dict[str, Any] | None = None
        for span in reversed(ranges_around(snapshot, path, offset)):
            where = convert.span_range(file, span, session.client)
            around = {"range": where} if around is None else {"range": where, "parent": around}
        made.append(around)
    return made


def document_link(session: Session, params: types.DocumentLinkParams) -> Any:
    snapshot, path, file = session.file(params.text_document.uri)
    return [
        {"range": convert.span_range(file, link.span, session.client), "target": session.uri_of(link.target)}
        for link in document_links(snapshot, path)
    ]


def tokens_full(session: Session, params: types.SemanticTokensParams) -> Any:
    snapshot, path, file = session.file(params.text_document.uri)
    return session.kept(path).colours.full(snapshot, file, session.client.encoding)


def tokens_delta(session: Session, params: types.SemanticTokensDeltaParams) -> Any:
    snapshot, path, file = session.file(params.text_document.uri)
    return session.kept(path).colours.delta(snapshot, file, session.client.encoding, params.previous_result_id)


def tokens_range(session: Session, params: types.SemanticTokensRangeParams) -> Any:
    snapshot, path, file = session.file(params.text_document.uri)
    within = _span(session, file, params.range)
    return session.kept(path).colours.range(snapshot, file, session.client.encoding, within)


def inlay_hint(session: Session, params: types.InlayHintParams) -> Any:
    snapshot, path, file = session.file(params.text_document.uri)
    wanted = session.settings.inlay_hints
    kinds = [kind for name, kind in HINT_SETTINGS.items() if wanted.get(name, kind in inlay.USUAL)]
    found = inlay.inlay_hints(snapshot, path, _span(session, file, params.range), kinds)
    return shapes.hints(found, file, session.client)


def code_lens(session: Session, params: types.CodeLensParams) -> Any:
    uri = params.text_document.uri
    path = session.path_of(uri)
    if path is not None and not session.is_toml(path):
        root = session.host.project_of(path).root
        return shapes.python_lenses(lens.python_lenses(session.snapshot(), root, path), uri, session)
    snapshot, path, file = session.file(uri)
    return shapes.lenses(lens.code_lenses(snapshot, path), file, uri, session)


def _span(session: Session, file: File, where: types.Range) -> Span:
    encoding = session.client.encoding
    start = file.offset(where.start.line, where.start.character, encoding)
    return Span(start, max(start, file.offset(where.end.line, where.end.character, encoding)))


# Changes


def prepare_rename(session: Session, params: types.PrepareRenameParams) -> Any:
    uri = params.text_document.uri
    path = session.path_of(uri)
    try:
        if path is not None and not session.is_toml(path):
            lines, offset = _python_place(session, path, params.position)
            root, python = session.host.project_of(path).root, _python_sources(session, path)
            found = rename.prepare_rename_in_python(session.snapshot(), root, path, offset, python)
            return None if found is None else _renamable(found, lines, session)
        snapshot, path, file, offset = session.cursor(uri, params.position)
        return _renamable(rename.prepare_rename(snapshot, path, offset), file, session)
    except RenameError as reason:
        raise Refused(-32803, str(reason)) from reason


def _renamable(subject: rename.RenameSubject, lines: File | LineIndex, session: Session) -> Any:
    encoding = session.client.encoding
    (line, column), (last, until) = (lines.position(offset, encoding) for offset in subject.span)
    where = {"start": {"line": line, "character": column}, "end": {"line": last, "character": until}}
    return {"range": where, "placeholder": subject.name}


def rename_all(session: Session, params: types.RenameParams) -> Any:
    uri = params.text_document.uri
    path = session.path_of(uri)
    change: Change | None
    try:
        if path is not None and not session.is_toml(path):
            _, offset = _python_place(session, path, params.position)
            root, python = session.host.project_of(path).root, _python_sources(session, path)
            change = rename.rename_in_all(session.snapshot(), root, path, offset, params.new_name, python)
        else:
            snapshot, path, _, offset = session.cursor(uri, params.position)
            change = rename.rename(snapshot, path, offset, params.new_name, _python_sources(session, path))
    except RenameError as reason:
        raise Refused(-32803, str(reason)) from reason
    return None if change is None else shapes.workspace_edit(change, session)


def _python_sources(session: Session, path: str) -> PythonSources:
    return PythonSources(session.python_modules(path), session.python_text, monotonic() + LONGEST_RENAME)


def _python_place(session: Session, path: str, position: types.Position) -> tuple[LineIndex, int]:
    lines = LineIndex(session.python_text(path) or "")
    return lines, lines.offset(position.line, position.character, session.client.encoding)


FEATURES: dict[str, Handler] = {
    types.TEXT_DOCUMENT_COMPLETION: completion,
    types.COMPLETION_ITEM_RESOLVE: resolve_completion,
    types.TEXT_DOCUMENT_SIGNATURE_HELP: signature_help,
    types.TEXT_DOCUMENT_HOVER: hover,
    types.TEXT_DOCUMENT_DEFINITION: definition,
    types.TEXT_DOCUMENT_DECLARATION: declaration,
    types.TEXT_DOCUMENT_TYPE_DEFINITION: type_definition,
    types.TEXT_DOCUMENT_IMPLEMENTATION: implementation,
    types.TEXT_DOCUMENT_REFERENCES: find_references,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: document_highlight,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: document_symbol,
    types.WORKSPACE_SYMBOL: workspace_symbol,
    types.TEXT_DOCUMENT_FOLDING_RANGE: folding_range,
    types.TEXT_DOCUMENT_SELECTION_RANGE: selection_range,
    types.TEXT_DOCUMENT_DOCUMENT_LINK: document_link,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: tokens_full,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA: tokens_delta,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: tokens_range,
    types.TEXT_DOCUMENT_INLAY_HINT: inlay_hint,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens,
    types.TEXT_DOCUMENT_PREPARE_RENAME: prepare_rename,
    types.TEXT_DOCUMENT_RENAME: rename_all,
}
PATIENT = frozenset(
    [
        types.TEXT_DOCUMENT_COMPLETION,
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        types.TEXT_DOCUMENT_HOVER,
        types.TEXT_DOCUMENT_DEFINITION,
        types.TEXT_DOCUMENT_TYPE_DEFINITION,
        types.TEXT_DOCUMENT_IMPLEMENTATION,
        types.TEXT_DOCUMENT_REFERENCES,
        types.TEXT_DOCUMENT_PREPARE_RENAME,
        types.TEXT_DOCUMENT_RENAME,
    ]
)
"""Questions about names: worth a short wait while the Python of the project is read for the first time."""
