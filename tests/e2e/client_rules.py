"""What a server may say to a client with certain capabilities: one function for each message that has a rule.

Each is given what was sent and the client's ``ClientCapabilities``. Beyond these rules every message must have the
shape that the protocol gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from lsprotocol import converters, types

from excore.tooling.lsp_client import Json

_CONVERTER = converters.get_converter()
_OLD_COMPLETION_KINDS = range(1, 19)
_OLD_SYMBOL_KINDS = range(1, 19)
_OWN_MODIFIERS = {"unknown"}
"""The protocol lets servers have their own; clients have no colour for it unless a theme gives one."""
_ALWAYS = {
    f"{name}Provider"
    for name in (
        *("completion", "hover", "signatureHelp", "definition", "declaration", "typeDefinition", "implementation"),
        *("references", "documentHighlight", "documentSymbol", "workspaceSymbol", "foldingRange", "selectionRange"),
        *("documentLink", "codeLens", "inlayHint", "semanticTokens", "documentFormatting", "documentRangeFormatting"),
        *("rename", "callHierarchy", "typeHierarchy", "executeCommand", "linkedEditingRange"),
    )
}
"""Whoever does not speak of these may ask for them all the same."""
_TOKEN_TYPES = {kind.value for kind in types.SemanticTokenTypes}
_TOKEN_MODIFIERS = {kind.value for kind in types.SemanticTokenModifiers}
_REFRESHED = {"diagnostic": "diagnostics"}


def at(value: Any, path: str) -> Any:
    """What is at a dotted path; None if it leads nowhere."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(value: Any) -> Iterator[Json]:
    """Every object anywhere in a value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def keys(value: Any) -> set[str]:
    """Every name that is used as a key anywhere in a value."""
    return {name for one in objects(value) for name in one}


def values(value: Any, name: str) -> list[Any]:
    """Every value of a key anywhere in a value."""
    return [one[name] for one in objects(value) if name in one]


def needs(used: set[str], abilities: Any, pairs: dict[str, str]) -> None:
    """Each key that is used has its capability."""
    for key, ability in pairs.items():
        assert key not in used or at(abilities, ability), key


# Answers


def capabilities(result: Any, can: Json) -> None:
    served, features = result["capabilities"], at(can, "textDocument") or {}
    assert set(served) >= _ALWAYS
    assert served["positionEncoding"] == (at(can, "general.positionEncodings") or ["utf-16"])[0]
    needs(set(served["workspace"]), can, {"textDocumentContent": "workspace.textDocumentContent"})
    legend = served["semanticTokensProvider"]["legend"]
    young = {"decorator"} - set(at(features, "semanticTokens.tokenTypes") or {"decorator"})
    assert set(legend["tokenTypes"]) <= _TOKEN_TYPES - young
    assert set(legend["tokenModifiers"]) <= _TOKEN_MODIFIERS | _OWN_MODIFIERS
    assert "codeActionProvider" not in served or at(features, "codeAction.codeActionLiteralSupport")
    assert "diagnosticProvider" not in served or at(features, "diagnostic")
    actions = served.get("codeActionProvider")
    if isinstance(actions, dict):
        assert not actions.get("codeActionKinds") or at(features, "codeAction.codeActionLiteralSupport")
        assert not actions.get("resolveProvider") or "edit" in at(features, "codeAction.resolveSupport.properties")
    assert not isinstance(served.get("renameProvider"), dict) or at(features, "rename.prepareSupport")
    assert at(served, "completionProvider.resolveProvider") == asks_for_documentation(can)
    assert not at(served, "inlayHintProvider.resolveProvider") or at(features, "inlayHint.resolveSupport")


def asks_for_documentation(can: Json) -> bool:
    """Whether a client may be left to ask for the documentation of an item: all do but those that list others."""
    listed = at(can, "textDocument.completion.completionItem.resolveSupport")
    return listed is None or "documentation" in listed["properties"]


def completion(result: Any, can: Json) -> None:
    abilities = at(can, "textDocument.completion") or {}
    can_item, used = abilities.get("completionItem", {}), keys(result)
    items = result["items"] if isinstance(result, dict) else result or []
    kinds = at(abilities, "completionItemKind.valueSet") or _OLD_COMPLETION_KINDS
    assert {one["kind"] for one in items} <= set(kinds)
    pairs = {
        "labelDetails": "labelDetailsSupport",
        "commitCharacters": "commitCharactersSupport",
        "deprecated": "deprecatedSupport",
        "preselect": "preselectSupport",
        "tags": "tagSupport",
        "insertTextMode": "insertTextModeSupport",
        "insert": "insertReplaceSupport",
    }
    needs(used, can_item, pairs)
    assert can_item.get("snippetSupport") or not {2} & set(values(items, "insertTextFormat"))
    assert can_item.get("snippetSupport") or not any("${" in text for text in values(items, "newText"))
    if isinstance(result, dict):
        assert set(result.get("itemDefaults", ())) <= set(at(abilities, "completionList.itemDefaults") or ())
        assert "textEditText" not in used or at(result, "itemDefaults.editRange")
    assert "data" not in used or asks_for_documentation(can)
    _commands(items, can)
    for one in items:
        _documentation(one.get("documentation"), can_item.get("documentationFormat"))


def resolved_item(result: Any, can: Json) -> None:
    assert asks_for_documentation(can)
    completion([result], can)


def _documentation(value: Any, formats: Any) -> None:
    assert not isinstance(value, dict) or value["kind"] in (formats or ["plaintext"])


def hover(result: Any, can: Json) -> None:
    _documentation(at(result, "contents"), at(can, "textDocument.hover.contentFormat"))


def signature_help(result: Any, can: Json) -> None:
    abilities = at(can, "textDocument.signatureHelp.signatureInformation") or {}
    for one in at(result, "signatures") or ():
        _documentation(one.get("documentation"), abilities.get("documentationFormat"))
        assert "activeParameter" not in one or abilities.get("activeParameterSupport")
        for parameter in one["parameters"]:
            _documentation(parameter.get("documentation"), abilities.get("documentationFormat"))
            if not at(abilities, "parameterInformation.labelOffsetSupport"):
                assert parameter["label"] in one["label"]
    assert result is None or result.get("activeParameter", 0) is not None or abilities.get("noActiveParameterSupport")


def links(name: str) -> Callable[[Any, Json], None]:
    return lambda result, can: needs(keys(result), at(can, f"textDocument.{name}"), {"targetUri": "linkSupport"})


def symbols(result: Any, can: Json) -> None:
    abilities = at(can, "textDocument.documentSymbol")
    assert (
        result is None
        or not result
        or ("selectionRange" in keys(result)) == bool(at(abilities, "hierarchicalDocumentSymbolSupport"))
    )
    _symbol_kinds(result, abilities)


def workspace_symbols(result: Any, can: Json) -> None:
    _symbol_kinds(result, at(can, "workspace.symbol"))


def _symbol_kinds(result: Any, abilities: Any) -> None:
    assert set(values(result, "kind")) <= set(at(abilities, "symbolKind.valueSet") or _OLD_SYMBOL_KINDS)
    needs(keys(result), abilities, {"tags": "tagSupport", "deprecated": "tagSupport"})


def actions(result: Any, can: Json) -> None:
    abilities = at(can, "textDocument.codeAction")
    literals = at(abilities, "codeActionLiteralSupport") is not None
    for one in result or ():
        assert literals or isinstance(one["command"], str)
        assert "data" not in one or (abilities.get("dataSupport") and abilities.get("resolveSupport"))
        needs(set(one), abilities, {"isPreferred": "isPreferredSupport", "disabled": "disabledSupport"})
        assert "edit" in one or "data" in one or "command" in one
        diagnostics(one.get("diagnostics", []), can)
        workspace_edit(one.get("edit"), can)


def resolved_action(result: Any, can: Json) -> None:
    assert "edit" in at(can, "textDocument.codeAction.resolveSupport.properties")
    actions([result], can)


def workspace_edit(result: Any, can: Json) -> None:
    if result is None:
        return
    abilities = at(can, "workspace.workspaceEdit") or {}
    wants_changes = bool(abilities.get("documentChanges") or abilities.get("resourceOperations"))
    assert ("documentChanges" in result) == wants_changes
    assert ("changes" in result) != ("documentChanges" in result)
    assert set(values(result, "kind")) <= set(abilities.get("resourceOperations") or ())
    needs(
        keys(result),
        abilities,
        {
            "changeAnnotations": "changeAnnotationSupport",
            "annotationId": "changeAnnotationSupport",
            "snippet": "snippetEditSupport",
        },
    )


def prepared_rename(result: Any, can: Json) -> None:
    assert at(can, "textDocument.rename.prepareSupport")
    needs(keys(result), at(can, "textDocument.rename"), {"defaultBehavior": "prepareSupportDefaultBehavior"})


def tokens(result: Any, can: Json) -> None:
    assert "relative" in (at(can, "textDocument.semanticTokens.formats") or ["relative"])
    for data in values(result, "data"):
        line = until = 0
        for row in range(0, len(data), 5):
            down, right, length, _, _ = data[row : row + 5]
            start = right if down else line + right
            assert length > 0
            assert down or row == 0 or start >= until  # tokens do not overlap
            line, until = start, start + length


def folds(result: Any, can: Json) -> None:
    abilities = at(can, "textDocument.foldingRange")
    needs(keys(result), abilities, {"collapsedText": "foldingRange.collapsedText"})
    kinds = at(abilities, "foldingRangeKind.valueSet") or ["comment", "imports", "region"]
    assert set(values(result, "kind")) <= set(kinds)


def document_links(result: Any, can: Json) -> None:
    needs(keys(result), at(can, "textDocument.documentLink"), {"tooltip": "tooltipSupport"})


def hints(result: Any, can: Json) -> None:
    needs(keys(result), at(can, "textDocument.inlayHint"), {"data": "resolveSupport"})
    assert "command" not in keys(result)


def lenses(result: Any, can: Json) -> None:
    _commands(result, can)
    assert "data" not in keys(result)


def _commands(result: Any, can: Json) -> None:
    """Only commands that the client has itself: the server's are for those who read about them."""
    known = {"", *(at(can, "experimental.commands.commands") or ())}
    assert {command["command"] for command in values(result, "command") if isinstance(command, dict)} <= known


