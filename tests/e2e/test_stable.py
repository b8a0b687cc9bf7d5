"""Same state, same answers: in any order of requests, with cancellations and edits in between."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

from e2e_kit import PROJECT, Editor, editor, uri, write
from questions import FILES, PLAIN, questions, served

from excore.tooling.lsp_client import Json, ServerError

CANCELLED = -32800
PULLED: Json = {
    **PLAIN,
    "workspace": {**PLAIN["workspace"], "diagnostics": {"refreshSupport": True}},
    "window": {"workDoneProgress": True},
    "textDocument": {
        **PLAIN["textDocument"],
        "selectionRange": {},
        "rename": {"prepareSupport": True},
        "semanticTokens": {**PLAIN["textDocument"]["semanticTokens"], "requests": {"full": True, "range": True}},
    },
}
TEXTS: dict[str, tuple[str, str]] = {
    "base.toml": ('[Backbone.ResNet]\ndepth = "deep"\n', "size = 3\n[Backbone.ResNet]\ndepth = 5\n"),
    "bad.toml": (
        '__base__ = "base.toml"\nsize = 2\n[Model.FCN]\n!backbone = "ResNet"\n&clases = "size"\n[Backbone.ResNet\n',
        '__base__ = "base.toml"\n\n[Model.FCN]\n!backbone = "$Backbone::*"\n&classes = "size"\n[Backbone.ResNet]\n',
    ),
}
"""Two texts for each of two files: four states."""

State = tuple[int, ...]


def outcome(client: Editor, identifier: int) -> Any:
    """The result of a request without the number of the answer, or the code of an error."""
    try:
        answer = client.result(identifier)
    except ServerError as error:
        return error.code
    return {key: value for key, value in answer.items() if key != "resultId"} if isinstance(answer, dict) else answer


class Writing:
    """An editor's two open files, which it changes from one text to the other as a whole or from a line on."""

    def __init__(self, client: Editor) -> None:
        self.client = client
        self.version = 1
        self.state: State = (0,) * len(TEXTS)
        for name, (text, _) in TEXTS.items():
            client.show(name, text)

    def turn_to(self, state: State, whole: bool = True) -> None:
        for number, (name, texts) in enumerate(TEXTS.items()):
            old, new = texts[self.state[number]], texts[state[number]]
            if old != new:
                self.version += 1
                end = {"line": old.count("\n"), "character": 0}
                change = {} if whole else {"range": {"start": {"line": 0, "character": 0}, "end": end}}
                self.client.change(name, self.version, {**change, "text": new})
        self.state = state


def test_answers_depend_on_the_state_alone(tmp_path: Path) -> None:
    write(tmp_path, PROJECT + FILES)
    for name, (text, _) in TEXTS.items():
        (tmp_path / name).write_text(text)
    chance = random.Random(7)
    with editor(tmp_path, PULLED) as client:
        client.ready()
        writing = Writing(client)
        asked = list(questions(client, "bad.toml"))
        assert served(client) <= {method for method, _ in asked}
        states = list(product((0, 1), repeat=len(TEXTS)))
        expected: dict[State, list[Any]] = {}
        for state in states:
            writing.turn_to(state)
            expected[state] = [outcome(client, client.send(*question)) for question in asked]
            assert sum(1 for answer in expected[state] if answer) > len(asked) // 2
        assert len({str(found) for found in expected.values()}) == len(states)

        order = [number for number in range(len(asked)) for _ in range(2)]
        chance.shuffle(order)
        sent: list[tuple[int, State, int]] = []
        doomed: list[int] = []
        for number in order:
            if chance.random() < 0.2:
                writing.turn_to(chance.choice(states), chance.random() < 0.5)
            if chance.random() < 0.5:
                doomed.append(client.send(*asked[chance.randrange(len(asked))]))
                client.notify("$/cancelRequest", {"id": doomed[-1]})
            sent.append((number, writing.state, client.send(*asked[number])))
        for number, state, identifier in sent:
            assert outcome(client, identifier) == expected[state][number], (asked[number], state)
        codes = {found for found in (outcome(client, identifier) for identifier in doomed) if isinstance(found, int)}
        assert codes <= {CANCELLED, -32803}  # or it was answered before: with a reason why there is nothing to rename


def test_a_file_that_was_edited_back_is_answered_as_before(tmp_path: Path) -> None:
    with editor(write(tmp_path, PROJECT + FILES), PULLED) as client:
        client.ready()
        client.show("run.toml")
        asked = list(questions(client, "run.toml"))
        before = [outcome(client, client.send(*question)) for question in asked]
        start = {"line": 0, "character": 0}
        for version in range(2, 12, 2):
            end = {"line": version // 2 - 1, "character": 3}
            gone = (client.root / "run.toml").read_text().split("\n")[: version // 2]
            typed = "\n".join([*gone[:-1], gone[-1][:3]])
            client.change("run.toml", version, {"range": {"start": start, "end": end}, "text": "[Model.\n"})
            client.send(
                "textDocument/hover", {"textDocument": {"uri": uri(client.root / "run.toml")}, "position": start}
            )
            end = {"line": 1, "character": 0}
            client.change("run.toml", version + 1, {"range": {"start": start, "end": end}, "text": typed})
        assert [outcome(client, client.send(*question)) for question in asked] == before
