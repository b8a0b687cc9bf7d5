"""JSON-RPC as language clients speak it: how messages are received, dispatched and answered.

Messages come from one reader thread, so that a request can be cancelled before its turn; results are plain JSON values
or text that is JSON already, for turning thousands of protocol objects into JSON costs more than finding them.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from statistics import median
from time import perf_counter
from typing import Any, Protocol, TypeVar

from excore_server.lsp.transport.params import read_params
from excore_server.lsp.transport.wire import END, MessageId, Ready, Writer, cancelled_by, message_id

log = logging.getLogger(__name__)

_RECENT = 1000
_NOT_TRACED = frozenset(["$/logTrace", "$/setTrace"])

T = TypeVar("T")


class ErrorCode(IntEnum):
    """The codes of JSON-RPC and of the Language Server Protocol that are used."""

    ParseError = -32700
    InvalidRequest = -32600
    MethodNotFound = -32601
    InvalidParams = -32602
    InternalError = -32603
    ServerNotInitialized = -32002
    RequestFailed = -32803
    ContentModified = -32801
    RequestCancelled = -32800


class Refused(Exception):
    """A request that is answered with an error of the protocol; nothing is wrong with the server."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Dispatch(Protocol):
    """What the messages are for."""

    def admit(self, method: str) -> None:
        """Raises ``Refused`` for a request that comes too early or too late, whatever its parameters are."""

    def request(self, method: str, params: Any) -> Any:
        """The result of a request that was admitted, or a future of it. May raise ``Refused``."""

    def notification(self, method: str, params: Any) -> None:
        """Take note of it. An unknown one is ignored."""

    def idle(self) -> None:
        """Nothing more has arrived."""


class Failure:
    """What went wrong where, and how often: for the log and for debug information."""

    def __init__(self, what: str, error: str) -> None:
        self.what = what
        self.error = error
        self.count = 0


class Timing:
    """How long the answers to one method took, in seconds."""

    def __init__(self) -> None:
        self.count = 0
        self.longest = 0.0
        self.recent: deque[float] = deque(maxlen=_RECENT)

    def add(self, seconds: float) -> None:
        self.count += 1
        self.longest = max(self.longest, seconds)
        self.recent.append(seconds)

    @property
    def median(self) -> float:
        """The median of the last answers."""
        return median(self.recent)