def diagnostics(found: Any, can: Json, group: str = "publishDiagnostics") -> None:
    abilities = {**(at(can, "textDocument.publishDiagnostics") or {}), **(at(can, f"textDocument.{group}") or {})}
    pairs = {
        "relatedInformation": "relatedInformation",
        "tags": "tagSupport",
        "codeDescription": "codeDescriptionSupport",
        "data": "dataSupport",
    }
    for one in found:
        needs(set(one), abilities, pairs)
        tags = abilities.get("tagSupport")
        assert set(one.get("tags", ())) <= set((at(tags, "valueSet") if isinstance(tags, dict) else None) or (1, 2))
        assert isinstance(one["message"], str) or abilities.get("markupMessageSupport")


def pulled(result: Any, can: Json) -> None:
    assert at(can, "textDocument.diagnostic") is not None
    diagnostics(result.get("items", ()), can, "diagnostic")
    needs(set(result), at(can, "textDocument.diagnostic"), {"relatedDocuments": "relatedDocumentSupport"})


ANSWERS: dict[str, Callable[[Any, Json], None]] = {
    "initialize": capabilities,
    "textDocument/completion": completion,
    "completionItem/resolve": resolved_item,
    "textDocument/hover": hover,
    "textDocument/signatureHelp": signature_help,
    **{
        f"textDocument/{name}": links(name)
        for name in ("definition", "typeDefinition", "declaration", "implementation")
    },
    "textDocument/documentSymbol": symbols,
    "workspace/symbol": workspace_symbols,
    "textDocument/codeAction": actions,
    "codeAction/resolve": resolved_action,
    "textDocument/rename": workspace_edit,
    "textDocument/prepareRename": prepared_rename,
    "workspace/willRenameFiles": workspace_edit,
    "textDocument/semanticTokens/full": tokens,
    "textDocument/semanticTokens/range": tokens,
    "textDocument/foldingRange": folds,
    "textDocument/documentLink": document_links,
    "textDocument/inlayHint": hints,
    "textDocument/codeLens": lenses,
    "textDocument/diagnostic": pulled,
}


