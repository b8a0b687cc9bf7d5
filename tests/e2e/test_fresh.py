"""Nothing has to be restarted: what changes on disk, or in another buffer, counts at once."""

from __future__ import annotations

import os
import queue
import shutil
from pathlib import Path

import pytest
from e2e_kit import PULL, PUSH, WATCHING, Editor, editor, uri, write

from excore.tooling.lsp_client import Json
from excore_server.lsp.session.watcher import Watcher

NEW_CLASS = """

@MODEL.register()
class UNet:
    def __init__(self, steps: int = 1) -> None: ...
"""


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("capabilities", [WATCHING, PUSH], ids=["the client watches", "the server looks itself"])
def test_python_files(tmp_path: Path, capabilities: dict[str, object]) -> None:
    """Saved, created, deleted and moved, from the editor or behind its back."""
    write(tmp_path)
    models = tmp_path / "src" / "models.py"
    told = capabilities is WATCHING
    with editor(tmp_path, capabilities) as client:
        client.show("run.toml", "[Model.UNet]\n")
        client.until_codes("run.toml", ["unknown-class"])
        models.write_text(models.read_text() + NEW_CLASS)
        if told:
            client.watched("src/models.py")
        client.until_codes("run.toml", [])
        edit(models, "steps: int = 1", "steps: int")
        if told:
            client.watched("src/models.py")
        client.until_codes("run.toml", ["missing-parameter"])
        (tmp_path / "src" / "more.py").write_text(
            'from .models import MODEL\n\n\n@MODEL.register()\nclass VNet:\n    """V."""\n'
        )
        if told:
            client.watched("src/more.py", kind=1)
        client.change("run.toml", 2, {"text": "[Model.VNet]\n"})
        client.until_codes("run.toml", [])
        (tmp_path / "src" / "more.py").rename(tmp_path / "src" / "renamed.py")
        if told:
            client.watched("src/more.py", kind=3)
            client.watched("src/renamed.py", kind=1)
        client.until(lambda: jump(client) == "renamed.py", "the new place of the class")
        (tmp_path / "src" / "renamed.py").unlink()
        if told:
            client.watched("src/renamed.py", kind=3)
        client.until_codes("run.toml", ["unknown-class"])


def test_what_was_written_before_the_first_look_is_found(tmp_path: Path) -> None:
    """Others may have read it before that."""
    found: queue.Queue[list[str]] = queue.Queue()
    watcher = Watcher(found.put)
    for name in ("new.py", "old.py"):
        (tmp_path / name).write_text("")
    os.utime(tmp_path / "old.py", (1, 1))
    watcher.watch((str(tmp_path),), ())
    assert found.get(timeout=60) == [str(tmp_path / "new.py")]


def jump(client: Editor) -> str:
    found = client.at("textDocument/definition", "run.toml", 0, 9)
    return str(found[0]["targetUri"].rpartition("/")[2]) if found else ""


def test_a_python_buffer_counts_before_it_is_saved(tmp_path: Path) -> None:
    models = write(tmp_path) / "src" / "models.py"
    with editor(tmp_path) as client:
        client.show("run.toml", "[Model.UNet]\n")
        client.until_codes("run.toml", ["unknown-class"])
        client.show("src/models.py", language="python")
        end = {"line": 10_000, "character": 0}
        client.change("src/models.py", 2, {"range": {"start": end, "end": end}, "text": NEW_CLASS})
        client.until_codes("run.toml", [])
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri(models)}})
        client.until_codes("run.toml", ["unknown-class"])


