"""The wire: bytes of stdin to messages, messages to bytes of stdout. What they mean is decided elsewhere."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

log = logging.getLogger(__name__)


class Ready(NamedTuple):
    """A result that is JSON text already; it is sent as it is."""

    text: str


MessageId = int | str


def message_id(value: object) -> MessageId | None:
    """What may be the id of a message, which JSON's ``true`` and ``1.5`` are not; else None."""
    return value if isinstance(value, (int, str)) and not isinstance(value, bool) else None


END = object()
LIMIT = 128 * 1024 * 1024
"""Messages of more bytes are passed over: no config that is read needs as many, however it is escaped."""
_LARGEST = 1 << 32
_PIECE = 1 << 16


def bodies(descriptor: int) -> Iterator[bytes]:
    """The body of each message that arrives on a file descriptor, until its end.

    The descriptor is read directly: a thread that sits in a buffered ``sys.stdin`` keeps Python from ending. Raises
    ``ValueError`` where what arrives cannot be the protocol, for nothing after it can be trusted. What is larger than
    ``LIMIT`` is passed over, and never held.
    """
    buffer = bytearray()
    while True:
        head = buffer.find(b"\r\n\r\n")
        if head >= 0:
            length = _length(bytes(buffer[:head]))
            del buffer[: head + 4]
            kept = length <= LIMIT
            if not kept:
                log.error("a message of %d MB is passed over: at most %d MB are read", length >> 20, LIMIT >> 20)
            while len(buffer) < length:
                if not kept:
                    length -= len(buffer)
                    buffer.clear()
                piece = os.read(descriptor, min(length - len(buffer), 16 * _PIECE))
                if not piece:
                    return
                buffer += piece
            body = bytes(memoryview(buffer)[:length])
            del buffer[:length]
            if kept:
                yield body
            continue
        if len(buffer) > _PIECE:
            raise ValueError("no header where one must be")
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return
        buffer += piece


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
            if 0 <= length <= _LARGEST:
                return length
    raise ValueError("no usable Content-Length")


def cancelled_by(message: Any) -> MessageId | None:
    """The request that a notification cancels; None for every other message."""
    if not isinstance(message, dict) or message.get("method") != "$/cancelRequest" or message.get("id") is not None:
        return None
    params = message.get("params")
    return message_id(params.get("id")) if isinstance(params, dict) else None


class Reader(threading.Thread):
    """Reads messages in a thread of its own.

    ``deliver`` gets each message, in order, in the thread of the reader; ``END`` at the end. A cancelled request is in
    ``cancelled`` as soon as its cancellation arrives, which may be before the request's own turn.
    """

    def __init__(self, descriptor: int, deliver: Callable[[Any], None]) -> None:
        super().__init__(name="excore-stdin", daemon=True)
        self.descriptor = descriptor
        self.deliver = deliver
        self.cancelled: set[MessageId] = set()

    def run(self) -> None:
        try:
            for body in bodies(self.descriptor):
                try:
                    message = json.loads(body)
                except (ValueError, RecursionError):
                    message = body
                cancelled = cancelled_by(message)
                if cancelled is not None:
                    self.cancelled.add(cancelled)
                self.deliver(message)
        except (OSError, ValueError) as error:
            log.error("stdin cannot be read any more: %s", error)
        finally:
            self.deliver(END)


class Writer:
    """Writes messages to a file descriptor; may be used from any thread. A client that is gone is not written to."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.lock = threading.Lock()
        self.closed = False

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.send_text(json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")))

    def answer(self, identifier: int | str, result: Any) -> None:
        """Send the result of a request."""
        text = result.text if isinstance(result, Ready) else json.dumps(result, separators=(",", ":"))
        self.send_text(f'{{"jsonrpc":"2.0","id":{json.dumps(identifier)},"result":{text}}}')

    def send_text(self, text: str) -> None:
        """Send one message that is JSON text already."""
        body = text.encode("ascii", "backslashreplace")
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def write(self, data: bytes) -> None:
        """All of ``data``, unless the client is gone."""
        view = memoryview(data)
        with self.lock:
            try:
                while view and not self.closed:
                    view = view[os.write(self.descriptor, view) :]
            except OSError:
                self.closed = True

    def close(self) -> None:
        """Nothing is sent any more."""
        self.closed = True
