"""Every request that the server offers, at every word of a config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from client_rules import at
from e2e_kit import Editor, uri

from excore.tooling.lsp_client import Json

FILES = """
    #- base.toml
    [Backbone.ResNet]
    depth = "deep"
    #- bad.toml
    __base__ = "base.toml"
    size = "é😀"
    _spare = 1
    [Model.FCN]
    !backbone = "ResNet"
    clases = 3
    &classes = "size"
    [Scratch.ResNet]
    depth = [1,
      2]
    !norm = "$Backbone::ResNet"
    [Backbone.ResNet]
    depth = "many"
    depth = "more"
    dept
    [Backbone.VGG]
    norm = "gn"
    [Unused.FCN]
"""
AT_A_PLACE = {
    "hover": "hover",
    "definition": "definition",
    "declaration": "declaration",
    "typeDefinition": "typeDefinition",
    "implementation": "implementation",
    "references": "references",
    "documentHighlight": "documentHighlight",
    "completion": "completion",
    "signatureHelp": "signatureHelp",
    "prepareCallHierarchy": "callHierarchy",
    "prepareTypeHierarchy": "typeHierarchy",
    "rename": "rename",
}
OF_A_FILE = {
    "documentSymbol": "documentSymbol",
    "foldingRange": "foldingRange",
    "documentLink": "documentLink",
    "semanticTokens/full": "semanticTokens",
    "codeLens": "codeLens",
    "formatting": "documentFormatting",
    "inlayHint": "inlayHint",
    "diagnostic": "diagnostic",
    "codeAction": "codeAction",
    "rangeFormatting": "documentRangeFormatting",
}
MORE: Json = {
    "textDocument/references": {"context": {"includeDeclaration": True}},
    "textDocument/rename": {"newName": "Other"},
    "textDocument/formatting": {"options": {"tabSize": 2, "insertSpaces": True}},
    "textDocument/rangeFormatting": {"options": {"tabSize": 2, "insertSpaces": True}},
    "textDocument/codeAction": {"context": {"diagnostics": []}},
}
PLAIN: Json = {
    "textDocument": {
        **{name: {} for name in {*AT_A_PLACE.values(), *OF_A_FILE.values(), "publishDiagnostics"}},
        "formatting": {},
        "rangeFormatting": {},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        "semanticTokens": {
            "requests": {"full": True},
            "formats": ["relative"],
            "tokenTypes": [
                *"namespace class parameter property operator variable function method keyword string".split()
            ],
            "tokenModifiers": ["definition"],
        },
    },
    "workspace": {"symbol": {}},
}
"""Every feature, and nothing that one may have beyond the first version of the protocol."""
EVERYTHING: Json = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}


def provider(client: Editor, feature: str) -> Any:
    return client.capabilities.get(f"{feature}Provider")


def served(client: Editor) -> set[str]:
    """The methods that the server says it serves."""
    known = {**AT_A_PLACE, **OF_A_FILE}
    return {f"textDocument/{name}" for name, feature in known.items() if provider(client, feature)}


def questions(client: Editor, name: str) -> Iterator[tuple[str, Json]]:
    """Every request the server offers, at every word."""
    document: Json = {"textDocument": {"uri": uri(client.root / name)}}
    for method, feature in OF_A_FILE.items():
        if provider(client, feature):
            method = f"textDocument/{method}"
            yield method, {**document, "range": EVERYTHING, **MORE.get(method, {})}
    if at(client.capabilities, "semanticTokensProvider.range"):
        yield "textDocument/semanticTokens/range", {**document, "range": EVERYTHING}
    if provider(client, "selectionRange"):
        yield "textDocument/selectionRange", {**document, "positions": list(words(client, name))}
    if provider(client, "workspaceSymbol"):
        yield "workspace/symbol", {"query": ""}
    for place in words(client, name):
        where = {**document, "position": place}
        for method, feature in AT_A_PLACE.items():
            if provider(client, feature):
                method = f"textDocument/{method}"
                yield method, {**where, **MORE.get(method, {})}
        if at(client.capabilities, "renameProvider.prepareProvider"):
            yield "textDocument/prepareRename", where
    if at(client.capabilities, "workspace.fileOperations.willRename"):
        moved = [{"oldUri": uri(client.root / "base.toml"), "newUri": uri(client.root / "parts" / "base.toml")}]
        yield "workspace/willRenameFiles", {"files": moved}


def words(client: Editor, name: str) -> Iterator[Json]:
    """The second character of every word, and the end of every line; columns fit all encodings."""
    for number, line in enumerate((client.root / name).read_text("utf-8").split("\n")):
        ends = [at + 1 for at in range(len(line)) if line[at].isalnum() and not line[at - 1 : at].isalnum()]
        for column in {0, *ends, len(line)} if line.isascii() else {0, 9}:
            yield {"line": number, "character": column}
