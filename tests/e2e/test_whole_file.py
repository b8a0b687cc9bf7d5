"""Outline, folds and tokens over many edits: what is kept from version to version equals what is made anew (S3, S4)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from e2e_kit import PUSH, Editor, editor, uri, write

from excore.tooling.lsp_client import Json

CAPABILITIES: Json = {
    **PUSH,
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        **PUSH["textDocument"],
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "foldingRange": {},
        "semanticTokens": {
            "requests": {"full": {"delta": True}, "range": True},
            "tokenTypes": [],
            "tokenModifiers": [],
            "formats": ["relative"],
        },
    },
}
TEXT = """\
size = 3  # 100 %
# a
# run

[Model.FCN]
!backbone = "ResNet"
&classes = "size"

[Backbone.ResNet]
depth = 50
norm = "ä😀%d"  # ö
# of
# comments
[Other."a%sb"]
x = [
    1,
]
y.z = { a = 1, b = [
  2 ] }
"""
PIECES = ["\n", "#", "[", "]", '"', "[Model.FCN]\n", "size = 4\n", "[Extra]\n", "ä😀", "x = 1\n", "\r\n"]
PIECES += ["%", "# c\n# d\n"]


def tokens(client: Editor, name: str) -> Json:
    answer: Json = client.request(
        "textDocument/semanticTokens/full", {"textDocument": {"uri": uri(client.root / name)}}
    )
    return answer


def whole(client: Editor, name: str) -> tuple[Any, Any, Any]:
    document = {"textDocument": {"uri": uri(client.root / name)}}
    symbols = client.request("textDocument/documentSymbol", document)
    folds = client.request("textDocument/foldingRange", document)
    return symbols, folds, tokens(client, name)["data"]


def delta(client: Editor, name: str, previous: str) -> Json:
    params = {"textDocument": {"uri": uri(client.root / name)}, "previousResultId": previous}
    answer: Json = client.request("textDocument/semanticTokens/full/delta", params)
    return answer


def applied(data: list[int], edits: list[Json]) -> list[int]:
    for edit in edits:
        data = data[: edit["start"]] + edit["data"] + data[edit["start"] + edit["deleteCount"] :]
    return data


@pytest.mark.parametrize("seed", range(3))
def test_kept_answers_equal_fresh_ones(tmp_path: Path, seed: int) -> None:
    write(tmp_path)
    chance = random.Random(seed)
    with editor(tmp_path, CAPABILITIES) as client:
        client.ready()
        client.show("run.toml", TEXT)
        told = tokens(client, "run.toml")
        text = TEXT
        for version in range(2, 40):
            at = chance.randrange(len(text) + 1)
            until = min(len(text), at + chance.choice([0, 0, 1, 5]))
            new = chance.choice(PIECES)
            text = text[:at] + new + text[until:]
            client.change("run.toml", version, {"text": text})
            change = delta(client, "run.toml", told["resultId"])
            data = applied(told["data"], change["edits"])
            name = f"fresh{version}.toml"
            client.show(name, text)
            assert (*whole(client, "run.toml")[:2], data) == whole(client, name), text
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path / name)}})
            told = tokens(client, "run.toml")


def test_a_delta_is_small_and_an_unknown_result_brings_all(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, CAPABILITIES) as client:
        client.ready()
        client.show("run.toml", TEXT)
        first = tokens(client, "run.toml")
        assert delta(client, "run.toml", first["resultId"])["edits"] == []
        client.change("run.toml", 2, {"text": TEXT.replace("depth = 50", "depth = 50\nother = 1")})
        assert delta(client, "run.toml", "of another session")["data"] != first["data"]
        client.change("run.toml", 3, {"text": TEXT})
        assert tokens(client, "run.toml")["data"] == first["data"]


def test_names_that_get_a_meaning_change_colour_everywhere(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, CAPABILITIES) as client:
        client.ready()
        client.show("run.toml", TEXT)
        first = tokens(client, "run.toml")
        client.change("run.toml", 2, {"text": TEXT.replace("size = 3", "sise = 3")})
        second = applied(first["data"], delta(client, "run.toml", first["resultId"])["edits"])
        changed = [i for i, (a, b) in enumerate(zip(first["data"], second, strict=True)) if a != b]
        assert len(changed) == 1  # the reference to it is unknown now
        assert changed[0] % 5 == 4


def test_a_range_gives_the_tokens_of_its_blocks(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, CAPABILITIES) as client:
        client.ready()
        client.show("run.toml", TEXT)
        everything = _absolute(tokens(client, "run.toml")["data"])
        where = {"start": {"line": 5, "character": 0}, "end": {"line": 5, "character": 3}}
        params = {"textDocument": {"uri": uri(tmp_path / "run.toml")}, "range": where}
        found = _absolute(client.request("textDocument/semanticTokens/range", params)["data"])
        assert found == [token for token in everything if 4 <= token[0] < 8]


def _absolute(data: list[int]) -> list[tuple[int, ...]]:
    found = []
    line = column = 0
    for at in range(0, len(data), 5):
        line, column = line + data[at], data[at + 1] + (0 if data[at] else column)
        found.append((line, column, *data[at + 2 : at + 5]))
    return found
