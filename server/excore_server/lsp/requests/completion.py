"""``textDocument/completion`` and ``completionItem/resolve``."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from excore_server.ide.completion.complete import complete, in_the_way
from excore_server.ide.completion.documentation import documentation
from excore_server.ide.completion.items import CompletionList
from excore_server.ide.completion.values import UNTYPED
from excore_server.lsp.session.session import Session
from excore_server.lsp.to_lsp.completion_list import completion_list
from excore_server.lsp.to_lsp.markup import markup

if TYPE_CHECKING:
    from lsprotocol import types

MOST_DOCUMENTED = 200
"""Items of a list whose documentation comes with them, for clients that do not ask for it."""
_INVOKED, _BY_CHARACTER = 1, 2


def completion(session: Session, params: types.CompletionParams) -> Any:
    """A ``CompletionList``."""
    snapshot, path, file, offset = session.at(params)
    opened_itself = params.context is not None and params.context.trigger_kind == _BY_CHARACTER
    requested = params.context is not None and params.context.trigger_kind == _INVOKED
    if opened_itself and in_the_way(snapshot, path, offset):
        return completion_list(CompletionList(), file, params.text_document.uri, session.client)
    python, snippets = session.python(path), session.client.snippets
    completions = complete(snapshot, path, offset, python=python, environment=os.environ, snippets=snippets)
    options, opening = completions.options, completions.opening
    if requested and options and all(opening + option.match == UNTYPED for option in options):
        # VS Code keeps a list that was asked for though nothing in it fits what is typed, unless it must ask again.
        completions = replace(completions, incomplete=True)
    uri, client = params.text_document.uri, session.client
    if client.resolves_documentation:
        return completion_list(completions, file, uri, client)
    keys = [option.key for option in options[:MOST_DOCUMENTED] if option.key]
    texts = {key: documentation(snapshot, path, key, python=python) for key in keys}
    return completion_list(completions, file, uri, client, texts)


def resolve(session: Session, params: Any) -> Any:
    """The item as it came, with its documentation: ``data`` is the uri of the document and the key of the item."""
    data = params.get("data") if isinstance(params, dict) else None
    if not isinstance(data, list) or not all(isinstance(part, str) for part in data) or len(data) < 2:
        return params
    snapshot, path, _ = session.file(data[0])
    text = documentation(snapshot, path, tuple(data[1:]), python=session.python(path))
    return {**params, "documentation": markup(text, session.client.markdown_items)} if text else params
