"""The server's text is the editor's text, whatever is typed and however positions are counted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from e2e_kit import PUSH, editor, uri, write

from excore.lang.text import Encoding, LineIndex
from excore.lang.workspace.host import Host
from excore.tooling.diagnostics import diagnostics

PIECES = [
    "\n",
    "\r\n",
    "\r",
    "😀",
    "é",
    "\u2028",
    "\x0b",
    "\x0c",
    "\x85",
    "a = 1",
    "[x",
    "]",
    '"',
    "=",
    " ",
    "b",
    "'''",
]
TEXT = '# 😀 é\r\n[Model.FCN]\r\n!backbone = "😀"\u2028 x\n"a" = = 3\r[Nope.😀]\n'


def expected(root: Path, name: str, text: str, encoding: Encoding) -> list[dict[str, object]]:
    """The syntax problems of a text that was never edited."""
    host = Host()
    path = str(root / name)
    host.open(path, text)
    return [item for item in diagnostics(host.snapshot(), path, encoding) if item["code"] == "syntax"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_random_edits(tmp_path: Path, encoding: Encoding) -> None:
    chance = random.Random(encoding)
    capabilities = {**PUSH, "general": {"positionEncodings": [encoding]}}
    write(tmp_path, '#- .excore.toml\ninclude = ["*.toml"]\n')
    with editor(tmp_path, capabilities) as client:
        assert client.capabilities["positionEncoding"] == encoding
        text, where = TEXT, uri(tmp_path / "run.toml")
        client.show("run.toml", text)
        for version in range(2, 62):
            changes = []
            for _ in range(chance.choice((1, 1, 3))):
                lines = LineIndex(text)
                start = chance.randint(0, len(text))
                end = min(len(text), start + chance.choice((0, 0, 1, 4)))
                new = "".join(chance.choices(PIECES, k=chance.choice((0, 1, 2))))
                (line, column), (last, until) = lines.position(start, encoding), lines.position(end, encoding)
                start, end = lines.offset(line, column, encoding), lines.offset(last, until, encoding)
                at = {"start": {"line": line, "character": column}, "end": {"line": last, "character": until}}
                changes.append({"range": at, "text": new})
                text = text[:start] + new + text[end:]
            client.change("run.toml", version, *changes)
            client.codes("run.toml", version)
            found = [item for item in client.diagnostics(where, version) or () if item["code"] == "syntax"]
            assert found == expected(tmp_path, "run.toml", text, encoding), (version, text)


def test_whole_texts_and_late_positions(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        client.show("run.toml")
        client.ready()
        client.until_codes("run.toml", [])
        far = {"start": {"line": 900, "character": 7}, "end": {"line": 901, "character": 900}}
        client.change("run.toml", 2, {"range": far, "text": "layer = 3\n"})
        client.until_codes("run.toml", ["unknown-parameter"])
        client.change("run.toml", 3, {"text": "[Model.FCM]\n"})
        client.until_codes("run.toml", ["unknown-class"])
        client.change("run.toml", 4, {"text": "[Model.FCN\n"}, {"text": '[Model.FCN]\n!backbone = "ResNet"\n'})
        client.until_codes("run.toml", ["missing-parameter"])


def test_a_change_of_what_is_not_open_is_ignored(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        client.change("run.toml", 2, {"text": "x"})
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path / "other.toml")}})
        client.show("run.toml")
        assert client.codes("run.toml") == []


def test_closing_takes_the_diagnostics_back(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        client.show("run.toml", "[Model.FCN\n")
        client.until(lambda: "syntax" in client.codes("run.toml"))
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path / "run.toml")}})
        client.until_codes("run.toml", [])


def test_a_document_that_was_never_saved(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        client.ready()
        client.open("untitled:Untitled-1", "[Model.FCM]\n")
        client.until(lambda: bool(client.diagnostics("untitled:Untitled-1")), "diagnostics")
        assert [item["code"] for item in client.diagnostics("untitled:Untitled-1") or ()] == ["unknown-class"]


def test_uris_are_spelled_as_the_client_does(tmp_path: Path) -> None:
    folder = write(tmp_path / "a b+ü[1]#%41")
    odd = uri(folder / "run.toml").replace("run", "%72un").replace("a%20b", "%61%20b")
    with editor(folder) as client:
        client.ready()
        client.open(odd, "[Model.FCM]\n")
        client.until(lambda: bool(client.diagnostics(odd)), "diagnostics under the same uri")


def test_documents_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        client.ready()
        client.open("git:/x/run.toml", "[Model.FCM]\n")
        client.open(uri(tmp_path / "notes.txt"), "[Model.FCM]\n", "plaintext")
        client.open(uri(tmp_path / "Cargo.toml"), '[package]\nname = "x"\n[Model.FCM]\n')
        client.open(uri(tmp_path / "pyproject.toml"), "[project\n")
        client.show("run.toml")
        assert client.codes("run.toml") == []
        published = {params["uri"]: params["diagnostics"] for params in client.sent("textDocument/publishDiagnostics")}
        assert not any(published.values())