def check_answer(method: str, result: Any, can: Json) -> None:
    """An answer of the server, to any method."""
    _check_shape(method, {"id": 1, "jsonrpc": "2.0", "result": result}, 1)
    rule = ANSWERS.get(method)
    if rule is not None and result is not None:
        rule(result, can)


def _check_shape(method: str, message: Json, part: int) -> None:
    shape = types.METHOD_TO_TYPES[method][part]
    if shape is not None:
        _CONVERTER.structure(message, cast(type, shape))
    for one in objects(message):
        if {"start", "end"} == set(one) and isinstance(one["start"], dict):
            start, end = ((place["line"], place["character"]) for place in (one["start"], one["end"]))
            assert (0, 0) <= start <= end, one


# What the server says of itself


def registrations(params: Any, can: Json) -> None:
    for one in params["registrations"]:
        group, _, feature = one["method"].partition("/")
        feature = "synchronization" if feature.startswith("did") and group == "textDocument" else feature
        assert at(can, f"{group}.{feature}.dynamicRegistration"), one["method"]
        for watcher in at(one, "registerOptions.watchers") or ():
            relative = at(can, "workspace.didChangeWatchedFiles.relativePatternSupport")
            assert isinstance(watcher["globPattern"], str) or relative


REQUESTS: dict[str, str] = {
    "workspace/configuration": "workspace.configuration",
    "workspace/applyEdit": "workspace.applyEdit",
    "window/workDoneProgress/create": "window.workDoneProgress",
    "window/showDocument": "window.showDocument",
    "window/showMessageRequest": "window.showMessage",
}
"""Requests that need one capability."""


