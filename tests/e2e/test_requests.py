"""Questions and answers: what editors with recorded capabilities get, cancelled requests, and defects."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import Any, cast

import pytest
import warm
from e2e_kit import PUSH, Editor, editor, uri, write
from pytest_lsp import client_capabilities

from excore.tooling.lsp_client import Json, ServerError
from excore.tooling.uris import to_path


def recorded(name: str) -> Json:
    """The capabilities of a real editor, as pytest-lsp recorded them."""
    from lsprotocol.converters import get_converter

    plain: Json = get_converter().unstructure(client_capabilities(name))
    return plain


@pytest.mark.parametrize("name", ["neovim", "visual_studio_code", "emacs"])
def test_one_session_in_each_editor(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    with editor(tmp_path, recorded(name)) as client:
        client.show("run.toml")
        pulls = "diagnosticProvider" in client.capabilities
        empty = '[Model.FCN]\n!backbone = ""\n[Backbone.ResNet]\n\ndeep = 3\n[Model.'

        def codes() -> list[str]:
            return [i["code"] for i in client.pull("run.toml")["items"]] if pulls else client.codes("run.toml")

        assert "FCN" in labels(client, 0, 7)  # also right behind the start: it waits for the first index
        client.until(lambda: codes() == [])
        hover = client.at("textDocument/hover", "run.toml", 0, 8)
        assert "Fully convolutional network." in hover["contents"]["value"]
        for line, character, target in ((0, 8, "FCN"), (1, 15, "ResNet"), (4, 2, "depth")):
            place = client.at("textDocument/definition", "run.toml", line, character)[0]
            found = place.get("targetUri") or place["uri"]
            where = place.get("targetSelectionRange") or place["range"]
            assert text_at(found, where) == target or found == uri(tmp_path / "run.toml")
        client.change("run.toml", 2, {"text": empty})
        assert "FCN" in labels(client, 5, 7)
        assert "ResNet" in labels(client, 1, 13)
        assert "depth" in labels(client, 3, 0)
        client.until(lambda: {"unknown-parameter", "missing-parameter"} <= set(codes()))


def labels(client: Editor, line: int, character: int) -> list[str]:
    found = client.at("textDocument/completion", "run.toml", line, character)
    return [item["label"] for item in found["items"]]


def text_at(where: str, place: Json) -> str:
    from excore.tooling.uris import to_path

    line = Path(to_path(where) or "").read_text().split("\n")[place["start"]["line"]]
    return line[place["start"]["character"] : place["end"]["character"]]


def test_documentation_comes_when_it_is_asked_for(tmp_path: Path) -> None:
    item = {"resolveSupport": {"properties": ["documentation"]}, "documentationFormat": ["markdown"]}
    text = {
        **PUSH["textDocument"],
        "completion": {"completionItem": item, "completionList": {"itemDefaults": ["editRange"]}},
    }
    with editor(write(tmp_path), {**PUSH, "textDocument": text}) as client:
        client.show("run.toml")
        client.ready()
        found = client.at("textDocument/completion", "run.toml", 0, 7)
        assert found["itemDefaults"]["editRange"]["start"] == {"line": 0, "character": 7}
        fcn = next(one for one in found["items"] if one["label"] == "FCN")
        assert "documentation" not in fcn
        assert "Fully convolutional network." in client.request("completionItem/resolve", fcn)["documentation"]["value"]
        for odd in (
            {"label": "x"},
            {"label": "x", "data": 3},
            {"label": "x", "data": [uri(tmp_path / "run.toml"), "?"]},
        ):
            assert client.request("completionItem/resolve", odd)["label"] == "x"


def test_every_feature_answers(tmp_path: Path) -> None:
    """One right answer of each, in the form of the protocol; what they say is tested where they are made."""
    write(write(tmp_path), "#- base.toml\nsize = 3\n#- run.toml\n" + FEATURED)
    rename = {"rename": {"prepareSupport": True}, "signatureHelp": {}, "semanticTokens": {}, "documentSymbol": TREE}
    offered = {**PUSH["textDocument"], **rename, "inlayHint": {}, "codeLens": {}, "references": {}}
    with editor(tmp_path, {**PUSH, "textDocument": offered, "workspace": {"symbol": {}}}) as client:
        client.show("run.toml")
        client.ready()
        whole = {"textDocument": {"uri": uri(tmp_path / "run.toml")}}

        def ask(method: str, **more: Any) -> Any:
            return client.request(f"textDocument/{method}", {**whole, **more})

        def at(line: int, character: int) -> Json:
            return {"position": {"line": line, "character": character}}

        assert [one["name"] for one in ask("documentSymbol")] == ["__base__", "Model.FCN", "Backbone.ResNet"]
        assert ask("documentLink")[0]["target"] == uri(tmp_path / "base.toml")
        assert {"startLine": 1, "endLine": 3, "kind": "region"} in ask("foldingRange")
        assert len(ask("semanticTokens/full")["data"]) % 5 == 0
        some = {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}}
        assert 0 < len(ask("semanticTokens/range", range=some)["data"]) < len(ask("semanticTokens/full")["data"])
        everywhere = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        assert any("3" in str(one["label"]) for one in ask("inlayHint", range=everywhere))
        assert ask("codeLens")
        assert ask("selectionRange", positions=[{"line": 3, "character": 2}])[0]["parent"]["parent"]
        assert "FCN" in ask("signatureHelp", **at(3, 3))["signatures"][0]["label"]
        assert len(ask("references", **at(3, 14), context={"includeDeclaration": True})) == 2
        assert [one["kind"] for one in ask("documentHighlight", **at(3, 14))] == [2]
        assert ask("prepareRename", **at(3, 14))["placeholder"] == "size"
        edits = ask("rename", **at(3, 14), newName="classes_")["changes"]
        assert set(edits) == {uri(tmp_path / "run.toml"), uri(tmp_path / "base.toml")}
        renamed = ask("rename", **at(1, 8), newName="FCN8")["changes"]
        assert [one["newText"] for one in renamed[uri(tmp_path / "src" / "models.py")]] == ["FCN8"]
        assert renamed[uri(tmp_path / "src" / "models.py")][0]["range"]["start"]["character"] == len("class ")
        with pytest.raises(ServerError) as refused:
            ask("rename", **at(3, 14), newName="a b")
        assert refused.value.code == -32803
        assert ask("declaration", **at(3, 14))
        assert ask("typeDefinition", **at(2, 3))
        assert ask("implementation", **at(1, 3))
        assert "ResNet" in [one["name"] for one in client.request("workspace/symbol", {"query": "resn"})]
        python = {"textDocument": {"uri": uri(tmp_path / "src" / "models.py")}}
        client.show("src/models.py", language="python")
        titles = [one["command"]["title"] for one in client.request("textDocument/codeLens", python)]
        assert titles == ["used by 1 config", "used by 1 config"]


def test_lenses_lead_to_what_they_speak_of(tmp_path: Path) -> None:
    write(write(tmp_path), "#- base.toml\nsize = 3\n[Backbone.ResNet]\n#- run.toml\n" + FEATURED)
    can = {**PUSH, "experimental": {"commands": {"commands": ["excore.showReferences"]}}}
    can["textDocument"] = {**can["textDocument"], "codeLens": {}}
    with editor(tmp_path, can) as client:
        client.show("run.toml")
        client.show("src/models.py", language="python")
        client.ready()

        def shown(name: str) -> list[tuple[str, list[str]]]:
            where = uri(tmp_path / name)
            found = client.request("textDocument/codeLens", {"textDocument": {"uri": where}})
            made = []
            for lens in found:
                document, position, locations = lens["command"]["arguments"]
                assert (lens["command"]["command"], document) == ("excore.showReferences", where)
                assert position == lens["range"]["start"]
                made.append((lens["command"]["title"], [place_of(one) for one in locations]))
            return made

        assert shown("run.toml") == [
            ("instantiates models.FCN", ["models.py: FCN"]),
            ("instantiates models.ResNet", ["models.py: ResNet"]),
            ("used by 1 argument", ['run.toml: "ResNet"']),
            ("overrides base.toml", ["base.toml: ResNet"]),
        ]
        assert shown("src/models.py") == [
            ("used by 2 configs", ["base.toml: ResNet", "run.toml: ResNet", "run.toml: ResNet"]),
            ("used by 1 config", ["run.toml: FCN"]),
        ]


def place_of(location: Json) -> str:
    path = Path(to_path(location["uri"]) or "")
    start, end = location["range"]["start"], location["range"]["end"]
    assert start["line"] == end["line"]
    return f"{path.name}: {path.read_text('utf-8').splitlines()[start['line']][start['character'] : end['character']]}"


def test_a_class_is_renamed_from_an_unsaved_python_file(tmp_path: Path) -> None:
    rename = {"rename": {"prepareSupport": True}}
    with editor(write(tmp_path), {**PUSH, "textDocument": {**PUSH["textDocument"], **rename}}) as client:
        text = "# new\n" + (tmp_path / "src" / "models.py").read_text("utf-8")
        client.show("src/models.py", text, "python")
        client.ready()
        line = text.splitlines().index("class ResNet:")
        found = client.at("textDocument/prepareRename", "src/models.py", line, 8)
        assert found["placeholder"] == "ResNet"
        where = {"start": {"line": line, "character": 6}, "end": {"line": line, "character": 12}}
        assert found["range"] == where
        assert client.at("textDocument/prepareRename", "src/models.py", line, 2) is None
        assert client.at("textDocument/hover", "src/models.py", line, 8) is None
        at = {"position": {"line": line, "character": 8}, "newName": "ConvNet"}
        edits = client.request("textDocument/rename", {"textDocument": {"uri": uri(tmp_path / "src/models.py")}, **at})
        assert {name: len(found) for name, found in edits["changes"].items()} == {
            uri(tmp_path / "src" / "models.py"): 2,
            uri(tmp_path / "run.toml"): 2,
        }
        assert edits["changes"][uri(tmp_path / "src" / "models.py")][0] == {"range": where, "newText": "ConvNet"}


TREE = {"hierarchicalDocumentSymbolSupport": True}
FEATURED = """\
__base__ = "base.toml"
[Model.FCN]
!backbone = "ResNet"
&classes = "size"
[Backbone.ResNet]
depth = 50
"""


def test_null_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    write(tmp_path, "#- Cargo.toml\n[Model.FCN]\n")
    with editor(write(tmp_path)) as client:
        client.ready()
        for name in ("Cargo.toml", "missing.toml", "src/models.py"):
            for method in ("hover", "definition", "completion"):
                assert client.at(f"textDocument/{method}", name, 0, 8) is None
        where = {"textDocument": {"uri": "http://example/run.toml"}, "position": {"line": 0, "character": 8}}
        assert client.request("textDocument/hover", where) is None


def test_a_cancelled_request_is_not_carried_out(tmp_path: Path) -> None:
    """The cancellation arrives in one piece with the request: before the request's own turn."""
    import json

    def framed(message: Any) -> bytes:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    with editor(write(tmp_path)) as client:
        client.show("run.toml")
        client.ready()
        where = {"textDocument": {"uri": uri(tmp_path / "run.toml")}, "position": {"line": 0, "character": 8}}
        block = framed({"id": 900, "method": "textDocument/hover", "params": where}) * 1
        block += framed({"id": 901, "method": "textDocument/hover", "params": where})
        block += framed({"method": "$/cancelRequest", "params": {"id": 901}})
        client.write(block)
        assert client.result(900)
        with pytest.raises(ServerError) as refused:
            client.result(901)
        assert refused.value.code == -32800
        client.notify("$/cancelRequest", {"id": 4711})
        client.notify("$/cancelRequest", None)
        assert client.request("textDocument/hover", where)