def test_python_buffers_count_whatever_is_on_disk(tmp_path: Path) -> None:
    """Two edited at once, one opened with another text than the disk has; and neither a watched file nor
    another reading of the project puts the disk before them."""
    write(tmp_path)
    for name in ("one", "two", "three"):
        (tmp_path / "src" / f"{name}.py").write_text("from .models import MODEL\n")
    config = "[Model.One]\n[Model.Two]\n[Model.Three]\n"
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml", config)
        client.until_codes("run.toml", ["unknown-class"] * 3)
        for name in ("one", "two"):
            client.show(f"src/{name}.py", language="python")
        for name in ("one", "two"):
            text = f"from .models import MODEL\n\n\n@MODEL.register()\nclass {name.title()}:\n    pass\n"
            client.change(f"src/{name}.py", 2, {"text": text})
        client.until_codes("run.toml", ["unknown-class"])
        text = "from .models import MODEL\n\n\n@MODEL.register()\nclass Three:\n    pass\n"
        client.show("src/three.py", text, "python")
        client.until_codes("run.toml", [])
        (tmp_path / "src" / "more.py").write_text("from .models import MODEL\n\n\n@MODEL.register()\nclass More: ...\n")
        client.watched("src/one.py", "src/two.py", "src/three.py", "src/more.py")
        client.change("run.toml", 2, {"text": f"{config}[Model.More]\n"})
        client.until_codes("run.toml", [])
        client.request("workspace/executeCommand", {"command": "excore.reindex"})
        client.ready(2)
        client.change("run.toml", 3, {"text": f"{config}[Model.Other]\n"})
        client.until_codes("run.toml", ["unknown-class"])


def test_bases(tmp_path: Path) -> None:
    """Open and unsaved, changed on disk, and deleted."""
    write(tmp_path, "#- base.toml\nsize = 3\n#- run.toml\n__base__ = 'base.toml'\n[Model.FCN]\n&classes = 'size'\n")
    write(tmp_path / "src", '#- m.py\nfrom excore import Registry\nMODEL = Registry("Model")\n')
    with (tmp_path / "src" / "m.py").open("a") as file:
        file.write("@MODEL.register()\nclass FCN:\n    def __init__(self, classes): ...\n")
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml")
        client.show("base.toml")
        client.ready()
        client.until_codes("run.toml", [])
        client.change("base.toml", 2, {"text": "sizes = 3\n"})
        client.until_codes("run.toml", ["unknown-variable"])
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path / "base.toml")}})
        client.until_codes("run.toml", [])
        (tmp_path / "base.toml").unlink()
        client.watched("base.toml", kind=3)
        client.until(lambda: "missing-base" in client.codes("run.toml"))
        (tmp_path / "base.toml").write_text("size = 3\n")
        client.watched("base.toml", kind=1)
        client.until_codes("run.toml", [])


