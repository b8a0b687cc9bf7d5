"""Plays a recorded session back to a fresh server, on copies of the files, and tells where its answers differ."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from difflib import unified_diff
from functools import partial
from typing import Any, TypeAlias

from excore.tooling.lsp_client import Client, ServerError, ServerGone
from excore.tooling.uris import to_uri

Json: TypeAlias = dict[str, Any]

_PUBLISH = "textDocument/publishDiagnostics"
_OWN_ENDING = ("shutdown", "exit")
_TELLS_TIMES = "excore.debugInformation"
_EXECUTE = "workspace/executeCommand"
_SETTLED = 5.0
_AGAIN = 0.1
_SHOWN_LINES = 40


def main(path: str, write: Callable[[str], object] = print) -> int:
    """Replay a recording; 0 if every answer is as recorded, 1 if not. Raises ``OSError``."""
    with open(path, encoding="utf-8") as file:
        lines = list(_lines(file))
    with tempfile.TemporaryDirectory(prefix="excore-replay-") as folder:
        try:
            return Replay(lines, os.path.realpath(folder), write).run()
        except ServerGone as error:
            write(f"the server is gone: {error}")
            return 1


def _lines(text: Iterable[str]) -> Iterable[Json]:
    """The lines of a recording; the last may be cut short where a session ended abruptly."""
    for line in text:
        try:
            found = json.loads(line)
        except ValueError:
            return
        if isinstance(found, dict):
            yield found


class Replay:
    """One replay. Recorded folders are put below ``folder``."""

    def __init__(self, lines: list[Json], folder: str, write: Callable[[str], object]) -> None:
        self.lines = lines
        self.write = write
        roots = [line["folder"] for line in lines if "folder" in line]
        moved = {old: os.path.join(folder, str(number), os.path.basename(old)) for number, old in enumerate(roots)}
        spelled = {**{to_uri(old): to_uri(new) for old, new in moved.items()}, **moved}
        self.moves = sorted(spelled.items(), key=lambda pair: -len(pair[0]))
        self.moved = moved
        self.results: dict[object, tuple[str, Any, Json]] = {}
        self.wrong = self.right = 0
        self.patience = _SETTLED  # seconds, for all answers together

    def run(self) -> int:
        """Send what the client sent and compare what comes back."""
        for new in self.moved.values():
            os.makedirs(new, exist_ok=True)
        command = [sys.executable, "-m", "excore_server", "--stdio"]
        with Client(command, cwd=next(iter(self.moved.values()), None), answers=self._answers()) as client:
            ends = 0
            told: dict[str, Json] = {}
            for number, line in enumerate(self.lines):
                message = self._here(line.get("message"))
                if "file" in line:
                    self._put(self._here(line["file"]), line.get("text"))
                elif not isinstance(message, dict):
                    continue
                elif line.get("from") == "client":
                    self._send(client, message, self.lines[number + 1 :])
                elif message.get("method") == _PUBLISH:
                    told[message["params"]["uri"]] = message["params"]
                elif message.get("method") == "$/progress" and message["params"]["value"].get("kind") == "end":
                    ends += 1
                    client.until(lambda: _ends(client) >= ends, "the end of the index")  # noqa: B023 - waited for here
                elif "method" not in message and message.get("id") in self.results:
                    self._compare(client, message)
            self._published(client, told)
            client.stop()
        self.write(f"{self.right} answers as recorded, {self.wrong} different")
        return 1 if self.wrong else 0

    def _here(self, value: Any) -> Any:
        """A recorded value with the paths of the copies."""
        if isinstance(value, str):
            for old, new in self.moves:
                value = value.replace(old, new)
            return value
        if isinstance(value, list):
            return [self._here(item) for item in value]
        if isinstance(value, dict):
            return {self._here(key): self._here(item) for key, item in value.items()}
        return value

    def _answers(self) -> dict[str, Callable[[Any], Any]]:
        """What the client answered to requests of the server, by method: the last answer counts."""
        asked: dict[object, str] = {}
        found: dict[str, Callable[[Any], Any]] = {}
        for line in self.lines:
            message = line.get("message")
            if not isinstance(message, dict):
                continue
            if line.get("from") == "server" and "method" in message and "id" in message:
                asked[message["id"]] = message["method"]
            elif line.get("from") == "client" and "method" not in message and message.get("id") in asked:
                found[asked[message["id"]]] = partial(_given, self._here(message.get("result")))
        return found

    def _put(self, path: str, text: str | None) -> None:
        """Files outside of the recorded folders stay untouched."""
        if not any(path.startswith(os.path.join(folder, "")) for folder in self.moved.values()):
            return
        if text is None:
            if os.path.exists(path):
                os.unlink(path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)

    def _send(self, client: Client, message: Json, later: list[Json]) -> None:
        method, params, identifier = message.get("method"), message.get("params"), message.get("id")
        if not isinstance(method, str) or method in _OWN_ENDING:
            return
        if method == "$/cancelRequest":
            return  # went out with its request
        if identifier is None:
            client.notify(method, params)
            return
        if method == "initialize" and isinstance(params, dict):
            params["processId"] = os.getpid()
        sent = client.send(method, params)
        following = next((line["message"] for line in later if line.get("from") == "client"), None)
        if isinstance(following, dict) and following.get("method") == "$/cancelRequest":
            if (following.get("params") or {}).get("id") == identifier:
                client.notify("$/cancelRequest", {"id": sent})
        answer = _answer(client, sent)
        command = params.get("command") if isinstance(params, dict) else None
        if command != _TELLS_TIMES:
            self.results[identifier] = method, params, answer

    def _compare(self, client: Client, recorded: Json) -> None:
        method, params, answer = self.results.pop(recorded["id"])
        expected = {key: recorded[key] for key in ("result", "error") if key in recorded}
        if recorded.get("error", {}).get("code") == -32800:
            return  # whether a request is cancelled in time is chance
        while answer != expected and method != _EXECUTE and self.patience > 0:
            time.sleep(_AGAIN)  # a changed Python file may count a little later than it did then
            self.patience -= _AGAIN
            answer = _answer(client, client.send(method, params))
        self._judge(f"{method} (request {recorded['id']})", expected, answer)

    def _judge(self, what: str, expected: Any, found: Any) -> None:
        if expected == found:
            self.right += 1
            return
        self.wrong += 1
        one, other = (json.dumps(value, indent=1, sort_keys=True).split("\n") for value in (expected, found))
        self.write(f"different: {what}")
        for line in list(unified_diff(one, other, "recorded", "now", lineterm="", n=2))[:_SHOWN_LINES]:
            self.write(f"  {line}")

    def _published(self, client: Client, told: dict[str, Json]) -> None:
        """What was published last for each document."""
        client.timeout = _SETTLED
        for uri, expected in told.items():
            try:
                client.until(partial(_was_told, client, uri, expected), "diagnostics")
            except ServerGone:
                if client.process.poll() is not None:
                    raise
            self._judge(f"diagnostics of {uri.rpartition('/')[2]}", expected, _last(client, uri))


def _answer(client: Client, sent: int) -> Json:
    try:
        return {"result": client.result(sent)}
    except ServerError as error:
        return {"error": {"code": error.code, "message": str(error)}}


def _last(client: Client, uri: str) -> Json | None:
    found: list[Json] = [params for params in client.sent(_PUBLISH) if params["uri"] == uri]
    return found[-1] if found else None


def _was_told(client: Client, uri: str, expected: Json) -> bool:
    return _last(client, uri) == expected


def _given(result: Any, params: Any) -> Any:
    return result


def _ends(client: Client) -> int:
    return sum(1 for params in client.sent("$/progress") if params["value"].get("kind") == "end")
