"""What the client can do: the only place where its capabilities are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from excore.lang.text import Encoding

SUGGEST = "editor.action.triggerSuggest"
SHOW_REFERENCES = "excore.showReferences"
"""A command of the client, with arguments ``[uri, position, locations]``: show these places."""
_CODE = ("Visual Studio Code", "Code - OSS", "VSCodium", "code-server", "Cursor", "Windsurf")
_OBJECT = 19
_ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")


@dataclass(frozen=True)
class ClientFeatures:
    """One flag for each thing that the server does differently, or not at all, where a client lacks it.

    There is none for requests: clients ask for more than their capabilities say, so every request is offered to each.
    """

    encoding: Encoding = "utf-16"
    configuration: bool = False
    configuration_changes: bool = False
    watching: bool = False
    dynamic: frozenset[str] = frozenset()
    relative_patterns: bool = False
    progress: bool = False
    pull_diagnostics: bool = False
    related: bool = False
    tags: bool = False
    pages: bool = False
    versions: bool = False
    snippets: bool = False
    markdown: bool = False
    markdown_items: bool = False
    label_details: bool = False
    resolves_documentation: bool = True
    item_defaults: frozenset[str] = frozenset()
    suggest_again: bool = False
    shows_references: bool = False
    place_links: bool = False
    definition_links: bool = False
    type_definition_links: bool = False
    declaration_links: bool = False
    implementation_links: bool = False
    symbol_tree: bool = False
    data: bool = False
    item_kinds: bool = False
    object_symbols: bool = False
    signature_markdown: bool = False
    label_offsets: bool = False
    token_types: frozenset[str] = frozenset()
    document_changes: bool = False
    creates_files: bool = False
    prepare_rename: bool = False
    code_actions: bool = False
    lazy_actions: bool = False
    preferred_actions: bool = False
    document_content: bool = False
    refresh: frozenset[str] = frozenset()


def read_features(capabilities: Mapping[str, Any], name: str = "") -> ClientFeatures:
    """The flags of a client's ``ClientCapabilities``; what is missing or oddly shaped counts as not there.

    ``name`` is the client's own: some things that it can do have no flag.
    """

    def get(path: str) -> Any:
        value: Any = capabilities
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def names(path: str) -> frozenset[str]:
        value = get(path)
        return frozenset(x for x in value if isinstance(x, str)) if isinstance(value, Sequence) else frozenset()

    def numbers(path: str) -> frozenset[int]:
        value = get(path)
        return frozenset(x for x in value if isinstance(x, int)) if isinstance(value, list) else frozenset()

    def kinds(group: str) -> dict[str, Any]:
        value = get(group)
        return {k: v for k, v in value.items() if isinstance(v, Mapping)} if isinstance(value, Mapping) else {}

    text = kinds("textDocument")
    item = "textDocument.completion.completionItem"
    signature = "textDocument.signatureHelp.signatureInformation"
    resolved = names(f"{item}.resolveSupport.properties")
    hover = names("textDocument.hover.contentFormat")
    refreshed = (name for name, value in kinds("workspace").items() if value.get("refreshSupport"))
    commands = names("experimental.commands.commands")
    operations = names("workspace.workspaceEdit.resourceOperations")  # either lets edits come as documentChanges
    refresh = frozenset("diagnostic" if name == "diagnostics" else name for name in refreshed)
    return ClientFeatures(
        encoding=choose_encoding(get("general.positionEncodings")),
        configuration=bool(get("workspace.configuration")),
        configuration_changes=bool(get("workspace.didChangeConfiguration.dynamicRegistration")),
        watching=bool(get("workspace.didChangeWatchedFiles.dynamicRegistration")),
        dynamic=frozenset(name for name, value in text.items() if value.get("dynamicRegistration") is True),
        relative_patterns=bool(get("workspace.didChangeWatchedFiles.relativePatternSupport")),
        progress=bool(get("window.workDoneProgress")),
        pull_diagnostics="diagnostic" in text and "diagnostic" in refresh,
        related=bool(get("textDocument.publishDiagnostics.relatedInformation"))
        or bool(get("textDocument.diagnostic.relatedInformation")),
        tags=bool(get("textDocument.publishDiagnostics.tagSupport")) or bool(get("textDocument.diagnostic.tagSupport")),
        pages=bool(get("textDocument.publishDiagnostics.codeDescriptionSupport"))
        or bool(get("textDocument.diagnostic.codeDescriptionSupport")),
        versions=bool(get("textDocument.publishDiagnostics.versionSupport")),
        snippets=bool(get(f"{item}.snippetSupport")),
        markdown="markdown" in hover,
        markdown_items="markdown" in names(f"{item}.documentationFormat"),
        label_details=bool(get(f"{item}.labelDetailsSupport")),
        resolves_documentation=get(f"{item}.resolveSupport") is None or "documentation" in resolved,
        item_defaults=names("textDocument.completion.completionList.itemDefaults"),
        suggest_again=SUGGEST in commands or name.startswith(_CODE),
        shows_references=SHOW_REFERENCES in commands,
        place_links=get("experimental.placeLinks") is True,
        definition_links=bool(get("textDocument.definition.linkSupport")),
        type_definition_links=bool(get("textDocument.typeDefinition.linkSupport")),
        declaration_links=bool(get("textDocument.declaration.linkSupport")),
        implementation_links=bool(get("textDocument.implementation.linkSupport")),
        symbol_tree=bool(get("textDocument.documentSymbol.hierarchicalDocumentSymbolSupport")),
        data=bool(get("textDocument.publishDiagnostics.dataSupport"))
        or bool(get("textDocument.diagnostic.dataSupport")),
        item_kinds=numbers("textDocument.completion.completionItemKind.valueSet") >= {20, 21, 22, 23},
        object_symbols=_OBJECT in numbers("textDocument.documentSymbol.symbolKind.valueSet")
        and _OBJECT in numbers("workspace.symbol.symbolKind.valueSet"),
        signature_markdown="markdown" in names(f"{signature}.documentationFormat"),
        label_offsets=bool(get(f"{signature}.parameterInformation.labelOffsetSupport")),
        token_types=names("textDocument.semanticTokens.tokenTypes"),
        document_changes=bool(get("workspace.workspaceEdit.documentChanges") or operations),
        creates_files="create" in operations,
        code_actions=get("textDocument.codeAction.codeActionLiteralSupport") is not None,
        lazy_actions=bool(get("textDocument.codeAction.dataSupport"))
        and "edit" in names("textDocument.codeAction.resolveSupport.properties"),
        preferred_actions=bool(get("textDocument.codeAction.isPreferredSupport")),
        prepare_rename=bool(get("textDocument.rename.prepareSupport")),
        document_content=get("workspace.textDocumentContent") is not None,
        refresh=refresh,
    )


def choose_encoding(offered: object) -> Encoding:
    """The position encoding that the client likes best; utf-16, which every client must know, if it names none."""
    listed = offered if isinstance(offered, list) else []
    return next((encoding for one in listed for encoding in _ENCODINGS if encoding == one), "utf-16")
