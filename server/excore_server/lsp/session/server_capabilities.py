"""What the server says it can do: only what this client can use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from excore.lang.grammar import DEFAULT
from excore_server.lsp.session.client_features import ClientFeatures

COMPLETION_TRIGGERS = ("[", ".", '"', "'", *DEFAULT.prefix_chars, ":", "{", "/", "=", " ")
WATCHED = ("**/*.py", "**/*.toml")

COMMANDS = (
    "excore.reindex",
    "excore.debugInformation",
    "excore.showComposed",
    "excore.showPython",
    "excore.showGraph",
)
HIERARCHIES = ("callHierarchy", "typeHierarchy")
CONTENT_SCHEME = "excore"
"""Scheme of virtual documents: ``excore://composed/path/of/the/config.toml``."""
TOKEN_TYPES = (
    "namespace", "class", "parameter", "property", "operator", "variable", "decorator", "method", "keyword", "string"
)  # fmt: skip
TOKEN_MODIFIERS = ("definition", "unknown")
ACTION_KINDS = ("quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite", "source.fixAll.excore")
PYTHON = ("codeLens", "references")
"""What there is in Python files, as the client names it."""
MOVED = [
    {"scheme": "file", "pattern": {"glob": "**/*.toml", "matches": "file"}},
    {"scheme": "file", "pattern": {"glob": "**/*", "matches": "folder"}},
]
"""Which moves the server wants to hear of: configs, and folders that may hold some."""
REFRESHED = ("inlayHint", "semanticTokens", "codeLens")
"""Features, as the client names them, that it may have to ask for again when a catalog changes."""

PROVIDERS: dict[str, tuple[str, Any]] = {  # the feature as the client names it -> as we do, and our options
    "hover": ("hoverProvider", True),
    "signatureHelp": ("signatureHelpProvider", {"triggerCharacters": ["=", "["]}),
    "definition": ("definitionProvider", True),
    "declaration": ("declarationProvider", True),
    "typeDefinition": ("typeDefinitionProvider", True),
    "implementation": ("implementationProvider", True),
    "references": ("referencesProvider", True),
    "documentHighlight": ("documentHighlightProvider", True),
    "documentSymbol": ("documentSymbolProvider", True),
    "foldingRange": ("foldingRangeProvider", True),
    "selectionRange": ("selectionRangeProvider", True),
    "documentLink": ("documentLinkProvider", {"resolveProvider": False}),
    "inlayHint": ("inlayHintProvider", True),
    "formatting": ("documentFormattingProvider", True),
    "rangeFormatting": ("documentRangeFormattingProvider", True),
    "codeLens": ("codeLensProvider", {"resolveProvider": False}),
}


def capabilities(client: ClientFeatures) -> dict[str, Any]:
    """The ``ServerCapabilities`` for a client."""
    found: dict[str, Any] = {
        "positionEncoding": client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "executeCommandProvider": {"commands": list(COMMANDS)},
    }
    workspace = _workspace(client)
    if workspace:
        found["workspace"] = workspace
    for theirs, (ours, options) in PROVIDERS.items():
        if theirs in client.offered:
            found[ours] = options
    if "completion" in client.offered:
        completion: dict[str, Any] = {"triggerCharacters": list(COMPLETION_TRIGGERS)}
        if "documentation" in client.resolve:
            completion["resolveProvider"] = True
        found["completionProvider"] = completion
    if "semanticTokens" in client.offered:
        legend = {"tokenTypes": _known(TOKEN_TYPES, client), "tokenModifiers": TOKEN_MODIFIERS}
        found["semanticTokensProvider"] = {
            "legend": legend,
            "full": {"delta": client.tokens_delta},
            "range": client.tokens_range,
        }
    for name in HIERARCHIES:
        if name in client.offered:
            found[f"{name}Provider"] = True
    if client.code_actions:
        found["codeActionProvider"] = {"codeActionKinds": list(ACTION_KINDS), "resolveProvider": client.lazy_actions}
    if "rename" in client.offered:
        found["renameProvider"] = {"prepareProvider": True} if client.prepare_rename else True
    if client.workspace_symbols:
        found["workspaceSymbolProvider"] = True
    if client.pull_diagnostics:
        found["diagnosticProvider"] = {
            "identifier": "excore",
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
    return found


def _workspace(client: ClientFeatures) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if client.workspace_folders:
        found["workspaceFolders"] = {"supported": True, "changeNotifications": True}
    if client.document_content:
        found["textDocumentContent"] = {"schemes": [CONTENT_SCHEME]}
    if client.moves:
        found["fileOperations"] = {name: {"filters": MOVED} for name in sorted(client.moves)}
    return found


def _known(types: Iterable[str], client: ClientFeatures) -> list[str]:
    """Token types by names that the client knows; the younger "decorator" is a function to others."""
    old = "decorator" not in client.token_types and "function" in client.token_types
    return ["function" if old and name == "decorator" else name for name in types]


def registrations(client: ClientFeatures, folders: Iterable[str]) -> list[dict[str, Any]]:
    """What is registered once the client is ready: the files it is asked to watch, below ``folders`` (uris)."""
    found: list[dict[str, Any]] = []
    if client.watching:
        if client.relative_patterns:
            patterns: list[Any] = [{"baseUri": uri, "pattern": glob} for uri in folders for glob in WATCHED]
        else:
            patterns = list(WATCHED)
        watchers = [{"globPattern": pattern} for pattern in patterns]
        found.append(
            {
                "id": "excore-watch",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": watchers},
            }
        )
    return found


def python_registrations(client: ClientFeatures) -> list[dict[str, Any]]:
    """What is registered for Python files: their text, lenses, references and renames that reach configs, and nothing a
    Python server does better.

    Only for clients that register each of these while they run: others send what their user sets up.
    """
    if not {"synchronization", *PYTHON} <= client.dynamic:
        return []
    methods: dict[str, dict[str, Any]] = {f"textDocument/{name}": {} for name in ("didOpen", "didClose", *PYTHON)}
    methods["textDocument/didChange"] = {"syncKind": 2}
    if "rename" in client.dynamic and client.prepare_rename:  # without, other servers' renames would not be asked for
        methods["textDocument/rename"] = {"prepareProvider": True}
    selector = [{"scheme": "file", "language": "python"}]
    return [
        {
            "id": f"excore-python-{method}",
            "method": method,
            "registerOptions": {"documentSelector": selector, **options},
        }
        for method, options in methods.items()
    ]
