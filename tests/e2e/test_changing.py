"""Code actions, rename, formatting and moved files, over the wire, as an editor uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from e2e_kit import PUSH, Editor, editor, uri, write

from excore.tooling.lsp_client import Json, ServerError
from excore.tooling.uris import to_path

ACTIONS: Json = {
    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
    "isPreferredSupport": True,
}
LAZY: Json = {**ACTIONS, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
EDITS: Json = {"documentChanges": True, "resourceOperations": ["create", "rename"]}


def offering(actions: Json = ACTIONS, **workspace: Json) -> Json:
    text = {"codeAction": actions, "formatting": {}, "rangeFormatting": {}, "rename": {"prepareSupport": True}}
    return {**PUSH, "workspace": workspace, "textDocument": {**PUSH["textDocument"], **text}}


def actions(client: Editor, name: str, line: int, character: int = 0, **context: Any) -> list[Json]:
    """Code actions at a place, with the diagnostics of the file as context."""
    at = {"line": line, "character": character}
    known = client.diagnostics(uri(client.root / name)) or []
    params = {
        "textDocument": {"uri": uri(client.root / name)},
        "range": {"start": at, "end": at},
        "context": {"diagnostics": known, **context},
    }
    found: list[Json] = client.request("textDocument/codeAction", params)
    return found


def text_after(text: str, edits: list[Json]) -> str:
    """The text after LSP edits; every line of it is ASCII."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(place: Json) -> int:
        return min(len(text), starts[place["line"]] + place["character"])

    for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


def carry_out(client: Editor, edit: Json) -> None:
    """Do a workspace edit on disk."""
    changes: list[tuple[str, list[Json]]] = list(edit.get("changes", {}).items())
    for one in edit.get("documentChanges", ()):
        if one.get("kind") == "create":
            Path(to_path(one["uri"]) or "").write_text("")
        else:
            changes.append((one["textDocument"]["uri"], one["edits"]))
    for where, edits in changes:
        path = Path(to_path(where) or "")
        path.write_text(text_after(path.read_text(), edits))


def test_a_quick_fix(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, offering()) as client:
        client.show("run.toml", "[Model.FCM]\n!backbone = 'ResNet'\n[Backbone.ResNet]\ndepth = 50\n")
        client.until_codes("run.toml", ["unknown-class"])
        found = actions(client, "run.toml", 0, 8, only=["quickfix"])
        best = next(one for one in found if one.get("isPreferred"))
        assert best["title"] == "Change to `FCN`"
        assert best["kind"] == "quickfix"
        assert [item["code"] for item in best["diagnostics"]] == ["unknown-class"]
        edits = best["edit"]["changes"][uri(tmp_path / "run.toml")]
        for version, one in enumerate(edits, 2):
            client.change("run.toml", version, {"range": one["range"], "text": one["newText"]})
        client.until_codes("run.toml", [])


def test_edits_come_late_where_the_client_takes_them_so(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, offering(LAZY, workspaceEdit=EDITS)) as client:
        assert client.capabilities["codeActionProvider"]["resolveProvider"] is True
        client.show("run.toml", "[Model.FCM]\n!backbone = 'ResNet'\n[Backbone.ResNet]\ndepth = 50\n")
        client.until_codes("run.toml", ["unknown-class"])
        best = next(one for one in actions(client, "run.toml", 0, 8) if one.get("isPreferred"))
        assert "edit" not in best
        resolved = client.request("codeAction/resolve", best)
        change = resolved["edit"]["documentChanges"][0]
        assert change["textDocument"] == {"uri": uri(tmp_path / "run.toml"), "version": 1}
        assert [one["newText"] for one in change["edits"]] == ["FCN"]
        client.change("run.toml", 2, {"text": "[Model.FCN]\n"})
        with pytest.raises(ServerError, match="changed meanwhile"):
            client.request("codeAction/resolve", best)


def test_only_the_kinds_that_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, offering(workspaceEdit=EDITS)) as client:
        client.show("run.toml", "[Model.FCM]\n!backbone = 'ResNet'\n[Backbone.ResNet]\ndepth = 50\n")
        client.until_codes("run.toml", ["unknown-class"])

        def kinds(*only: str) -> set[str]:
            return {one["kind"] for one in actions(client, "run.toml", 0, 8, only=list(only))}

        assert kinds("quickfix") == {"quickfix"}
        assert kinds("source.fixAll") == {"source.fixAll.excore"}
        assert kinds("refactor.extract") == {"refactor.extract"}
        assert kinds("source.organizeImports") == set()


def test_fix_all(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, offering(LAZY)) as client:
        client.show("run.toml", "[Model.FCM]\n!bakbone = 'ResNet'\n[Backbone.ResNet]\ndepht = 50\n")
        client.until(lambda: "unknown-class" in client.codes("run.toml"))
        (action,) = actions(client, "run.toml", 3, only=["source.fixAll.excore"])
        edits = client.request("codeAction/resolve", action)["edit"]["changes"][uri(tmp_path / "run.toml")]
        assert {one["newText"] for one in edits} == {"FCN", "depth"}


def test_a_client_without_code_action_literals_is_not_offered_any(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path) as client:
        assert "codeActionProvider" not in client.capabilities


