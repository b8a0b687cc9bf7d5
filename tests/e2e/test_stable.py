"""Same state, same answers: in any order of requests, with cancellation in between."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

from e2e_kit import Editor, editor, uri, write

from excore.cli.lsp_client import Json, ServerError

AT_A_PLACE = ("hover", "definition", "typeDefinition", "documentHighlight", "completion", "signatureHelp")
PLACES = ((0, 8), (1, 3), (1, 14), (3, 11), (4, 2), (5, 0))
OF_A_FILE = ("documentSymbol", "foldingRange", "semanticTokens/full", "codeLens", "documentLink")
OFFERED: Json = {name.split("/")[0]: {} for name in (*AT_A_PLACE, *OF_A_FILE)}


def questions(root: Path) -> list[tuple[str, Json]]:
    document = {"textDocument": {"uri": uri(root / "run.toml")}}
    found: list[tuple[str, Json]] = [(f"textDocument/{name}", document) for name in OF_A_FILE]
    for line, character in PLACES:
        where = {**document, "position": {"line": line, "character": character}}
        found += [(f"textDocument/{name}", where) for name in AT_A_PLACE]
    return found


def plain(answer: Any) -> Any:
    """Without the number of the answer."""
    return {key: value for key, value in answer.items() if key != "resultId"} if isinstance(answer, dict) else answer


def ask(client: Editor, method: str, params: Json) -> Any:
    return plain(client.request(method, params))


def test_answers_do_not_depend_on_the_order_of_requests(tmp_path: Path) -> None:
    write(tmp_path)
    chance = random.Random(7)
    asked = questions(tmp_path)
    with editor(tmp_path, {"window": {"workDoneProgress": True}, "textDocument": OFFERED}) as client:
        client.ready()
        client.show("run.toml")
        expected = [ask(client, *question) for question in asked]
        assert sum(1 for answer in expected if answer) > len(asked) // 2
        for _ in range(4):
            order = list(range(len(asked)))
            chance.shuffle(order)
            sent: list[tuple[int, int]] = []
            for number in order:
                doomed = client.send(*asked[chance.randrange(len(asked))])
                client.notify("$/cancelRequest", {"id": doomed})
                sent.append((number, client.send(*asked[number])))
                with suppress(ServerError):  # cancelled, or answered before
                    client.result(doomed)
            for number, identifier in sent:
                assert plain(client.result(identifier)) == expected[number], asked[number]