class ExcoreProtocol:
    """One connection. All methods but ``guarded`` and ``post`` belong to the thread of the loop."""

    dispatch: Dispatch
    loop: asyncio.AbstractEventLoop
    writer: Writer

    def __init__(self) -> None:
        self.inbox: deque[Any] = deque()
        self.cancelled: set[MessageId] = set()
        self.running: dict[MessageId, asyncio.Future[Any]] = {}
        self.awaited: dict[MessageId, Callable[[Any], None]] = {}
        self.failures: dict[str, Failure] = {}
        self.timings: dict[str, Timing] = {}  # by method
        self.tracing = "off"
        self._last_id = 0
        self._ended: Callable[[], None] = lambda: None

    # Receiving

    def connect(self, dispatch: Dispatch, writer: Writer, cancelled: set[MessageId], ended: Callable[[], None]) -> None:
        """Begin; ``ended`` is called when the client is gone. To be called on the running loop."""
        self.dispatch = dispatch
        self.writer = writer
        self.cancelled = cancelled
        self._ended = ended
        self.loop = asyncio.get_running_loop()
        self.loop.set_exception_handler(lambda _, context: self._stray(context))

    def deliver(self, message: Any) -> None:
        """Take a message from the reader's thread, or ``END``."""
        self.inbox.append(message)
        self.post(self._next)

    def post(self, call: Callable[..., object], *args: Any) -> None:
        """Have the loop run a call, from any thread; dropped if the loop has ended."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, *args)

    def _next(self) -> None:
        message = self.inbox.popleft()
        if message is END:
            self._ended()
            return
        self.handle_message(message)
        if not self.inbox:
            self.guarded("idle", self.dispatch.idle)

    def handle_message(self, message: Any) -> None:
        """Handle one decoded message, whatever it is."""
        if not isinstance(message, dict):
            code = ErrorCode.ParseError if isinstance(message, bytes) else ErrorCode.InvalidRequest
            self._refuse(None, Refused(code, "this is not a message"))
            return
        method, identifier = message.get("method"), message_id(message.get("id"))
        if not isinstance(method, str):
            if "result" in message or "error" in message:
                self._response(message)
            else:
                self._refuse(identifier, Refused(ErrorCode.InvalidRequest, "a request without a method"))
        elif identifier is not None:
            self._request(identifier, method, message)
        elif message.get("id") is not None:
            self._refuse(None, Refused(ErrorCode.InvalidRequest, f"{method}: an id is an integer or a text"))
        else:
            self._notification(method, message)

    def _request(self, identifier: MessageId, method: str, message: Any) -> None:
        if identifier in self.cancelled:
            self._refuse(identifier, _cancelled())
            return
        started = perf_counter()
        result = self.guarded(method, self._result, identifier, method, message)
        if isinstance(result, Refused):
            self._refuse(identifier, result)
        elif isinstance(result, asyncio.Future):
            self.running[identifier] = result
            result.add_done_callback(lambda done: self._finish(identifier, method, started, done))
        else:
            self._answer(identifier, method, started, result)

    def _result(self, identifier: MessageId, method: str, message: Any) -> Any:
        self.dispatch.admit(method)
        return self.dispatch.request(method, self._params(method, message))

    def _notification(self, method: str, message: Any) -> None:
        if method == "$/cancelRequest":
            identifier = cancelled_by(message)
            if identifier is not None:
                self.cancelled.discard(identifier)
                if identifier in self.running:
                    self.running[identifier].cancel()
            return
        if self.tracing != "off" and method not in _NOT_TRACED:
            self.notify("$/logTrace", {"message": f"received {method}"})
        refused = self.guarded(method, lambda: self.dispatch.notification(method, self._params(method, message)))
        if isinstance(refused, Refused):
            log.warning("%s: %s", method, refused)

    def _params(self, method: str, message: Any) -> Any:
        """The parameters as an object; as they came for methods whose are not known. Raises ``Refused``."""
        try:
            return read_params(method, message.get("params"))
        except ValueError as error:
            raise Refused(ErrorCode.InvalidParams, f"{method}: {error} cannot be understood") from error

    # Answering

    def _finish(self, identifier: MessageId, method: str, started: float, done: asyncio.Future[Any]) -> None:
        self.running.pop(identifier, None)
        if done.cancelled():
            self._refuse(identifier, _cancelled())
            return
        result = self.guarded(method, done.result)
        if isinstance(result, Refused):
            self._refuse(identifier, result)
        else:
            self._answer(identifier, method, started, result)

    def _answer(self, identifier: MessageId, method: str, started: float, result: Any) -> None:
        refused = self.guarded(method, self.writer.answer, identifier, result)  # what is no JSON is a defect, too
        if isinstance(refused, Refused):
            self._refuse(identifier, refused)
            return
        took = perf_counter() - started
        self.timings.setdefault(method, Timing()).add(took)
        self._tell(method, identifier, took, result)

    def _tell(self, method: str, identifier: MessageId, took: float, result: Any) -> None:
        """Of an answer, to the log and to a client that traces."""
        if log.isEnabledFor(logging.DEBUG):
            about = {"method": method, "id": identifier, "ms": round(took * 1e3, 3)}
            log.debug("answered %s", method, extra={"fields": about})
        if self.tracing != "off":
            params = {"message": f"answered {method} ({identifier}) in {took * 1e3:.1f} ms"}
            if self.tracing == "verbose":
                params["verbose"] = result.text if isinstance(result, Ready) else json.dumps(result)
            self.notify("$/logTrace", params)

    def _refuse(self, identifier: MessageId | None, refused: Refused) -> None:
        self.writer.send({"id": identifier, "error": {"code": refused.code, "message": str(refused)}})

    def guarded(self, what: str, call: Callable[..., T], *args: Any) -> T | Refused:
        """The result of a call. A defect in it costs this one result: it is logged, and a ``Refused`` is returned."""
        try:
            return call(*args)
        except Refused as refused:
            return refused
        except Exception as error:
            self._failed(what, error)
            return Refused(ErrorCode.InternalError, f"{what} failed; the log of excore-server says how")

    def _failed(self, what: str, error: BaseException) -> None:
        log.error("%s failed", what, exc_info=error)
        brief = f"{type(error).__name__}: {error}"[:300]
        known = self.failures.setdefault(what, Failure(what, brief))
        known.count, known.error = known.count + 1, brief

    def _stray(self, context: dict[str, Any]) -> None:
        """Take note of a defect in a call that nobody waits for: one that was posted, or that a timer made."""
        handle, error = context.get("handle"), context.get("exception")
        call = getattr(handle, "_callback", None)
        what = getattr(call, "__qualname__", None) or str(context.get("message"))
        if isinstance(error, Exception):
            self._failed(what, error)
        else:
            log.error("%s", what)

    # Sending

    def notify(self, method: str, params: Any | None = None) -> None:
        """Send a notification; ``params`` is plain JSON or ready JSON. From any thread."""
        if isinstance(params, Ready):
            self.writer.send_text(f'{{"jsonrpc":"2.0","method":"{method}","params":{params.text}}}')
        else:
            self.writer.send({"method": method, "params": params})

    def ask(self, method: str, params: Any = None, then: Callable[[Any], None] | None = None) -> None:
        """Send a request; ``then`` gets its result, and nothing if the client answers with an error."""
        self._last_id += 1
        identifier = f"excore-{self._last_id}"
        self.awaited[identifier] = then or (lambda _: None)
        self.writer.send({"id": identifier, "method": method, "params": params})

    def _response(self, message: Any) -> None:
        identifier = message_id(message.get("id"))
        then = self.awaited.pop(identifier, None) if identifier is not None else None
        if "error" in message:
            log.info("the client refused %s: %s", identifier, message["error"])
        elif then is not None:
            self.guarded("answer of the client", then, message.get("result"))


def _cancelled() -> Refused:
    return Refused(ErrorCode.RequestCancelled, "cancelled")
