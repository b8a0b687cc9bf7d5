"""What the server says it can do: all of it, in the forms that this client takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from excore.lang.grammar import DEFAULT
from excore_server.lsp.session.client_features import ClientFeatures

COMPLETION_TRIGGERS = ("[", ".", '"', "'", *DEFAULT.prefix_chars, ":", "{", "/", " ")
"""Not ``=``: its list would still be there, for Enter to take from it, when the value behind the blank is typed."""
WATCHED = ("**/*.py", "**/*.toml")

COMMANDS = (
    "excore.reindex",
    "excore.debugInformation",
    "excore.showComposed",
    "excore.showPython",
    "excore.showGraph",
)
CONTENT_SCHEME = "excore"
"""Scheme of virtual documents: ``excore://composed/path/of/the/config.toml``."""
TOKEN_TYPES = (
    "namespace", "class", "parameter", "property", "operator", "variable", "decorator", "method", "keyword", "string"
)  # fmt: skip
TOKEN_MODIFIERS = ("definition", "unknown")
ACTION_KINDS = ("quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite", "source.fixAll.excore")
DIAGNOSTICS = {"identifier": "excore", "interFileDependencies": True, "workspaceDiagnostics": True}
PYTHON = ("codeLens", "references")
"""What there is in Python files, as the client names it."""
MOVED = [
    {"scheme": "file", "pattern": {"glob": "**/*.toml", "matches": "file"}},
    {"scheme": "file", "pattern": {"glob": "**/*", "matches": "folder"}},
]
"""Which moves the server wants to hear of: configs, and folders that may hold some."""
REFRESHED = ("inlayHint", "semanticTokens", "codeLens")
"""Features, as the client names them, that it may have to ask for again when a catalog changes."""

OFFERED: dict[str, Any] = {
    "signatureHelpProvider": {"triggerCharacters": ["=", "["]},
    "documentLinkProvider": {"resolveProvider": False},
    "codeLensProvider": {"resolveProvider": False},
    "executeCommandProvider": {"commands": list(COMMANDS)},
    **dict.fromkeys(
        (
            "hoverProvider",
            "definitionProvider",
            "declarationProvider",
            "typeDefinitionProvider",
            "implementationProvider",
            "referencesProvider",
            "documentHighlightProvider",
            "documentSymbolProvider",
            "workspaceSymbolProvider",
            "foldingRangeProvider",
            "selectionRangeProvider",
            "inlayHintProvider",
            "linkedEditingRangeProvider",
            "documentFormattingProvider",
            "documentRangeFormattingProvider",
            "callHierarchyProvider",
            "typeHierarchyProvider",
        ),
        True,
    ),
}
"""What every client may ask for, whether its capabilities speak of it or not: those of many say little."""


def capabilities(client: ClientFeatures, formats: bool = True) -> dict[str, Any]:
    """The ``ServerCapabilities`` for a client; without formatting where it is turned off from the start."""
    found: dict[str, Any] = {
        "positionEncoding": client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        **OFFERED,
        "completionProvider": {
            "triggerCharacters": list(COMPLETION_TRIGGERS),
            "resolveProvider": client.resolves_documentation,
        },
        "semanticTokensProvider": {
            "legend": {"tokenTypes": _known(TOKEN_TYPES, client), "tokenModifiers": TOKEN_MODIFIERS},
            "full": {"delta": True},
            "range": True,
        },
        "renameProvider": {"prepareProvider": True} if client.prepare_rename else True,
        "workspace": _workspace(client),
    }
    if not formats:
        del found["documentFormattingProvider"], found["documentRangeFormattingProvider"]
    if client.code_actions:  # others know commands alone, no edits
        found["codeActionProvider"] = {"codeActionKinds": list(ACTION_KINDS), "resolveProvider": client.lazy_actions}
    if client.pull_diagnostics:  # others are told
        found["diagnosticProvider"] = DIAGNOSTICS
    return found


def _workspace(client: ClientFeatures) -> dict[str, Any]:
    found: dict[str, Any] = {
        "workspaceFolders": {"supported": True, "changeNotifications": True},
        "fileOperations": {name: {"filters": MOVED} for name in ("didRename", "willRename", "willDelete")},
    }
    if client.document_content:
        found["textDocumentContent"] = {"schemes": [CONTENT_SCHEME]}
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


def settings_registrations(client: ClientFeatures) -> list[dict[str, Any]]:
    """What is registered to hear of changed settings: some clients say nothing of them otherwise."""
    if not client.configuration_changes:
        return []
    method = "workspace/didChangeConfiguration"
    return [{"id": "excore-settings", "method": method, "registerOptions": {"section": "excore"}}]


PROJECT_FILES = {"scheme": "file", "pattern": "**/{.excore,pyproject}.toml"}


def project_file_registrations(client: ClientFeatures) -> list[dict[str, Any]]:
    """What is registered for project files, which have problems and nothing else: for clients that send configs alone.

    Only for clients that register documents and diagnostics while they run: others send all TOML files.
    """
    if not client.pull_diagnostics or not {"synchronization", "diagnostic"} <= client.dynamic:
        return []
    methods: dict[str, dict[str, Any]] = {f"textDocument/{name}": {} for name in ("didOpen", "didClose", "didSave")}
    methods["textDocument/didChange"] = {"syncKind": 2}
    methods["textDocument/diagnostic"] = {**DIAGNOSTICS, "workspaceDiagnostics": False}
    return _registrations("excore-project", methods, PROJECT_FILES)


def _registrations(
    name: str, methods: Mapping[str, dict[str, Any]], selector: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{name}-{method}",
            "method": method,
            "registerOptions": {"documentSelector": [selector], **options},
        }
        for method, options in methods.items()
    ]


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
    return _registrations("excore-python", methods, {"scheme": "file", "language": "python"})
