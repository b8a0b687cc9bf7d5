"""Every set of capabilities that a real editor announces: the server answers in no form that is not in it.

Some were recorded by pytest-lsp, the others, in ``clients``, are what those clients say of themselves.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_lsp
from client_rules import check_answer, check_traffic
from e2e_kit import PROJECT, Editor, uri, write
from questions import FILES, PLAIN, questions, served

from excore.tooling.lsp_client import Json, ServerError

OWN = sorted((Path(__file__).parent / "clients").glob("*.json"))
CLIENTS = [*sorted((Path(pytest_lsp.__file__).parent / "clients").glob("*.json")), *OWN]
FOLLOWED = {
    "textDocument/prepareCallHierarchy": ("callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"),
    "textDocument/prepareTypeHierarchy": ("typeHierarchy/supertypes", "typeHierarchy/subtypes"),
}
CODE_COMMANDS: Json = {"commands": {"commands": ["editor.action.triggerSuggest"]}}
"""What VS Code has, though its capabilities do not say so."""


def recorded(path: Path) -> tuple[Json, Json | None]:
    """The capabilities and the name of an editor; not all say one."""
    found: Json = json.loads(path.read_text("utf-8"))
    return found["capabilities"], found["clientInfo"]


def test_there_are_several_editors() -> None:
    assert {path.stem.split("_v")[0] for path in CLIENTS} == {
        *("emacs", "neovim", "visual_studio_code", "kate", "helix", "sublime", "zed"),
        *("vim_ale", "vim_lsp", "vim_yegappan_lsp"),
    }


@pytest.mark.parametrize("client", [*CLIENTS, {}, PLAIN], ids=[*(path.stem for path in CLIENTS), "nothing", "plain"])
def test_nothing_is_sent_that_was_not_offered(tmp_path: Path, client: Path | Json) -> None:
    """A session with every request at every word of two configs, and with changes of files and settings."""
    check_session(tmp_path, *(recorded(client) if isinstance(client, Path) else (client, {"name": "plain"})))


def check_session(tmp_path: Path, can: Json, info: Json | None) -> None:
    root = tmp_path / "project"
    root.mkdir()
    write(root, PROJECT + FILES)
    with Editor(cwd=str(root)) as client:
        client.root = root
        check_answer("initialize", client.start(uri(root), can, clientInfo=info), can)
        if info is not None and info["name"].startswith("Visual Studio Code"):
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
