"""A session of every client as it announces itself: whatever its capabilities leave out, the common work is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from client_rules import at
from e2e_kit import PROJECT, PUSH, Editor, editor, uri, write
from questions import MORE, PLAIN
from test_clients import CLIENTS, recorded

from excore.tooling.lsp_client import Json

FILES = """
    #- .excore.toml
    src_dir = "src"
    #- run.toml
    __base__ = "base.toml"
    [Model.FCN]
    !backbone = "ResNet"
    classes   =   7
    #- base.toml
    [Backbone.ResNet]
    depth = 50
"""
NAME = {"line": 2, "character": 14}
"""Where run.toml says ``ResNet``."""


@pytest.mark.parametrize("client", [*CLIENTS, {}, PLAIN], ids=[*(path.stem for path in CLIENTS), "nothing", "plain"])
def test_the_common_work_is_done_in_every_client(tmp_path: Path, client: Path | Json) -> None:
    """Definition, references, rename, format, and a completion with its documentation."""
    can, info = recorded(client) if isinstance(client, Path) else (client, None)
    root = write(tmp_path / "project", PROJECT.replace("#- run.toml", "#- other.txt") + FILES)
    with editor(root, can, clientInfo=info) as session:
        session.show("run.toml")
        assert offered(session) == {True}

        goals = session.at("textDocument/definition", "run.toml", **NAME)
        assert [goal.get("uri", goal.get("targetUri")) for goal in goals] == [uri(root / "base.toml")]

        places = ask(session, "references", position=NAME)
        assert {place["uri"] for place in places} == {uri(root / "run.toml"), uri(root / "base.toml")}

        renamed = edits(ask(session, "rename", position=NAME, newName="ResNet2"))
        assert set(renamed) == {uri(root / name) for name in ("run.toml", "base.toml", "src/models.py")}
        assert {edit["newText"] for found in renamed.values() for edit in found} == {"ResNet2"}

        assert ask(session, "formatting")

        session.change("run.toml", 2, {"text": "[Model.FCN]\n[Backbone.ResNet]\nde"})
        found = ask(session, "completion", position={"line": 2, "character": 2})
        item = next(one for one in found["items"] if one["label"] == "depth")
        if at(session.capabilities, "completionProvider.resolveProvider"):
            item = session.request("completionItem/resolve", item)
        assert "How many layers there are." in item["documentation"]["value"]

        hover = session.at("textDocument/hover", "run.toml", 1, 12)["contents"]
        shows_markdown = "markdown" in (at(can, "textDocument.hover.contentFormat") or ())
        assert hover["kind"] == ("markdown" if shows_markdown else "plaintext")
        assert ("```" in hover["value"]) == shows_markdown


def ask(session: Editor, method: str, **more: Any) -> Any:
    method = f"textDocument/{method}"
    document = {"uri": uri(session.root / "run.toml")}
    return session.request(method, {"textDocument": document, **MORE.get(method, {}), **more})


def offered(session: Editor) -> set[bool]:
    names = ("definition", "references", "rename", "documentFormatting", "completion", "hover")
    return {bool(session.capabilities.get(f"{name}Provider")) for name in names}


def edits(change: Json) -> dict[str, list[Json]]:
    """The edits of a change by uri, in whichever form it is."""
    found = {one["textDocument"]["uri"]: one["edits"] for one in change.get("documentChanges", ())}
    return found or change["changes"]


def test_text_for_clients_without_markdown_has_no_signs_of_it(tmp_path: Path) -> None:
    code = '''
        #- m.py
        from excore import Registry

        MODEL = Registry("Model")


        @MODEL.register()
        class Net:
            """A net with __init__ and C:\\\\new_dir.

            Args:
                depth: As in *args and **kwargs.
            """

            def __init__(self, depth=1):
                self.depth = depth
        #- run.toml
        [Model.Net]
    '''
    can = {**PUSH, "textDocument": {**PUSH["textDocument"], "hover": {"contentFormat": ["plaintext"]}}}
    with editor(write(tmp_path, code), can) as client:
        client.show("run.toml")
        client.ready()
        found = client.at("textDocument/hover", "run.toml", 0, 8)["contents"]
    assert found["kind"] == "plaintext"
    assert found["value"].split("\n") == [
        "class Net(depth=1)",
        "",
        "A net with __init__ and C:\\new_dir.",
        "",
        "Parameters",
        "",
        "- depth: As in *args and **kwargs.",
        "",
        "Registry Model · m.py:7",
    ]


ACTIONS: Json = {
    **PUSH,
    "textDocument": {
        **PUSH["textDocument"],
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
}


def test_actions_of_one_name_mend_each_its_own_place(tmp_path: Path) -> None:
    """One name is misspelt in three places of a selection: the same title each time."""
    write(tmp_path)
    text = '[Model.FCN]\n!backbone = "ResNett"\n!classes = "ResNett"\n!other = "ResNett"\n'
    with editor(tmp_path, ACTIONS) as client:
        client.show("run.toml", text)
        client.ready()
        client.until(lambda: client.codes("run.toml").count("unknown-class") == 3, "three problems")
        told = client.diagnostics(uri(tmp_path / "run.toml")) or []
        document = {"uri": uri(tmp_path / "run.toml")}
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}}
        params = {"textDocument": document, "range": whole, "context": {"diagnostics": told}}
        actions = [
            one for one in client.request("textDocument/codeAction", params) if one["title"].endswith("`ResNet`")
        ]
        mended = []
        for action in actions:
            (place,) = (one["range"]["start"]["line"] for one in action["diagnostics"])
            resolved = client.request("codeAction/resolve", action)
            ((edit,),) = edits(resolved["edit"]).values()
            assert edit["range"]["start"]["line"] == place
            mended.append(place)
    assert mended == [1, 2, 3]


def test_a_project_is_looked_after_beyond_the_folder_of_the_client(tmp_path: Path) -> None:
    """The client has ``configs`` open and watches that; the sources are beside it."""
    files = PROJECT.replace("#- run.toml", "#- configs/run.toml") + '\n    #- .excore.toml\n    src_dir = "src"\n'
    root = write(tmp_path, files)
    can = {**PUSH, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with Editor(cwd=str(root / "configs")) as client:
        client.root = root
        client.start(uri(root / "configs"), can)
        client.show("configs/run.toml")
        client.ready()
        client.until_codes("configs/run.toml", [])
        source = root / "src" / "models.py"
        source.write_text(source.read_text("utf-8").replace("class ResNet", "class ResNeXt"), "utf-8")
        client.until(lambda: "unknown-class" in client.codes("configs/run.toml"), "the change of the source")
        assert client.stop() == 0


@pytest.mark.parametrize("where", ["nowhere", "elsewhere"])
def test_a_rename_changes_the_project_whatever_folder_is_open(tmp_path: Path, where: str) -> None:
    root = write(tmp_path / "project", PROJECT.replace("#- run.toml", "#- other.txt") + FILES)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with Editor(cwd=str(root)) as client:
        client.root = root
        client.start(None if where == "nowhere" else uri(elsewhere), PUSH)
        client.show("run.toml")
        client.ready()
        renamed = edits(ask(client, "rename", position=NAME, newName="ResNet2"))
        assert set(renamed) == {uri(root / name) for name in ("run.toml", "base.toml", "src/models.py")}
        assert client.stop() == 0


DYNAMIC: Json = {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}
OFF = {"severity": {"unknown-class": "off"}}


@pytest.mark.parametrize("sent", [{"settings": None}, {"settings": {}}, {"settings": {"excore": None}}], ids=json.dumps)
def test_settings_that_say_nothing_leave_those_of_the_start(tmp_path: Path, sent: Json) -> None:
    with editor(write(tmp_path), initializationOptions=OFF) as client:
        client.show("run.toml", "[Model.FCNN]\n")
        client.ready()
        client.notify("workspace/didChangeConfiguration", {"settings": {"severity": {"unknown-class": "hint"}}})
        client.until_codes("run.toml", ["unknown-class"])
        client.notify("workspace/didChangeConfiguration", sent)
        client.until_codes("run.toml", [])


def test_changes_of_settings_are_asked_for_where_the_client_wants_that(tmp_path: Path) -> None:
    root = write(tmp_path)
    answers = {"workspace/configuration": lambda params: [None]}
    with Editor(cwd=str(root), answers=answers) as client:
        client.root = root
        client.start(uri(root), {**PUSH, "workspace": DYNAMIC}, initializationOptions=OFF)
        client.show("run.toml", "[Model.FCNN]\n")
        client.ready()
        asked = [one for one in client.requests if one["method"] == "client/registerCapability"]
        (wanted,) = (one for message in asked for one in message["params"]["registrations"])
        assert wanted["method"] == "workspace/didChangeConfiguration"
        assert wanted["registerOptions"] == {"section": "excore"}
        client.until_codes("run.toml", [])
        assert client.stop() == 0


SETTINGS: Json = {"format": {"enable": False}, "codeLens": {"enable": False}, "diagnosticMode": "workspace"}
FORMAT: Json = {"options": {"tabSize": 4, "insertSpaces": True}}


def test_what_is_turned_off_stays_off_and_other_problems_come_on_request(tmp_path: Path) -> None:
    """Settings of the start, and then others: formatting, lenses, and problems of configs that are not open."""
    root = write(tmp_path, PROJECT + "    #- other.toml\n    [Backbone.ResNet]\n    depth=3\n    deep=3\n")
    other = uri(root / "other.toml")

    def counts(client: Editor) -> tuple[int, int]:
        document = {"textDocument": {"uri": other}}
        lenses = client.request("textDocument/codeLens", document) or []
        return len(lenses), len(client.request("textDocument/formatting", {**document, **FORMAT}) or [])

    def until_told(client: Editor, codes: list[str]) -> None:
        client.until(lambda: [item["code"] for item in client.diagnostics(other) or ()] == codes, "news of other.toml")

    with editor(root, initializationOptions=SETTINGS) as client:
        assert "documentFormattingProvider" not in client.capabilities
        client.show("run.toml")
        client.ready()
        until_told(client, ["unknown-parameter"])
        assert counts(client) == (0, 0)
        client.notify("workspace/didChangeConfiguration", {"settings": {"diagnosticMode": "openFilesOnly"}})
        until_told(client, [])
        lenses, edits = counts(client)
        assert lenses > 0
        assert edits > 0
        wrong = {"format": {"enable": 3}, "codeLens": [], "diagnosticMode": "all"}
        client.notify("workspace/didChangeConfiguration", {"settings": wrong})
        assert counts(client) == (lenses, edits)
        complaints = "\n".join(params["message"] for params in client.sent("window/logMessage"))
        for name in ("format.enable", "codeLens", "diagnosticMode"):
            assert f"`excore.{name}` must be" in complaints


def test_a_project_without_a_sign_begins_where_its_sources_do(tmp_path: Path) -> None:
    """Nothing but sources and configs, and only the folder of the configs is open; the sources come later."""
    root = write(tmp_path, PROJECT.replace("#- run.toml", "#- configs/run.toml"))
    source = root / "src" / "models.py"
    text = source.read_text("utf-8")
    source.unlink()
    with Editor(cwd=str(root / "configs")) as client:
        client.root = root
        client.start(uri(root / "configs"), PUSH)
        client.show("configs/run.toml", "[Model.FCM]\n")
        client.ready()
        assert client.codes("configs/run.toml") != ["unknown-class"]
        source.write_text(text, "utf-8")
        client.watched("src/models.py", kind=1)
        client.until_codes("configs/run.toml", ["unknown-class"])
        labels = [item["label"] for item in client.at("textDocument/completion", "configs/run.toml", 0, 7)["items"]]
        assert "FCN" in labels
        assert client.stop() == 0
