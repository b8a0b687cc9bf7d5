"""What no editor should send, and some do: the server goes on, with the text that the client has."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from e2e_kit import PULL, Editor, editor, uri, write
from questions import PLAIN, questions

from excore.tooling.lsp_client import Json, ServerError

RICH: Json = {**PULL, "textDocument": {**PLAIN["textDocument"], **PULL["textDocument"]}}
GOOD = '[Model.FCN]\n!backbone = "ResNet"\n[Backbone.ResNet]\ndepth = 1\n'


def codes(client: Editor, name: str = "run.toml") -> list[str]:
    return [item["code"] for item in client.pull(name)["items"]]


def ask(client: Editor, method: str, params: Json) -> Any:
    """The result, or the code of the error, which is not that of a defect."""
    answer: Any = None
    try:
        answer = client.request(method, params)
    except ServerError as error:
        answer = error.code
    assert answer != -32603, (method, params)
    return answer


def place(line: int, character: int) -> Json:
    return {"line": line, "character": character}


def part(start: tuple[int, int], end: tuple[int, int], text: str) -> Json:
    return {"range": {"start": place(*start), "end": place(*end)}, "text": text}


def at_all_ends(client: Editor, name: str, text: str) -> None:
    """Everything that is asked about a file, and about some places in it."""
    (client.root / name).write_text("[a]\n")
    for method, params in questions(client, name):
        ask(client, method, params)
        if "position" in params:
            for line, column in ((0, len(text)), (0, len(text) // 2), (2**31 - 1, 2**31 - 1)):
                ask(client, method, {**params, "position": place(line, column)})


@pytest.mark.parametrize(
    "text",
    [
        "a = '" + "x" * 1_000_000 + "'",
        "!a = 'ResNet" + ".x" * 100_000 + "'",
        "a" * 1_000_000,
        "a = [" + "1, " * 300_000 + "]",
        "a = " + "[" * 10_000 + "]" * 10_000,
        "a = " + "{b = [" * 10_000,
        "[" + "a." * 10_000 + "a]",
        '[Model.FCN]\nx = "\x00" # \x00\n\x00 = 1\n[Backbone.\x00]',
        "[Model.FCN]\r!backbone = 'ResNet'\r\r\n\u2028[Backbone.ResNet]",
    ],
    ids="long-string long-reference long-key long-array deep-arrays deep-tables deep-header nul line-ends".split(),
)
def test_texts(tmp_path: Path, text: str) -> None:
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.show("odd.toml", text)
        at_all_ends(client, "odd.toml", text)
        client.change("odd.toml", 2, part((0, 1), (0, 3), "b"), part((0, 0), (0, 0), "\n"))
        at_all_ends(client, "odd.toml", text)
        client.change("odd.toml", 3, {"text": GOOD})
        assert codes(client, "odd.toml") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_positions_in_the_middle_of_a_character(tmp_path: Path, encoding: str) -> None:
    """A position between the halves of a character is that character's beginning; nothing is torn."""
    with editor(write(tmp_path), {**RICH, "general": {"positionEncodings": [encoding]}}) as client:
        client.ready()
        client.show("run.toml", GOOD + '[Notes]\na = "😀😀"\n')
        for column in range(16):
            for method, params in questions(client, "run.toml"):
                if params.get("position") == place(0, 0):
                    assert "\\ud8" not in ascii(ask(client, method, {**params, "position": place(5, column)}))
        client.change("run.toml", 2, part((5, 6), (5, 8), "="), part((5, 0), (5, 99), "[Model.FCM]"))
        assert codes(client) == ["unknown-class"]


def test_ranges_that_are_no_ranges(tmp_path: Path) -> None:
    """The end before the start, far beyond the text, overlapping: each change is made to the text the last one left."""
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.show("run.toml", GOOD)
        client.change("run.toml", 2, part((3, 8), (3, 5), "5"), part((0, 0), (1, 5), "# "), part((0, 0), (0, 2), ""))
        client.change("run.toml", 3, part((900, 0), (2**31 - 1, 2**31 - 1), "[Model.FCM]\n"))
        assert "unknown-class" in codes(client)
        client.change("run.toml", 4, part((0, 0), (2**31 - 1, 0), GOOD))
        assert codes(client) == []


def test_positions_that_are_none(tmp_path: Path) -> None:
    none = [place(-1, 0), place(0, -1), {"line": 1.5, "character": 0}, {"line": "0"}, {}, None, [0, 0], 3]
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.show("run.toml", GOOD)
        asked = list(questions(client, "run.toml"))
        for (method, params), position in product(asked, none):
            if params.get("position") == place(0, 0):
                ask(client, method, {**params, "position": position})
            if "range" in params:
                ask(client, method, {**params, "range": {"start": position, "end": position}})
        assert codes(client) == []


def test_versions_of_any_kind(tmp_path: Path) -> None:
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.show("run.toml", "")
        for number, version in enumerate((2**31 - 1, 2**31 - 1, 1, -5, 0)):
            client.change("run.toml", version, {"text": GOOD if number % 2 else "[Model.FCM]\n"})
            assert codes(client) == ([] if number % 2 else ["unknown-class"])


