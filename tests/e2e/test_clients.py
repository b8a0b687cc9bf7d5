"""Every set of capabilities that pytest-lsp recorded of a real editor: the server uses nothing that is not in it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from e2e_kit import PROJECT, Editor, editor, uri, write

from excore.cli.lsp_client import Json, ServerError

CLIENTS = sorted((Path(pytest_lsp.__file__).parent / "clients").glob("*.json"))
OPEN_TO_ALL = {"positionEncoding", "textDocumentSync", "executeCommandProvider", "workspace", "workspaceSymbolProvider"}
BASE = """
    #- base.toml
    [Backbone.ResNet]
    depth = "deep"
    #- bad.toml
    __base__ = "base.toml"
    [Model.FCN]
    !backbone = "ResNet"
    clases = 3
"""


def at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def keys(value: Any) -> set[str]:
    """Every name that is used as a key anywhere in it."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def values(value: Any, name: str) -> list[Any]:
    """Every value of a key anywhere in it."""
    if isinstance(value, dict):
        own = [value[name]] if name in value else []
        return own + [found for inner in value.values() for found in values(inner, name)]
    return [found for inner in value for found in values(inner, name)] if isinstance(value, list) else []


@pytest.fixture(params=CLIENTS, ids=lambda path: path.stem)
def offered(request: pytest.FixtureRequest) -> tuple[Json, Json]:
    """The capabilities and the name of an editor."""
    recorded: Json = json.loads(request.param.read_text("utf-8"))
    return recorded["capabilities"], recorded["clientInfo"]


def test_there_are_several_editors() -> None:
    assert {path.stem.split("_v")[0] for path in CLIENTS} == {"emacs", "neovim", "visual_studio_code"}


def test_nothing_is_sent_that_was_not_offered(tmp_path: Path, offered: tuple[Json, Json]) -> None:
    can, info = offered
    root = tmp_path / "project"
    root.mkdir()
    write(root, PROJECT + BASE)
    with editor(root, can, clientInfo=info) as client:
        client.show("run.toml")
        client.show("bad.toml")
        client.at("textDocument/hover", "run.toml", 0, 8)  # waits for the index
        check_capabilities(client.capabilities, can)
        check_diagnostics(client, can)
        check_completion(client, can)
        check_documentation(client, can)
        check_places(client, can)
        check_changes(client, can)
        check_requests(client, can)


def check_capabilities(served: Json, can: Json) -> None:
    features = can["textDocument"]
    for name in set(served) - OPEN_TO_ALL:
        theirs = name.removesuffix("Provider").removeprefix("document") if "ormatting" in name else name
        theirs = theirs.removesuffix("Provider")
        assert theirs[0].lower() + theirs[1:] in features, name
    assert served["positionEncoding"] in (at(can, "general.positionEncodings") or ["utf-16"])
    if "workspaceSymbolProvider" in served:
        assert at(can, "workspace.symbol") is not None
    if "fileOperations" in served.get("workspace", {}):
        assert set(served["workspace"]["fileOperations"]) <= set(at(can, "workspace.fileOperations") or ())
    assert ("textDocumentContent" in served.get("workspace", {})) <= bool(at(can, "workspace.textDocumentContent"))
    assert ("workspaceFolders" in served.get("workspace", {})) <= bool(at(can, "workspace.workspaceFolders"))
    tokens = served.get("semanticTokensProvider")
    if tokens:
        assert set(tokens["legend"]["tokenTypes"]) <= set(at(features, "semanticTokens.tokenTypes"))
        wanted = at(features, "semanticTokens.requests.full")
        assert tokens["full"]["delta"] <= (wanted["delta"] if isinstance(wanted, dict) else False)
    actions = served.get("codeActionProvider")
    if isinstance(actions, dict) and actions.get("codeActionKinds"):
        assert at(features, "codeAction.codeActionLiteralSupport") is not None
    rename = served.get("renameProvider")
    if isinstance(rename, dict):
        assert at(features, "rename.prepareSupport")


def check_diagnostics(client: Editor, can: Json) -> None:
    pulled = "diagnosticProvider" in client.capabilities
    if pulled:
        client.until(lambda: len(client.pull("bad.toml")["items"]) >= 1, "diagnostics")
        found: Any = client.pull("bad.toml")
    else:
        where = uri(client.root / "bad.toml")
        client.until(lambda: len(client.diagnostics(where) or ()) >= 1, "diagnostics")
        found = [params for params in client.sent("textDocument/publishDiagnostics") if params["uri"] == where]
    abilities = can["textDocument"]["diagnostic" if pulled else "publishDiagnostics"]
    used = keys(found)
    both = {**can["textDocument"]["publishDiagnostics"], **abilities}
    for name, ability in (
        ("relatedInformation", "relatedInformation"),
        ("tags", "tagSupport"),
        ("codeDescription", "codeDescriptionSupport"),
        ("data", "dataSupport"),
        ("version", "versionSupport"),
    ):
        assert name not in used or both.get(ability), name


