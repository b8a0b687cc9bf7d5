"""Every set of capabilities that pytest-lsp recorded of a real editor: the server uses nothing that is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from client_rules import at, check_answer, check_traffic
from e2e_kit import PROJECT, SERVER, Editor, uri, write

from excore.cli.lsp_client import Json, ServerError

CLIENTS = sorted((Path(pytest_lsp.__file__).parent / "clients").glob("*.json"))
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
FOLLOWED = {
    "textDocument/prepareCallHierarchy": ("callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"),
    "textDocument/prepareTypeHierarchy": ("typeHierarchy/supertypes", "typeHierarchy/subtypes"),
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
CODE_COMMANDS: Json = {"commands": {"commands": ["editor.action.triggerSuggest"]}}
"""What VS Code has, though its capabilities do not say so."""
EVERYTHING: Json = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}


def recorded(path: Path) -> tuple[Json, Json]:
    """The capabilities and the name of an editor."""
    found: Json = json.loads(path.read_text("utf-8"))
    return found["capabilities"], found["clientInfo"]


def test_there_are_several_editors() -> None:
    assert {path.stem.split("_v")[0] for path in CLIENTS} == {"emacs", "neovim", "visual_studio_code"}


@pytest.mark.parametrize("client", [*CLIENTS, {}, PLAIN], ids=[*(path.stem for path in CLIENTS), "nothing", "plain"])
def test_nothing_is_sent_that_was_not_offered(tmp_path: Path, client: Path | Json) -> None:
    """A session with every request at every word of two configs, and with changes of files and settings."""
    check_session(tmp_path, *(recorded(client) if isinstance(client, Path) else (client, {"name": "plain"})))


def check_session(tmp_path: Path, can: Json, info: Json) -> None:
    root = tmp_path / "project"
    root.mkdir()
    write(root, PROJECT + FILES)
    with Editor(SERVER, cwd=str(root), timeout=30) as client:
        client.root = root
        check_answer("initialize", client.start(uri(root), can, clientInfo=info), can)
        if info["name"].startswith("Visual Studio Code"):
            can = {**can, "experimental": CODE_COMMANDS}
        asked = set()
        for name in ("run.toml", "bad.toml"):
            client.show(name)
            for method, params in questions(client, name):
                asked.add(method)
                with suppress(ServerError):  # there is nothing to rename, or not for us
                    follow(client, method, params, can)
        assert served(client) <= asked
        changes(client)
        pulls = "diagnosticProvider" in client.capabilities
        if not pulls:
            where = uri(root / "bad.toml")
            client.until(lambda: len(client.diagnostics(where) or ()) >= 3, "diagnostics")
        check_traffic(client.requests, client.notifications, can, pulls)
        assert client.stop() == 0
        assert "Traceback" not in client.stderr


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


def follow(client: Editor, method: str, params: Json, can: Json) -> None:
    """Ask, check the answer, and ask for what is behind it."""
    result = client.request(method, params)
    check_answer(method, result, can)
    for item in (result or ())[:2] if method in FOLLOWED else ():
        for more in FOLLOWED[method]:
            check_answer(more, client.request(more, {"item": item}), can)
    if method == "textDocument/completion":
        lazy = [item for item in result["items"] if "data" in item][:2]
        for item in lazy:
            check_answer("completionItem/resolve", client.request("completionItem/resolve", item), can)
    if method == "textDocument/codeAction":
        for item in result:
            if "data" in item:
                check_answer("codeAction/resolve", client.request("codeAction/resolve", item), can)


def changes(client: Editor) -> None:
    """What makes the server speak up by itself: files, folders and settings that change, and a lot of typing."""
    write(client.root, PROJECT.replace("FCN", "FCN2").split("#- run.toml")[0])
    client.watched("src/models.py")
    client.notify("workspace/didChangeConfiguration", {"settings": {"excore": {"inlayHints": {"defaults": True}}}})
    added = [{"uri": uri(client.root / "src"), "name": "src"}]
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": added, "removed": []}})
    client.change("run.toml", 2, {"text": "[Model.FCN2]\n[Nope.Nope]\n"})
    client.request("workspace/executeCommand", {"command": "excore.reindex"})
    client.until(
        lambda: "Model: 1" in client.request("workspace/executeCommand", {"command": "excore.debugInformation"}),
        "the new index",
    )
