"""The server shows a config in its other forms, and walks the build and the bases."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from e2e_kit import PUSH, editor, uri, write

from excore.tooling.lsp_client import Json, ServerError

FILES = """
    #- base.toml
    [Backbone.ResNet]
    depth = 18
    #- sub/über.toml
    __base__ = ["../base.toml"]
    [Model.FCN]
    @backbone = "ResNet"
"""
EVERYTHING: Json = {
    **PUSH,
    "workspace": {"textDocumentContent": {}},
    "textDocument": {**PUSH["textDocument"], "callHierarchy": {}, "typeHierarchy": {}},
}
NAME = "sub/über.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(write(tmp_path), FILES)


def show(client: Any, command: str, *more: object) -> Any:
    arguments = [uri(client.root / NAME), {"line": 1, "character": 2}, *more]
    return client.request("workspace/executeCommand", {"command": f"excore.{command}", "arguments": arguments})


def test_commands_answer_with_text_and_language(folder: Path) -> None:
    with editor(folder) as client:
        offered = client.capabilities["executeCommandProvider"]["commands"]
        assert {"excore.showComposed", "excore.showPython", "excore.showGraph"} <= set(offered)
        assert "textDocumentContent" not in client.capabilities.get("workspace", {})
        client.show(NAME)
        code = show(client, "showPython")  # at once: it waits for the Python to be read
        assert code["language"] == "python"
        ast.parse(code["text"])
        assert "backbone = ResNet(depth=18)\nmodel = FCN(backbone=backbone)\n" in code["text"]
        composed = show(client, "showComposed")
        places = composed.pop("places")
        assert composed == {
            "language": "toml",
            "text": "# über.toml with ../base.toml\n\n[Backbone.ResNet]  # from ../base.toml:1\n"
            "depth = 18  # from ../base.toml:2\n\n[Model.FCN]  # from über.toml:2\n"
            '@backbone = "ResNet"  # from über.toml:3\n',
        }
        lines = composed["text"].splitlines()
        written = {lines[int(number)].split(" ")[0]: place["uri"] for number, place in places.items()}
        here, base = uri(folder / NAME), uri(folder / "base.toml")
        assert written == {"[Backbone.ResNet]": base, "depth": base, "[Model.FCN]": here, "@backbone": here}
        line = code["text"].splitlines().index("model = FCN(backbone=backbone)")
        assert code["places"][str(line)]["uri"] == here
        assert "#" not in show(client, "showComposed", "plain")["text"]
        graph = show(client, "showGraph")
        assert graph["language"] == "markdown"
        assert graph["text"].startswith("```mermaid\nflowchart LR\n")
        picture = show(client, "showGraph", "svg")
        assert picture["text"].startswith("<svg ")
        assert sorted(place["uri"] for place in picture["places"].values()) == sorted([base, here])
        assert all(f'<g id="{node}">' in picture["text"] for node in picture["places"])
        assert show(client, "showGraph", "dot")["text"].startswith("digraph ")


def test_places_in_a_hover_are_links_where_the_client_opens_them(folder: Path) -> None:
    for can, link in ((PUSH, ""), ({**PUSH, "experimental": {"placeLinks": True}}, f"({uri(folder)}/base.toml#L1)")):
        with editor(folder, can) as client:
            client.show(NAME)
            client.ready()
            text = client.at("textDocument/hover", NAME, 2, 14)["contents"]["value"]
            place = "`base.toml:1`"
            assert (f"[{place}]{link}" if link else f" {place}") in text


def test_what_is_typed_shows(folder: Path) -> None:
    with editor(folder) as client:
        client.show(NAME)
        client.show("base.toml")
        client.ready()
        client.change("base.toml", 2, {"text": "[Backbone.ResNet]\ndepth = 34\n"})
        assert "depth = 34" in show(client, "showComposed")["text"]
        client.change(NAME, 2, {"text": "[Model.FC"})
        assert show(client, "showPython")["text"]


def test_commands_refuse_what_is_no_config(folder: Path) -> None:
    with editor(folder) as client:
        for arguments in ([], [3], [uri(folder / "none.toml")], [uri(folder / "src" / "models.py")], ["git:/x"]):
            with pytest.raises(ServerError):
                client.request("workspace/executeCommand", {"command": "excore.showComposed", "arguments": arguments})


def test_virtual_documents_where_the_client_has_them(folder: Path) -> None:
    with editor(folder, EVERYTHING) as client:
        assert client.capabilities["workspace"]["textDocumentContent"] == {"schemes": ["excore"]}
        client.show(NAME)
        client.ready()
        for command in ("showComposed", "showPython", "showGraph"):
            answer = show(client, command)
            assert answer["uri"].startswith(f"excore://{command.removeprefix('show').lower()}/")
            found = client.request("workspace/textDocumentContent", {"uri": answer["uri"]})
            assert found == {"text": answer["text"]}
        for wrong in ("excore://nothing/run.toml", "excore:", "file:///x.toml", "excore://python/none.toml"):
            with pytest.raises(ServerError):
                client.request("workspace/textDocumentContent", {"uri": wrong})


def test_a_virtual_document_is_asked_for_again_when_it_is_another(folder: Path) -> None:
    with editor(folder, EVERYTHING) as client:
        client.show(NAME)
        client.show("base.toml")
        client.ready()
        document = {"uri": show(client, "showComposed")["uri"]}
        assert "depth = 18" in client.request("workspace/textDocumentContent", document)["text"]
        client.change("base.toml", 2, {"text": "[Backbone.ResNet]\ndepth = 34\n"})
        refresh = "workspace/textDocumentContent/refresh"
        client.until(lambda: [one["params"] for one in client.requests if one["method"] == refresh] == [document])
        assert "depth = 34" in client.request("workspace/textDocumentContent", document)["text"]


def test_call_hierarchy_over_the_wire(folder: Path) -> None:
    with editor(folder, EVERYTHING) as client:
        assert client.capabilities["callHierarchyProvider"] is True
        client.show(NAME)
        client.ready()
        (item,) = client.at("textDocument/prepareCallHierarchy", NAME, 1, 8)
        assert (item["name"], item["uri"]) == ("Model.FCN", uri(folder / NAME))
        assert item["selectionRange"] == {"start": {"line": 1, "character": 7}, "end": {"line": 1, "character": 10}}
        (call,) = client.request("callHierarchy/outgoingCalls", {"item": item})
        assert call["to"]["name"] == "Backbone.ResNet"
        assert call["to"]["uri"] == uri(folder / "base.toml")
        assert call["fromRanges"] == [{"start": {"line": 2, "character": 12}, "end": {"line": 2, "character": 20}}]
        (back,) = client.request("callHierarchy/incomingCalls", {"item": call["to"]})
        assert back["from"]["name"] == "Model.FCN"
        assert back["fromRanges"] == call["fromRanges"]
        assert client.request("callHierarchy/outgoingCalls", {"item": call["to"]}) == []
        assert client.at("textDocument/prepareCallHierarchy", NAME, 0, 2) is None
        with pytest.raises(ServerError):
            client.request("callHierarchy/outgoingCalls", {"item": {**item, "data": {"made": "up"}}})


def test_type_hierarchy_over_the_wire(folder: Path) -> None:
    with editor(folder, EVERYTHING) as client:
        assert client.capabilities["typeHierarchyProvider"] is True
        client.show(NAME)
        client.ready()
        (item,) = client.at("textDocument/prepareTypeHierarchy", NAME, 0, 18)
        assert item["name"] == "base.toml"
        (above,) = client.request("typeHierarchy/subtypes", {"item": item})
        assert (above["name"], above["detail"]) == ("über.toml", "sub/über.toml")
        (below,) = client.request("typeHierarchy/supertypes", {"item": above})
        assert below == item
        assert client.request("typeHierarchy/supertypes", {"item": item}) is None