def check_completion(client: Editor, can: Json) -> None:
    abilities = can["textDocument"]["completion"]
    item = abilities.get("completionItem", {})
    kinds = at(abilities, "completionItemKind.valueSet") or list(range(1, 19))
    text = '[Model.FCN]\n!backbone = ""\n[Backbone.ResNet]\n\n['
    client.change("run.toml", 2, {"text": text})
    for line, column in ((4, 1), (3, 0), (1, 13)):
        found = client.at("textDocument/completion", "run.toml", line, column)
        used = keys(found)
        assert found["items"]
        assert {one["kind"] for one in found["items"]} <= set(kinds)
        assert "insertTextFormat" not in used or item.get("snippetSupport")
        assert item.get("snippetSupport") or not any("${" in text for text in values(found, "newText"))
        assert "labelDetails" not in used or item.get("labelDetailsSupport")
        assert set(found.get("itemDefaults", ())) <= set(at(abilities, "completionList.itemDefaults") or ())
        lazy = at(item, "resolveSupport.properties") or []
        assert "data" not in used or "documentation" in lazy
        if "data" in found["items"][0]:
            resolved = client.request("completionItem/resolve", found["items"][0])
            kind = at(resolved, "documentation.kind")
            assert kind is None or kind in (item.get("documentationFormat") or ["plaintext"])


def check_documentation(client: Editor, can: Json) -> None:
    hover = client.at("textDocument/hover", "bad.toml", 1, 8)
    assert hover["contents"]["kind"] in (at(can, "textDocument.hover.contentFormat") or ["plaintext"])
    if "signatureHelpProvider" not in client.capabilities:
        return
    abilities = at(can, "textDocument.signatureHelp.signatureInformation") or {}
    help = client.at("textDocument/signatureHelp", "bad.toml", 3, 10)
    assert help["signatures"]
    assert set(values(help, "kind")) <= set(abilities.get("documentationFormat") or ["plaintext"])
    labels = [one["label"] for one in help["signatures"][0]["parameters"]]
    if not at(abilities, "parameterInformation.labelOffsetSupport"):
        assert all(isinstance(label, str) for label in labels)
        assert all(label in help["signatures"][0]["label"] for label in labels)


def check_places(client: Editor, can: Json) -> None:
    for method in ("definition", "typeDefinition", "declaration", "implementation"):
        found = client.at(f"textDocument/{method}", "bad.toml", 1, 8) or []
        assert "targetUri" not in keys(found) or at(can, f"textDocument.{method}.linkSupport"), method
    document = {"textDocument": {"uri": uri(client.root / "bad.toml")}}
    symbols = client.request("textDocument/documentSymbol", document)
    tree = at(can, "textDocument.documentSymbol.hierarchicalDocumentSymbolSupport")
    assert symbols
    assert ("selectionRange" in keys(symbols)) == bool(tree)
    kinds = at(can, "textDocument.documentSymbol.symbolKind.valueSet") or range(1, 19)
    assert set(values(symbols, "kind")) <= set(kinds)
    if "codeLensProvider" in client.capabilities:
        able = at(can, "experimental.commands.commands") or []
        lenses = client.request("textDocument/codeLens", document)
        assert {lens["command"]["command"] for lens in lenses} <= {"", *able}
    if "workspaceSymbolProvider" in client.capabilities:
        found = client.request("workspace/symbol", {"query": ""})
        assert found
        assert set(values(found, "kind")) <= set(at(can, "workspace.symbol.symbolKind.valueSet") or range(1, 19))


def check_changes(client: Editor, can: Json) -> None:
    abilities = can["workspace"].get("workspaceEdit", {})
    edits = []
    where = {"uri": uri(client.root / "bad.toml")}
    if "renameProvider" in client.capabilities:
        params = {"textDocument": where, "position": {"line": 2, "character": 2}, "newName": "Other"}
        with suppress(ServerError):  # refused: the name is Python's
            edits.append(client.request("textDocument/rename", params))
    if "codeActionProvider" in client.capabilities:
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 10}}
        actions = client.request(
            "textDocument/codeAction", {"textDocument": where, "range": whole, "context": {"diagnostics": []}}
        )
        abilities_here = can["textDocument"]["codeAction"]
        if not abilities_here.get("codeActionLiteralSupport"):
            assert all("kind" not in action for action in actions or ())
        assert "disabled" not in keys(actions) or abilities_here.get("disabledSupport")
        assert "isPreferred" not in keys(actions) or abilities_here.get("isPreferredSupport")
        edits += [action["edit"] for action in actions or () if "edit" in action]
    for edit in edits:
        assert "documentChanges" not in edit or abilities.get("documentChanges")
        assert "changes" not in edit or not abilities.get("documentChanges")
        assert not set(values(edit, "kind")) - set(abilities.get("resourceOperations") or ())
        assert "changeAnnotations" not in edit or abilities.get("changeAnnotationSupport")


def check_requests(client: Editor, can: Json) -> None:
    for message in client.requests:
        method, params = message["method"], message.get("params")
        if method == "client/registerCapability":
            for one in params["registrations"]:
                group, _, feature = one["method"].partition("/")
                feature = "synchronization" if feature.startswith("did") and group == "textDocument" else feature
                assert at(can, f"{group}.{feature}.dynamicRegistration"), one["method"]
        elif method == "workspace/configuration":
            assert at(can, "workspace.configuration")
        elif method == "window/workDoneProgress/create":
            assert at(can, "window.workDoneProgress")
        elif method.endswith("/refresh"):
            feature = {"diagnostic": "diagnostics"}.get(method.split("/")[1], method.split("/")[1])
            assert at(can, f"workspace.{feature}.refreshSupport"), method
        else:
            assert method == "workspace/applyEdit", method
            assert at(can, "workspace.applyEdit")
    created = {message["params"]["token"] for message in client.requests if "workDone" in message["method"]}
    told = {message["method"] for message in client.notifications}
    assert {params["token"] for params in client.sent("$/progress")} <= created
    assert told <= {"textDocument/publishDiagnostics", "$/progress", "window/logMessage"}