HELD = """
import sys, threading
from excore_server.lsp import dispatch, server
from excore_server.lsp.session import project_indexes, worker
go_on = threading.Event()

class Held(worker.Worker):
    def __init__(self, *given):
        super().__init__(*given)
        self.add("hold", go_on.wait)

project_indexes.Worker = Held
dispatch.NOTIFICATIONS["test/goOn"] = lambda session, params: go_on.set()
sys.exit(server.main("warning"))
"""
"""A server that begins to read Python when it is told to."""


def test_a_request_that_waits_for_the_index_can_be_cancelled_or_go_stale(tmp_path: Path) -> None:
    write(tmp_path)
    with Editor([*warm.python(), "-c", HELD]) as client:
        client.root = tmp_path
        client.start(uri(tmp_path), PUSH)
        client.show("run.toml")
        where = {"textDocument": {"uri": uri(tmp_path / "run.toml")}, "position": {"line": 0, "character": 8}}
        cancelled = client.send("textDocument/hover", where)
        stale = client.send("textDocument/hover", where)
        client.notify("$/cancelRequest", {"id": cancelled})
        client.change("run.toml", 2, {"text": "[Model.FCN]\n"})
        codes = []
        for sent in (cancelled, stale):
            with pytest.raises(ServerError) as refused:
                client.result(sent)
            codes.append(refused.value.code)
        assert codes == [-32800, -32801]
        waiting = client.send("textDocument/hover", where)
        client.notify("test/goOn")
        assert "Fully convolutional" in client.result(waiting)["contents"]["value"]


