"""A defect in a handler costs one answer, and a line in the log says which."""

from __future__ import annotations

from pathlib import Path

import pytest
import warm
from e2e_kit import PUSH, Editor, uri, write

from excore.tooling.lsp_client import ServerError

BROKEN = """
import asyncio, sys
from excore_server.lsp import dispatch as handlers, server
from excore_server.lsp.requests import execute_command as commands

def fail(session, params):
    raise ZeroDivisionError("of the test")

async def fail_later(session, params):
    await asyncio.sleep(0)
    fail(session, params)

def in_worker(session, params):
    session.indexing.worker.add("sad job", lambda: fail(session, params))

def posted_call(): fail(None, None)
def timed_call(): fail(None, None)

handlers.REQUESTS["test/now"] = fail
handlers.REQUESTS["test/later"] = lambda session, params: asyncio.ensure_future(fail_later(session, params))
handlers.REQUESTS["test/noJson"] = lambda session, params: {"a": object()}
handlers.REQUESTS["test/deep"] = lambda session, params: [a := [], a.append(a)]
handlers.NOTIFICATIONS["test/note"] = fail
handlers.NOTIFICATIONS["test/worker"] = in_worker
handlers.NOTIFICATIONS["test/post"] = lambda session, params: session.protocol.post(posted_call)
handlers.NOTIFICATIONS["test/timer"] = lambda session, params: session.protocol.loop.call_later(0, timed_call)
commands.COMMANDS["excore.sad"] = fail
sys.exit(server.main("warning"))
"""
COMMAND = "workspace/executeCommand"


def test_a_defect_costs_one_answer(tmp_path: Path) -> None:
    with Editor([*warm.python(), "-c", BROKEN], cwd=str(tmp_path)) as client:
        client.root = write(tmp_path)
        client.start(uri(tmp_path), PUSH)
        client.ready()
        client.show("run.toml")
        for method, params, name in (
            ("test/now", None, "test/now"),
            ("test/later", None, "test/later"),
            ("test/noJson", None, "test/noJson"),
            ("test/deep", None, "test/deep"),
            (COMMAND, {"command": "excore.sad"}, "excore.sad"),
        ):
            with pytest.raises(ServerError, match=f"^{name} failed; the log") as refused:
                client.request(method, params)
            assert refused.value.code == -32603
            assert "Residual" in client.at("textDocument/hover", "run.toml", 3, 12)["contents"]["value"]
        for name in ("note", "worker", "post", "timer"):
            client.notify(f"test/{name}")
        names = (
            "test/now",
            "test/later",
            "test/noJson",
            "excore.sad",
            "test/note",
            "sad job",
            "posted_call",
            "timed_call",
        )
        lines = {f"excore-server: {name} failed" for name in names}
        client.until(lambda: lines <= {one["message"] for one in client.sent("window/logMessage")}, "the log")
        client.until(lambda: all(f"{name} failed\nTraceback" in client.stderr for name in names), "the whole log")
        assert client.codes("run.toml") == []
        told = client.request(COMMAND, {"command": "excore.debugInformation"})
        for name in names:
            assert f"  {name}: " in told
        assert "sad job: ZeroDivisionError: of the test (1 times)" in told
        assert client.stop() == 0