def test_a_new_base_for_clients_that_can_create_files(tmp_path: Path) -> None:
    write(tmp_path)
    title = "Move `[Model.FCN]` to the new base `run_base.toml`"
    with editor(tmp_path, offering()) as client:
        client.show("run.toml")
        assert client.codes("run.toml") == []
        assert title not in [one["title"] for one in actions(client, "run.toml", 0, 8)]
    with editor(tmp_path, offering(workspaceEdit=EDITS)) as client:
        client.show("run.toml")
        client.ready()
        found = next(one for one in actions(client, "run.toml", 0, 8) if one["title"] == title)
        carry_out(client, found["edit"])
    assert (tmp_path / "run_base.toml").read_text() == '[Model.FCN]\n!backbone = "ResNet"\n'
    assert (tmp_path / "run.toml").read_text().startswith('__base__ = ["run_base.toml"]\n\n[Backbone.ResNet]')


def test_rename_a_class_and_everything_is_well(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, offering(workspaceEdit=EDITS)) as client:
        client.show("run.toml")
        client.ready()
        place = {"textDocument": {"uri": uri(tmp_path / "run.toml")}, "position": {"line": 3, "character": 12}}
        prepared = client.request("textDocument/prepareRename", place)
        assert prepared["placeholder"] == "ResNet"
        assert prepared["range"]["start"] == {"line": 3, "character": 10}
        edit = client.request("textDocument/rename", {**place, "newName": "ConvNet"})
        versions = {one["textDocument"]["uri"]: one["textDocument"]["version"] for one in edit["documentChanges"]}
        assert versions == {uri(tmp_path / "run.toml"): 1, uri(tmp_path / "src/models.py"): None}
        carry_out(client, edit)
        client.change("run.toml", 2, {"text": (tmp_path / "run.toml").read_text()})
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri(tmp_path / "run.toml")}})
        client.watched("src/models.py")
        client.until(lambda: "ConvNet(" in client.at("textDocument/hover", "run.toml", 3, 12)["contents"]["value"])
        client.until_codes("run.toml", [])
    for name in ("run.toml", "src/models.py"):
        assert "ResNet" not in (tmp_path / name).read_text()


def test_a_rename_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, offering()) as client:
        client.show("run.toml")
        client.ready()
        place = {"textDocument": {"uri": uri(tmp_path / "run.toml")}, "position": {"line": 0, "character": 2}}
        with pytest.raises(ServerError, match="field or registry"):
            client.request("textDocument/prepareRename", place)


def test_formatting(tmp_path: Path) -> None:
    write(tmp_path)
    options = {"tabSize": 2, "insertSpaces": True}
    text = "[Model.FCN]\n!backbone='ResNet'\n[Backbone.ResNet]\ndepth=[\n1]\n"
    with editor(tmp_path, offering()) as client:
        client.show("run.toml", text)
        where = {"uri": uri(tmp_path / "run.toml")}
        client.ready()
        edits = client.request("textDocument/formatting", {"textDocument": where, "options": options})
        after = "[Model.FCN]\n!backbone = 'ResNet'\n\n[Backbone.ResNet]\ndepth = [\n  1,\n]\n"
        assert text_after(text, edits) == after
        line = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}
        edits = client.request(
            "textDocument/rangeFormatting", {"textDocument": where, "options": options, "range": line}
        )
        assert text_after(text, edits) == text.replace("!backbone=", "!backbone = ")
        client.change("run.toml", 2, {"text": after})
        assert client.request("textDocument/formatting", {"textDocument": where, "options": options}) == []
        client.change("run.toml", 3, {"text": "[Model.FCN\n"})
        assert client.request("textDocument/formatting", {"textDocument": where, "options": options}) is None
        client.show("pyproject.toml", "a=1\n")
        plain = {"textDocument": {"uri": uri(tmp_path / "pyproject.toml")}, "options": options}
        assert client.request("textDocument/formatting", plain) is None


def test_bases_follow_a_config_that_moves(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "#- base.toml\nsize = 1\n#- more.toml\n__base__ = 'base.toml'\n[Model.FCN]\n!backbone = 'ResNet'\n")
    moves = {"fileOperations": {"willRename": True, "didRename": True}}
    with editor(tmp_path, offering(**moves)) as client:
        assert set(client.capabilities["workspace"]["fileOperations"]) == {"willRename", "didRename", "willDelete"}
        client.show("more.toml")
        client.ready()
        assert client.request("workspace/willDeleteFiles", {"files": [{"uri": uri(tmp_path / "base.toml")}]}) is None
        assert client.sent("window/showMessage")[-1]["message"] == "1 config loses a base: more.toml"
        files = [{"oldUri": uri(tmp_path / "base.toml"), "newUri": uri(tmp_path / "parts/base.toml")}]
        edit = client.request("workspace/willRenameFiles", {"files": files})
        (one,) = edit["changes"][uri(tmp_path / "more.toml")]
        assert one["newText"] == "'parts/base.toml'"
        (tmp_path / "parts").mkdir()
        (tmp_path / "base.toml").rename(tmp_path / "parts/base.toml")
        client.change("more.toml", 2, {"range": one["range"], "text": one["newText"]})
        client.notify("workspace/didRenameFiles", {"files": files})
        client.until(lambda: "missing-base" not in client.codes("more.toml", 2))
        nothing = [{"oldUri": uri(tmp_path / "src/models.py"), "newUri": uri(tmp_path / "src/nets.py")}]
        assert client.request("workspace/willRenameFiles", {"files": nothing}) is None