def test_the_project_file(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml", "[Model.FCM]\n")
        client.until_codes("run.toml", ["unknown-class"])
        (tmp_path / ".excore.toml").write_text(
            'registries = ["*Model", "Backbone"]\n[severity]\nunknown-class = "off"\n'
        )
        client.watched(".excore.toml", kind=1)
        client.until_codes("run.toml", [])
        (tmp_path / ".excore.toml").unlink()
        client.watched(".excore.toml", kind=3)
        client.until_codes("run.toml", ["unknown-class"])


def test_folders_come_and_go(tmp_path: Path) -> None:
    one, other = write(tmp_path / "one"), write(tmp_path / "other")
    edit(other / "src" / "models.py", "class FCN", "class FCM")
    capabilities = {**PUSH, "workspace": {"workspaceFolders": True}}
    with editor(one, capabilities) as client:
        client.ready()
        folder = {"uri": uri(other), "name": "other"}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
        client.ready(2)
        client.show("../other/run.toml", "[Model.FCN]\n[Nothing.FCM]\n")
        client.show("run.toml", "[Model.FCM]\n")
        client.until_codes("run.toml", ["unknown-class"])
        client.until(lambda: "unknown-class" in client.codes("../other/run.toml"))
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
        text = client.request("workspace/executeCommand", {"command": "excore.debugInformation"})
        assert f"folders: {one}\n" in text


def test_reindex_reads_everything_again(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml", "[Model.UNet]\n")
        client.until_codes("run.toml", ["unknown-class"])
        with (tmp_path / "src" / "models.py").open("a") as file:
            file.write(NEW_CLASS)
        assert client.request("workspace/executeCommand", {"command": "excore.reindex"}) == 1
        client.until_codes("run.toml", [])


def test_a_folder_that_is_deleted_takes_its_classes_along(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml")
        client.ready()
        client.until_codes("run.toml", [])
        shutil.rmtree(tmp_path / "src")
        client.watched("src", kind=3)
        client.change("run.toml", 2, {"text": "__base__ = []\n[Model.FCN]\n"})
        client.until(lambda: jump(client) == "")


def test_settings(tmp_path: Path) -> None:
    settings = {"severity": {"unknown-class": "information", "nonsense": "error"}, "interpreter": 3}
    answers = {"workspace/configuration": lambda params: [settings for _ in params["items"]]}
    capabilities = {**PUSH, "workspace": {"configuration": True}}
    with Editor(cwd=str(write(tmp_path)), answers=answers) as client:
        client.root = tmp_path
        client.start(uri(tmp_path), capabilities, initializationOptions={"severity": {"unknown-class": "off"}})
        client.show("run.toml", "[Model.FCM]\n")
        client.until(lambda: severities(client) == [3])
        complaints = "\n".join(params["message"] for params in client.sent("window/logMessage"))
        assert "nonsense" in complaints
        assert "interpreter" in complaints
        settings["severity"] = {"unknown-class": "off"}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        client.until(lambda: severities(client) == [])
        assert client.stop() == 0


def test_each_of_several_folders_has_its_own_settings(tmp_path: Path) -> None:
    one, other = write(tmp_path / "one"), write(tmp_path / "other")
    package = tmp_path / "env" / "lib" / "python3.11" / "site-packages" / "nets.py"
    package.parent.mkdir(parents=True)
    package.write_text("class Net: ...\n")
    of_folders = {uri(other): {"severity": {"unknown-class": "hint"}, "interpreter": str(tmp_path / "env")}}

    def settings(params: Json) -> list[Json]:
        return [of_folders.get(item.get("scopeUri"), {}) for item in params["items"]]

    capabilities = {**PUSH, "workspace": {"workspaceFolders": True, "configuration": True}}
    folders = [{"uri": uri(folder), "name": folder.name} for folder in (one, other)]
    with Editor(cwd=str(one), answers={"workspace/configuration": settings}) as client:
        client.root = tmp_path
        client.start(uri(one), capabilities, workspaceFolders=folders)
        client.show("one/run.toml", "[Model.FCM]\n")
        client.show("other/run.toml", "[Model.FCM]\n")
        client.until(lambda: (severities(client, "one/run.toml"), severities(client, "other/run.toml")) == ([1], [4]))
        text = client.request("workspace/executeCommand", {"command": "excore.debugInformation"})
        assert [str(tmp_path) in line for line in text.splitlines() if "packages:" in line] == [False, True]
        assert client.stop() == 0


def severities(client: Editor, name: str = "run.toml") -> list[int]:
    return [item["severity"] for item in client.diagnostics(uri(client.root / name)) or ()]


def test_pulled_diagnostics(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, PULL) as client:
        client.show("run.toml", "[Model.UNet]\n")
        client.ready()
        client.until(lambda: "workspace/diagnostic/refresh" in [r["method"] for r in client.requests], "a refresh")
        first = client.pull("run.toml")
        assert [item["code"] for item in first["items"]] == ["unknown-class"]
        assert client.pull("run.toml", first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
        client.change("run.toml", 2, {"text": "[Model.FCN\n"})
        second = client.pull("run.toml", first["resultId"])
        assert second["kind"] == "full"
        assert "syntax" in [item["code"] for item in second["items"]]
        assert client.pull("nowhere.toml")["items"] == []
        assert not client.sent("textDocument/publishDiagnostics")