def test_documents_out_of_order(tmp_path: Path) -> None:
    """Opened twice the last text counts; closed twice nothing happens; asked about while closed the disk answers."""
    document = {"textDocument": {"uri": uri(tmp_path / "run.toml")}}
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.notify("textDocument/didClose", document)
        client.show("run.toml", "[Model.FCM]\n")
        client.show("run.toml", GOOD)
        assert codes(client) == []
        client.change("run.toml", 2, part((0, 7), (0, 10), "FCM"))
        assert "unknown-class" in codes(client)
        for _ in range(2):
            client.notify("textDocument/didClose", document)
            client.notify("textDocument/didSave", document)
            client.change("run.toml", 3, {"text": "[Model.FCM]\n"})
            assert codes(client) == []
        client.show("src/models.py", "x = 1\n", "python")
        client.show("src/models.py", None, "python")
        client.show("src/models.py", None, "toml")
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path / "src" / "models.py")}})
        client.show("run.toml", GOOD)
        client.until(lambda: codes(client) == [], "the classes of the file on disk")


def test_texts_larger_than_any_file_that_is_read(tmp_path: Path) -> None:
    """They are not kept, and told as they are for files; the disk counts until the client sends less."""
    large = "x = 1\n" * 500_000
    python = "src/models.py"
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.show("run.toml", "x" * 16_000_001)
        assert codes(client) == ["unreadable-file"]
        for method, params in questions(client, "run.toml"):
            ask(client, method, params)
        client.change("run.toml", 2, part((0, 0), (0, 1), "y"))
        assert codes(client) == ["unreadable-file"]
        client.change("run.toml", 3, {"text": GOOD})
        assert codes(client) == []
        client.change("run.toml", 4, part((0, 0), (0, 0), large))
        assert codes(client) == ["unreadable-file"]
        client.change("run.toml", 5, {"text": GOOD})
        client.show(python, "x = 1\n", "python")
        client.until(lambda: codes(client) != [], "the text without classes")
        client.change(python, 2, part((0, 0), (0, 0), "y" * 3_000_000))
        client.until(lambda: codes(client) == [], "the classes of the file on disk")
        client.change(python, 3, {"text": "x = 1\n"})
        client.until(lambda: codes(client) != [], "the text without classes")
        assert client.stderr.count("is not read") == 3, client.stderr


def test_files_that_come_and_go_between_requests(tmp_path: Path) -> None:
    write(tmp_path)
    base = tmp_path / "base.toml"
    with editor(tmp_path, RICH) as client:
        client.ready()
        client.show("run.toml", '__base__ = "base.toml"\n[Model.FCN]\n!backbone = "ResNet"\n')
        asked = list(questions(client, "run.toml"))
        for content in (
            b"[Backbone.ResNet]\ndepth = 1\n",
            b"\xff\xfe\x00[",
            None,
            b"",
            b"__base__ = 'run.toml'\n",
            None,
        ):
            if content is None:
                base.unlink()
            else:
                base.write_bytes(content)
            for number, (method, params) in enumerate(asked):
                ask(client, method, params)
                if number == len(asked) // 2:
                    client.watched("base.toml", kind=3 if content is None else 2)
        base.write_bytes(b"[Backbone.ResNet]\ndepth = 1\n")
        client.watched("base.toml", kind=1)
        assert codes(client) == []


def test_data_that_nobody_gave_out(tmp_path: Path) -> None:
    """What a client sends to have an item or action completed may be anything."""
    with editor(write(tmp_path), RICH) as client:
        client.ready()
        client.show("run.toml", "[Model.FCM]\n")
        here = uri(tmp_path / "run.toml")
        parts: list[Any] = [here, "http://x", "", None, 3, -1, 2**70, 1.5, True, [], {}, "Model", "x" * 9999, "\ud800"]
        wrong: list[Any] = [None, 3, "x", {}, [], {"a": here}, [here]]
        wrong += [[part] * count for part in parts for count in (2, 3, 4, 6)]
        wrong += [[here, 1, part, other, "quickfix", ""] for part, other in product(parts, repeat=2)]
        wrong += [[here, part, other] for part, other in product(parts, repeat=2)]
        wrong += [[here, 1, 0, 1, part, part] for part in parts]
        for data in wrong:
            ask(client, "completionItem/resolve", {"label": "x", "data": data})
            ask(client, "codeAction/resolve", {"title": "x", "data": data})
        assert codes(client) == ["unknown-class"]


def test_nothing_but_exit_is_served_after_shutdown(tmp_path: Path) -> None:
    with Editor(cwd=str(tmp_path)) as client:
        client.root = write(tmp_path)
        for method in ("textDocument/hover", "shutdown", "workspace/symbol"):
            assert ask(client, method, {}) == -32002
        client.show("run.toml", GOOD)
        client.start(uri(tmp_path), RICH)
        client.request("shutdown")
        client.show("run.toml", GOOD)
        for method in ("textDocument/hover", "initialize", "shutdown", "workspace/executeCommand"):
            assert ask(client, method, {}) == -32600
        client.notify("exit")
        assert client.wait() == 0
