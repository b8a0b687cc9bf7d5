"""Whatever lies in a folder, the server goes on: a clear problem or silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from e2e_kit import WATCHING, Editor, editor, uri, write
from hypothesis import settings

BASE = '#- run.toml\n__base__ = "odd.toml"\n[Model.FCN]\n!backbone = "ResNet"\n[Backbone.ResNet]\ndepth = 1\n'


def goes_on(client: Editor, name: str = "fine.toml") -> None:
    """Diagnostics, hover and completion still come, and are right."""
    client.show(name, "[Model.FCM]\n[Backbone.ResNet]\ndepth = 1\n")
    client.ready()
    client.until(lambda: "unknown-class" in client.codes(name), "diagnostics")
    assert "Residual network." in client.at("textDocument/hover", name, 1, 12)["contents"]["value"]
    found = client.at("textDocument/completion", name, 0, 7)
    assert "FCN" in [item["label"] for item in found["items"]]


def not_utf8(path: Path) -> None:
    path.write_bytes(b"a = '\xff\xfe'\n")


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere.toml"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def locked(path: Path) -> None:
    path.write_text("a = 1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user can read files that nobody may read")


def circle(path: Path) -> None:
    path.write_text('__base__ = "run.toml"\n')


def test_bytes_that_an_editor_replaces_are_told(tmp_path: Path) -> None:
    text = '[Model.FCN]\nname = "é\ufffd"\n'
    (write(tmp_path) / "run.toml").write_bytes(text.encode().replace("\ufffd".encode(), b"\xff"))
    with editor(tmp_path) as client:
        client.show("run.toml", text)
        client.until(lambda: "unreadable-file" in client.codes("run.toml"), "the problem")
        published = client.diagnostics(uri(tmp_path / "run.toml")) or []
        (item,) = [item for item in published if item["code"] == "unreadable-file"]
        assert "byte 0xff in line 2, column 10; save it as UTF-8" in item["message"]
        assert item["range"]["start"] == {"line": 1, "character": 9}


def test_a_base_that_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    write(write(tmp_path), BASE)
    (tmp_path / "odd.toml").write_bytes("a = 1".encode("utf-16"))
    with editor(tmp_path) as client:
        client.show("run.toml")
        client.until(lambda: "missing-base" in client.codes("run.toml"), "the problem")
        (item,) = client.diagnostics(uri(tmp_path / "run.toml")) or []
        assert "line 1, column 1; it looks like UTF-16, save it as UTF-8" in item["message"]


@pytest.mark.parametrize("make", [not_utf8, folder, loop, dangling, pipe, locked, circle])
def test_a_base_that_cannot_be_read(tmp_path: Path, make: object) -> None:
    write(write(tmp_path), BASE)
    assert callable(make)
    make(tmp_path / "odd.toml")
    with editor(tmp_path) as client:
        client.show("run.toml")
        goes_on(client)
        base = {"missing-base", "unreadable-file", "circular-base", "invalid-base"}
        client.until(lambda: bool(base & set(client.codes("run.toml"))), "a problem that names the base")


def test_links_in_a_circle_and_odd_names(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "src" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "src" / "bad.py").write_bytes(b"\xff\x00 def (\n")
    (tmp_path / "src" / "directory.py").mkdir()
    odd = os.fsencode(tmp_path) + b"/odd\xff.toml"
    with open(odd, "wb") as file:
        file.write(b"[Model.FCN]\n")
    with editor(tmp_path, WATCHING) as client:
        client.watched("src/bad.py", "src/directory.py", "nowhere.py", "nowhere.toml")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": "file:///%FF%00.toml", "type": 1}]})
        goes_on(client)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 1000 + "]" * 1000 + "\n",
        "a = " + "{x = " * 1000 + "1" + "}" * 1000 + "\n",
        "[" + ".".join(["a"] * 1000) + "]\nb = 1\n",
        ".".join(["a"] * 1000) + " = 1\n",
        "[Model.FCN]\n!backbone = '" + "ResNet." * 1000 + "'\n",
        "[Model.FCN]\n!backbone = 'ResNet.f(" + "(" * 1000 + ")" * 1000 + ")'\n",
        "[" * 100_000,
        "\x00\x01\ud800\n= = =\n",
    ],
    ids=["arrays", "inline tables", "header", "dotted key", "attributes", "brackets", "openings", "characters"],
)
def test_deep_and_odd_texts(tmp_path: Path, text: str) -> None:
    with editor(write(tmp_path)) as client:
        client.show("run.toml", "[Model.FCN]\n" + text)
        client.at("textDocument/hover", "run.toml", 1, 4)
        client.at("textDocument/completion", "run.toml", 1, 300)
        client.at("textDocument/definition", "run.toml", 1, 300)
        client.change("run.toml", 2, {"text": text + "\n[Model.FCN]\n"})
        goes_on(client)


def test_ten_megabytes(tmp_path: Path) -> None:
    write(tmp_path)
    count, room = (200_000, 1) if settings.get_current_profile_name() == "thorough" else (10_000, 29)
    lines = "".join(f"key_{number} = '{'some text that is here to take room' * room}'\n" for number in range(count))
    assert len(lines) > 10_000_000
    with editor(tmp_path) as client:
        client.show("run.toml", "[Model.FCN]\n" + lines)
        client.at("textDocument/hover", "run.toml", 0, 8)
        goes_on(client)


def test_files_that_go_while_they_are_open(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml")
        client.ready()
        (tmp_path / "run.toml").unlink()
        (tmp_path / "src" / "models.py").unlink()
        client.watched("run.toml", "src/models.py", kind=3)
        client.at("textDocument/definition", "run.toml", 0, 8)
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path / "run.toml")}})
        client.show("run.toml", "[Model.FCN\n")
        client.until(lambda: client.at("textDocument/hover", "run.toml", 0, 8) is None, "the new index")
