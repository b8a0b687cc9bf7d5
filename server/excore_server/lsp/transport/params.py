"""What is read of the parameters of each method: checked, and handed on as objects with attributes.

lsprotocol describes all of the protocol and takes longer to import than everything else; type checkers alone read it.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

Shape = dict[str, Any]
"""By key, ``?`` behind it where it may be missing or null: a type, ``int`` for what is counted from 0, ``(int,)`` for
any number, a list of one shape, a shape, or None for anything."""

_TEXT: Shape = {"textDocument": {"uri": str}}
_POSITION: Shape = {"line": int, "character": int}
_AT: Shape = {**_TEXT, "position": _POSITION}
_RANGE: Shape = {"start": _POSITION, "end": _POSITION}
_WITHIN: Shape = {**_TEXT, "range": _RANGE}
_FILES: Shape = {"files": [{"oldUri": str, "newUri": str}]}
_ITEM: Shape = {"item": {"uri": str, "data?": None}}
_OPTIONS: Shape = {"options": {"tabSize": int, "insertSpaces": bool}}
_SAID: Shape = {"range": _RANGE, "message": str, "code?": (str, int), "source?": str, "severity?": int}
_CHANGES: Shape = {"contentChanges": [{"range?": _RANGE, "text": str}]}

SHAPES: dict[str, Shape] = {
    "$/setTrace": {"value": str},
    "textDocument/didOpen": {"textDocument": {"uri": str, "languageId": str, "version": (int,), "text": str}},
    "textDocument/didChange": {"textDocument": {"uri": str, "version": (int,)}, **_CHANGES},
    "textDocument/didClose": _TEXT,
    "textDocument/didSave": _TEXT,
    "workspace/didChangeWatchedFiles": {"changes": [{"uri": str}]},
    "workspace/didRenameFiles": _FILES,
    "workspace/didChangeWorkspaceFolders": {"event": {"added": [{"uri": str}], "removed": [{"uri": str}]}},
    "workspace/didChangeConfiguration": {"settings?": None},
    "textDocument/completion": {**_AT, "context?": {"triggerKind": int}},
    "textDocument/signatureHelp": _AT,
    "textDocument/hover": _AT,
    "textDocument/definition": _AT,
    "textDocument/declaration": _AT,
    "textDocument/typeDefinition": _AT,
    "textDocument/implementation": _AT,
    "textDocument/references": {**_AT, "context": {"includeDeclaration": bool}},
    "textDocument/documentHighlight": _AT,
    "textDocument/documentSymbol": _TEXT,
    "workspace/symbol": {"query": str},
    "textDocument/foldingRange": _TEXT,
    "textDocument/selectionRange": {**_TEXT, "positions": [_POSITION]},
    "textDocument/documentLink": _TEXT,
    "textDocument/semanticTokens/full": _TEXT,
    "textDocument/semanticTokens/full/delta": {**_TEXT, "previousResultId": str},
    "textDocument/semanticTokens/range": _WITHIN,
    "textDocument/inlayHint": _WITHIN,
    "textDocument/codeLens": _TEXT,
    "textDocument/codeAction": {
        **_WITHIN,
        "context": {"diagnostics": [_SAID], "only?": [str], "triggerKind?": int},
    },
    "codeAction/resolve": {"title": str, "kind?": str, "isPreferred?": bool, "data?": None},
    "textDocument/prepareRename": _AT,
    "textDocument/rename": {**_AT, "newName": str},
    "textDocument/formatting": {**_TEXT, **_OPTIONS},
    "textDocument/rangeFormatting": {**_WITHIN, **_OPTIONS},
    "textDocument/prepareCallHierarchy": _AT,
    "callHierarchy/incomingCalls": _ITEM,
    "callHierarchy/outgoingCalls": _ITEM,
    "textDocument/prepareTypeHierarchy": _AT,
    "typeHierarchy/supertypes": _ITEM,
    "typeHierarchy/subtypes": _ITEM,
    "textDocument/diagnostic": {**_TEXT, "previousResultId?": str},
    "workspace/diagnostic": {"previousResultIds": [{"uri": str, "value": str}], "partialResultToken?": (str, int)},
    "workspace/executeCommand": {"command": str, "arguments?": [None]},
    "workspace/textDocumentContent": {"uri": str},
    "textDocument/linkedEditingRange": _AT,
    "workspace/willRenameFiles": _FILES,
    "workspace/willDeleteFiles": {"files": [{"uri": str}]},
}


def read_params(method: str, params: Any) -> Any:
    """The parameters as an object, names in snake case, None for what is missing; as they came where the method has no
    shape. Raises ``ValueError`` where they have another one; its text is where."""
    shape = SHAPES.get(method)
    return params if shape is None else _read(shape, params, "params")


def _read(shape: Any, value: Any, where: str) -> Any:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise ValueError(where)
        return SimpleNamespace(**{_snake(key): _member(key, inner, value, where) for key, inner in shape.items()})
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise ValueError(where)
        return [_read(shape[0], one, where) for one in value]
    right = shape is None or (isinstance(value, shape) and (isinstance(value, bool) == (shape is bool)))
    if not right or (shape is int and value < 0):
        raise ValueError(where)
    return value


def _member(key: str, shape: Any, value: dict[str, Any], where: str) -> Any:
    name = key.removesuffix("?")
    found = value.get(name)
    if found is None and name != key:
        return None
    return _read(shape, found, f"{where}.{name}")


_names: dict[str, str] = {}


def _snake(key: str) -> str:
    if key not in _names:
        _names[key] = re.sub("[A-Z]", lambda found: "_" + found[0].lower(), key.removesuffix("?"))
    return _names[key]