def test_a_defect_costs_one_answer(caplog: pytest.LogCaptureFixture) -> None:
    from excore_server.lsp.transport.protocol import ExcoreProtocol, Refused

    protocol = ExcoreProtocol()
    with caplog.at_level(logging.ERROR):
        failed = protocol.guarded("textDocument/hover", lambda: 1 // 0)
    assert isinstance(failed, Refused)
    assert failed.code == -32603
    assert "ZeroDivisionError" not in str(failed)
    assert "ZeroDivisionError" in caplog.text
    assert protocol.guarded("textDocument/hover", lambda: 3) == 3
    assert protocol.failures["textDocument/hover"].count == 1


def test_every_method_that_is_offered_is_served() -> None:
    from excore_server.ide import semantic_tokens as tokens
    from excore_server.lsp.dispatch import NOTIFICATIONS, PATIENT, REQUESTS
    from excore_server.lsp.requests.execute_command import COMMANDS as SERVED
    from excore_server.lsp.session import server_capabilities as capabilities
    from excore_server.lsp.transport.params import SHAPES

    assert set(REQUESTS) >= PATIENT
    assert set(SHAPES) >= {*REQUESTS, *NOTIFICATIONS} - {"completionItem/resolve"}  # goes back as it came
    assert tuple(SERVED) == capabilities.COMMANDS
    assert tokens.TYPES == capabilities.TOKEN_TYPES
    assert tokens.MODIFIERS == capabilities.TOKEN_MODIFIERS


def test_what_is_read_of_parameters_is_in_the_protocol() -> None:
    from lsprotocol import types

    from excore_server.lsp.transport.params import SHAPES, read_params

    for method, shape in SHAPES.items():
        known = inspect.signature(cast(Any, types.METHOD_TO_TYPES[method][2])).parameters
        params = read_params(method, example(shape))
        assert set(vars(params)) <= set(known), method
        optional = {name for name, value in vars(params).items() if value is None}
        needed = set(vars(params)) - optional
        assert {name for name in needed if known[name].default is not inspect.Parameter.empty} == set(), method
        wrong: list[Any] = [None, 3, {}] if needed else [None, 3]
        for broken in wrong:
            with pytest.raises(ValueError, match="params"):
                read_params(method, broken)


def example(shape: Any) -> Any:
    """The smallest value of a shape."""
    if isinstance(shape, dict):
        return {key: example(inner) for key, inner in shape.items() if not key.endswith("?")}
    if isinstance(shape, list):
        return [example(shape[0])]
    return {str: "a", int: 1, bool: True}.get(shape[0] if isinstance(shape, tuple) else shape)
