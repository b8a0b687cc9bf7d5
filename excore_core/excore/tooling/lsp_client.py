"""A small client of the Language Server Protocol over stdio: the demo and the tests talk to the real server with it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, TypeAlias, TypeVar

Json: TypeAlias = dict[str, Any]
Self = TypeVar("Self", bound="Client")


_POLL = 0.05
"""Seconds after which a condition is looked at again though nothing came: it may ask the server something itself."""


class ServerError(Exception):
    """The server answered a request with an error; ``code`` is the protocol's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ServerGone(Exception):
    """The server ended, or gave no answer in time."""


class Client:
    """One server process. Not for use by several threads; what the server sends is read in a thread of its own.

    ``answers`` are the results of requests that the server sends, by method; every other one is answered with null.
    One that raises ``ServerError`` refuses.
    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 120.0,
        answers: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        self.timeout = timeout
        self.answers = dict(answers or {})
        self.notifications: list[Json] = []
        self.requests: list[Json] = []
        self.capabilities: Json = {}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=None if env is None else dict(env),
        )
        self._responses: dict[int, Json] = {}
        self._last_id = 0
        self._inbox: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        self._errors: list[bytes] = []
        self._readers = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    # What the caller sends

    def start(self, root: str | None, capabilities: Json, **more: Any) -> Json:
        """``initialize`` and ``initialized``; gives the result of the first. ``root`` is the uri of the one folder."""
        folders = [{"uri": root, "name": root.rstrip("/").rpartition("/")[2]}] if root else None
        params = {"processId": os.getpid(), "rootUri": root, "workspaceFolders": folders, "capabilities": capabilities}
        result: Json = self.request("initialize", {**params, **more})
        self.capabilities = result["capabilities"]
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, language: str = "toml", version: int = 1) -> None:
        """``textDocument/didOpen``."""
        document = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def request(self, method: str, params: Any = None) -> Any:
        """The result of a request. Raises ``ServerError`` or ``ServerGone``."""
        return self.result(self.send(method, params))

    def send(self, method: str, params: Any = None) -> int:
        """Send a request and give its id, for ``result``."""
        self._last_id += 1
        self._write({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        return self._last_id

    def result(self, identifier: int) -> Any:
        """Wait for the result of a request that was sent. Raises ``ServerError`` or ``ServerGone``."""
        self.until(lambda: identifier in self._responses, "an answer")
        response = self._responses.pop(identifier)
        if "error" in response:
            raise ServerError(response["error"]["code"], response["error"]["message"])
        return response.get("result")

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def write(self, data: bytes) -> None:
        """Send bytes as they are. Raises ``ServerGone``."""
        stream = self.process.stdin
        assert stream is not None
        try:
            stream.write(data)
            stream.flush()
        except OSError as error:
            raise ServerGone(self.stderr) from error

    # What the server sent

    def until(self, condition: Callable[[], bool], what: str = "it") -> None:
        """Take in what the server sends until ``condition`` holds. Raises ``ServerGone`` if that takes too long."""
        deadline = time.monotonic() + self.timeout
        while not condition():
            remaining = deadline - time.monotonic()
            if remaining < 0:
                raise ServerGone(f"no sign of {what} in {self.timeout:g} s\n{self.stderr}")
            try:
                message = self._inbox.get(timeout=min(_POLL, remaining))
            except queue.Empty:
                continue
            if message is None:
                self._inbox.put(None)
                raise ServerGone(f"the server ended while {what} was awaited\n{self.stderr}")
            self._take(message)

    def sent(self, method: str) -> list[Any]:
        """The parameters of every notification of a method so far."""
        return [message.get("params") for message in self.notifications if message["method"] == method]

    def diagnostics(self, uri: str, version: int | None = None) -> list[Json] | None:
        """What was last published for a document (for that version of it); None if nothing was."""
        for params in reversed(self.sent("textDocument/publishDiagnostics")):
            if params["uri"] == uri and version in (None, params.get("version")):
                return list(params["diagnostics"])
        return None

    @property
    def stderr(self) -> str:
        """What the server wrote to its log so far."""
        return b"".join(self._errors).decode("utf-8", "replace")

    # The end

    def stop(self) -> int:
        """``shutdown`` and ``exit``; the exit code of the process. Raises ``ServerGone`` if it does not end."""
        self.request("shutdown")
        self.notify("exit")
        return self.wait()

    def wait(self) -> int:
        """The exit code of the process, once it ended. Raises ``ServerGone`` if it does not end."""
        try:
            code = self.process.wait(self.timeout)
        except subprocess.TimeoutExpired as error:
            raise ServerGone("the server does not end") from error
        self.close()
        return code

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(1)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not sent before it ended cannot be flushed
                    continue

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, message: Json) -> None:
        if "method" not in message:
            if message.get("id") is not None:
                self._responses[message["id"]] = message
        elif "id" not in message:
            self.notifications.append(message)
        else:
            self.requests.append(message)
            answer = self.answers.get(message["method"])
            try:
                reply: Json = {"result": answer(message.get("params")) if answer else None}
            except ServerError as refused:
                reply = {"error": {"code": refused.code, "message": str(refused)}}
            self._write({"jsonrpc": "2.0", "id": message["id"], **reply})

    def _write(self, message: Json) -> None:
        body = json.dumps(message).encode()
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        try:
            while (body := _frame(stream)) is not None:
                self._inbox.put(json.loads(body))
        except ValueError as error:  # also a stream closed by `close`
            self._errors.append(f"not the protocol: {error}".encode())
        self._inbox.put(None)

    def _read_errors(self) -> None:
        stream = self.process.stderr
        assert stream is not None
        for line in stream:
            self._errors.append(line)


def _frame(stream: BinaryIO | Any) -> bytes | None:
    length = 0
    while line := stream.readline():
        if not line.strip():
            return bytes(stream.read(length))
        name, colon, value = line.partition(b":")
        if not colon:
            raise ValueError(f"{line!r} is no header")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return None