def check_traffic(requests: list[Json], notifications: list[Json], can: Json, pulls: bool) -> None:
    """All that the server sent besides answers. ``pulls``: the client asks for diagnostics."""
    for message in requests:
        method, params = message["method"], message.get("params")
        _check_shape(method, {"jsonrpc": "2.0", **message}, 0)
        if method in ("client/registerCapability", "client/unregisterCapability"):
            registrations(
                {"registrations": [*params.get("registrations", ()), *params.get("unregisterations", ())]}, can
            )
        elif method.endswith("/refresh"):
            feature = method.split("/")[1]
            assert at(can, f"workspace.{_REFRESHED.get(feature, feature)}.refreshSupport"), method
        else:
            assert at(can, REQUESTS[method]), method
    created = {message["params"]["token"] for message in requests if "workDoneProgress" in message["method"]}
    for message in notifications:
        method, params = message["method"], message["params"]
        _check_shape(method, {"jsonrpc": "2.0", **message}, 0)
        assert method in ("textDocument/publishDiagnostics", "$/progress", "window/logMessage"), method
        if method == "$/progress":
            assert params["token"] in created
        elif method == "textDocument/publishDiagnostics":
            assert not pulls
            assert "version" not in params or at(can, "textDocument.publishDiagnostics.versionSupport")
            diagnostics(params["diagnostics"], can)
