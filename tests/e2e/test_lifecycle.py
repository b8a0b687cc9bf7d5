"""From the first byte to the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import warm
from e2e_kit import PATIENCE, PULL, PUSH, SERVER, WATCHING, Editor, editor, server, uri, write

from excore.tooling.lsp_client import ServerError


def run(data: bytes) -> subprocess.CompletedProcess[bytes]:
    """A server that is sent these bytes and then the end."""
    return subprocess.run(server(), input=data, capture_output=True, timeout=PATIENCE)


def frame(message: object) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def request(number: int, method: str, params: object = None) -> bytes:
    return frame({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def answers(output: bytes) -> list[dict[str, object]]:
    """Every message in an output that must hold nothing else."""
    found = []
    while output:
        head, _, rest = output.partition(b"\r\n\r\n")
        assert head.startswith(b"Content-Length: "), head
        length = int(head.split(b":")[1])
        found.append(json.loads(rest[:length]))
        output = rest[length:]
    return found


def test_version() -> None:
    done = subprocess.run([*SERVER[:3], "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("excore-server ")


def test_a_client_that_says_nothing_is_not_told_of_progress(tmp_path: Path) -> None:
    with editor(write(tmp_path), {}) as client:
        client.show("run.toml")
        client.codes("run.toml")
        assert not client.sent("$/progress")


def test_progress_that_is_refused_is_not_sent(tmp_path: Path) -> None:
    def refuse(params: object) -> None:
        raise ServerError(-32601, "no progress here")

    root = write(tmp_path)
    with Editor(cwd=str(root), answers={"window/workDoneProgress/create": refuse}) as client:
        client.root = root
        client.start(uri(root), PUSH)
        client.show("run.toml")
        client.until(lambda: "index: ready" in debug_information(client), "the index")
        client.request("workspace/executeCommand", {"command": "excore.reindex"})
        client.until(lambda: "made 2 times" in debug_information(client), "the second index")
        assert len([one for one in client.requests if "workDoneProgress" in one["method"]]) == 2
        assert not client.sent("$/progress")


def debug_information(client: Editor) -> str:
    return str(client.request("workspace/executeCommand", {"command": "excore.debugInformation"}))


def test_the_end_of_stdin_ends_the_server() -> None:
    done = run(request(1, "initialize", {"capabilities": {}}))
    assert done.returncode == 0
    assert [message.get("id") for message in answers(done.stdout)] == [1]


def test_exit_without_shutdown_is_an_error() -> None:
    assert run(frame({"jsonrpc": "2.0", "method": "exit"})).returncode == 1


def test_requests_out_of_order_are_refused() -> None:
    data = request(1, "workspace/executeCommand", {"command": "x"}) + request(2, "initialize", {"capabilities": {}})
    data += request(3, "initialize", {"capabilities": {}}) + request(4, "shutdown") + request(5, "shutdown")
    found = {message["id"]: message for message in answers(run(data).stdout)}
    codes = {number: message.get("error", {}).get("code") for number, message in found.items()}  # type: ignore[attr-defined]
    assert codes == {1: -32002, 2: None, 3: -32600, 4: None, 5: -32600}


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[]", b"null", b'"text"', b'{"id": 1}', b"\xff\xfe", b"[" * 100_000, b"{}", b'[{"id": 1}]'),
        *(b'{"id": %b, "method": "shutdown"}' % identifier for identifier in (b"1.5", b"true", b"{}", b"NaN")),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_message_is_answered_with_an_error(body: bytes) -> None:
    data = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    done = run(data + request(7, "initialize", {"capabilities": {}}))
    first, second = answers(done.stdout)
    assert "error" in first
    assert second["id"] == 7
    assert "result" in second


def test_what_is_no_cancellation_cancels_nothing() -> None:
    data = request(1, "$/cancelRequest", {"id": 7}) + frame({"method": "$/cancelRequest", "params": {"id": True}})
    found = answers(run(data + request(7, "initialize", {"capabilities": {}}) + request(True, "shutdown")).stdout)
    assert [(message["id"], "error" in message) for message in found] == [(1, True), (7, False), (None, True)]


def test_bytes_that_cannot_be_the_protocol_end_it() -> None:
    done = run(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n")
    assert done.returncode == 0
    assert [message["method"] for message in answers(done.stdout)] == ["window/logMessage"]
    assert b"Traceback" not in done.stderr


def test_parameters_of_the_wrong_shape_cost_one_answer(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        with pytest.raises(ServerError, match="textDocument/hover"):
            client.request("textDocument/hover", {"textDocument": 3})
        client.notify("textDocument/didOpen", {"textDocument": None})
        client.notify("textDocument/didChange", [1])
        with pytest.raises(ServerError, match="not served"):
            client.request("textDocument/noSuchThing", {})
        with pytest.raises(ServerError, match="no command"):
            client.request("workspace/executeCommand", {"command": "excore.noSuchThing"})
        client.show("run.toml")
        assert client.codes("run.toml") == []


def test_the_server_does_not_outlive_who_started_it(tmp_path: Path) -> None:
    """The parent ends, but stdin stays open: as with an editor that crashed while another process held the pipe."""
    parent = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with Editor(SERVER) as client:
        client.request("initialize", {"processId": parent.pid, "rootUri": uri(tmp_path), "capabilities": {}})
        assert client.process.poll() is None
        parent.communicate()
        assert client.wait() == 1


def test_prints_of_any_kind_do_not_get_into_the_protocol() -> None:
    code = (
        "import os, sys; from excore_server.lsp import server\n"
        "class Loud(server.Server):\n"
        "    def serve(self, stdin, stdout):\n"
        "        print('printed'); os.write(1, b'written'); return super().serve(stdin, stdout)\n"
        "server.Server = Loud; sys.exit(server.main('warning'))"
    )
    data = request(1, "initialize", {"capabilities": {}})
    done = subprocess.run([*warm.python(), "-c", code], input=data, capture_output=True, timeout=PATIENCE)
    assert [message["id"] for message in answers(done.stdout)] == [1]
    assert b"printed" in done.stderr
    assert b"written" in done.stderr


def test_files_are_watched_by_the_client_if_it_can(tmp_path: Path) -> None:
    relative = {
        **PUSH,
        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True}},
    }
    for capabilities, wanted in (
        (WATCHING, ["**/*.py", "**/*.toml"]),
        (relative, [{"baseUri": uri(tmp_path), "pattern": glob} for glob in ("**/*.py", "**/*.toml")]),
    ):
        with editor(tmp_path, capabilities) as client:
            client.until(lambda c=client: "client/registerCapability" in [r["method"] for r in c.requests])  # type: ignore[misc]
            sent = next(r for r in client.requests if r["method"] == "client/registerCapability")
            watchers = sent["params"]["registrations"][0]["registerOptions"]["watchers"]
            assert [one["globPattern"] for one in watchers] == wanted


def test_the_log_can_go_to_a_file(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with Editor(server("--log-level", "debug", "--log-file", str(log))) as client:
        client.start(uri(tmp_path), {})
        client.stop()
    assert "DEBUG" in log.read_text()
    nowhere = os.fspath(tmp_path / "no" / "x.log")
    bad = subprocess.run(server("--log-file", nowhere), capture_output=True, text=True)
    assert bad.returncode == 2
    assert "excore-server:" in bad.stderr


def test_debug_information_says_what_is_known(tmp_path: Path) -> None:
    with editor(write(tmp_path)) as client:
        client.show("run.toml")
        client.ready()
        text = client.request("workspace/executeCommand", {"command": "excore.debugInformation"})
    for fact in (
        str(tmp_path),
        "site-packages",
        "registry Model: 1 entries",
        "registry Backbone: 1 entries",
        "index: ready",
        "utf-16",
    ):
        assert fact in text, text


@pytest.mark.parametrize(("prepares", "more"), [(True, {"rename"}), (False, set())])
def test_python_files_are_served_with_what_reaches_configs_only(tmp_path: Path, prepares: bool, more: set[str]) -> None:
    dynamic = {"dynamicRegistration": True}
    able = dict.fromkeys(("synchronization", "codeLens", "references", "hover", "definition"), dynamic)
    able["rename"] = {**dynamic, "prepareSupport": prepares}
    with editor(tmp_path, {**PUSH, "textDocument": {**PUSH["textDocument"], **able}}) as client:
        client.until(lambda: "client/registerCapability" in [r["method"] for r in client.requests])
        sent = next(r for r in client.requests if r["method"] == "client/registerCapability")
        one = {r["method"].partition("/")[2]: r["registerOptions"] for r in sent["params"]["registrations"]}
        assert set(one) == {"didOpen", "didChange", "didClose", "codeLens", "references", *more}
        assert all(
            options["documentSelector"] == [{"scheme": "file", "language": "python"}] for options in one.values()
        )


def test_a_client_that_sends_configs_alone_is_asked_for_project_files(tmp_path: Path) -> None:
    """They have problems, and nothing else: other tools' formatters and lists stay alone with them."""
    dynamic = {"dynamicRegistration": True}
    able = {"synchronization": dynamic, "diagnostic": dynamic}
    with editor(tmp_path, {**PULL, "textDocument": {**PULL["textDocument"], **able}}) as client:
        client.until(lambda: "client/registerCapability" in [r["method"] for r in client.requests])
        sent = next(r for r in client.requests if r["method"] == "client/registerCapability")
        one = {r["method"].partition("/")[2]: r["registerOptions"] for r in sent["params"]["registrations"]}
        assert set(one) == {"didOpen", "didChange", "didClose", "didSave", "diagnostic"}
        for options in one.values():
            assert options["documentSelector"] == [{"scheme": "file", "pattern": "**/{.excore,pyproject}.toml"}]
