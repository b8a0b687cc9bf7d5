"""What helps to find a defect: debug information, tracing, the log as JSON lines, recorded sessions."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e_kit import PATIENCE, PULL, PUSH, Editor, editor, server, uri, write

from excore.tooling.lsp_client import Json


@contextmanager
def started(root: Path, *options: str, capabilities: Json = PUSH) -> Iterator[Editor]:
    """A session with a server that was given options."""
    with Editor(server(*options), cwd=str(root)) as client:
        client.root = root
        client.start(uri(root), capabilities)
        client.ready()
        yield client
        assert client.stop() == 0, client.stderr


def lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def replay(path: Path) -> tuple[int, str]:
    done = subprocess.run(server("--replay", str(path)), capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout + done.stderr


def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    return write(root)


def work(client: Editor) -> None:
    """A bit of everything."""
    client.show("run.toml")
    assert client.codes("run.toml") == []
    client.change("run.toml", 2, {"text": "[Backbone.ResNet]\ndeep = 1\n"})
    client.until_codes("run.toml", ["missing-parameter", "unknown-parameter"])
    client.at("textDocument/hover", "run.toml", 0, 12)
    client.at("textDocument/definition", "run.toml", 0, 12)
    client.at("textDocument/completion", "run.toml", 1, 0)


# -- debug information


def test_debug_information(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path) as client:
        client.ready()
        work(client)
        told = client.request("workspace/executeCommand", {"command": "excore.debugInformation"})
    for part in (
        f"project {tmp_path}",
        "registry Backbone: 1 entries",
        "cache: ",
        "dump: none",
        "textDocument/hover: 1, ",
        "failures: none",
        "open documents: 1, configs known: 1",
    ):
        assert part in told, told


# -- tracing


def test_tracing_can_be_switched(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path, trace="messages") as client:
        client.ready()
        client.show("run.toml")
        client.at("textDocument/hover", "run.toml", 0, 8)
        client.until(
            lambda: any("textDocument/hover" in one["message"] for one in client.sent("$/logTrace")), "a trace"
        )
        assert {"message": "received textDocument/didOpen"} in client.sent("$/logTrace")
        assert all("verbose" not in one for one in client.sent("$/logTrace"))
        client.notify("$/setTrace", {"value": "verbose"})
        client.at("textDocument/hover", "run.toml", 0, 8)
        client.until(lambda: any("verbose" in one for one in client.sent("$/logTrace")), "more")
        client.notify("$/setTrace", {"value": "off"})
        client.at("textDocument/hover", "run.toml", 0, 8)
        before = len(client.sent("$/logTrace"))
        client.at("textDocument/hover", "run.toml", 0, 8)
        assert len(client.sent("$/logTrace")) == before


def test_nothing_is_traced_unless_asked(tmp_path: Path) -> None:
    write(tmp_path)
    with editor(tmp_path) as client:
        client.ready()
        work(client)
        assert client.sent("$/logTrace") == []


# -- the log


def test_the_log_is_lines_of_json(tmp_path: Path) -> None:
    root, log = project(tmp_path), tmp_path / "log.jsonl"
    with started(root, "--log", str(log)) as client:
        work(client)
        client.notify("textDocument/didChange", {"textDocument": {"uri": uri(root / "no.toml"), "version": 1}})
        client.at("textDocument/hover", "run.toml", 0, 8)
    found = lines(log)
    answered = [line["method"] for line in found if line["message"].startswith("answered")]
    assert answered.count("textDocument/hover") == 2
    assert "initialize" in answered
    assert all({"time", "level", "logger", "message"} <= set(line) for line in found)
    assert any(line["level"] == "warning" and "didChange" in line["message"] for line in found)


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    done = subprocess.run(server("--log", str(tmp_path)), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr


# -- recordings


def made(information: str) -> int:
    """How often the index was made; one change may be heard of twice."""
    return int(re.findall(r"made (\d+) times", information)[0])


@pytest.mark.parametrize("capabilities", [PUSH, PULL], ids=["push", "pull"])
def test_a_recorded_session_gives_the_same_answers_again(tmp_path: Path, capabilities: Json) -> None:
    root, recording = project(tmp_path), tmp_path / "session.jsonl"
    with started(root, "--record", str(recording), capabilities=capabilities) as client:
        if capabilities is PUSH:
            work(client)
        else:
            client.show("run.toml")
            client.pull("run.toml")
        (root / "src" / "models.py").write_text("", encoding="utf-8")
        client.watched("src/models.py")
        ask = {"command": "excore.debugInformation"}
        client.until(lambda: made(client.request("workspace/executeCommand", ask)) >= 2, "the new index")
        client.at("textDocument/hover", "run.toml", 1, 2)
    found = lines(recording)
    assert {line["from"] for line in found if "from" in line} == {"client", "server"}
    assert [Path(line["file"]).name for line in found if "file" in line] == ["run.toml", "models.py", "models.py"]
    times = [line["time"] for line in found if "time" in line]
    assert times == sorted(times)
    for path in (root / "run.toml", root / "src" / "models.py"):
        path.unlink()  # the recording has all that is needed
    code, output = replay(recording)
    assert code == 0, output
    assert "answers as recorded, 0 different" in output


def test_a_replay_tells_what_is_different(tmp_path: Path) -> None:
    root, recording = project(tmp_path), tmp_path / "session.jsonl"
    with started(root, "--record", str(recording)) as client:
        work(client)
    text = recording.read_text("utf-8").replace("Residual network.", "Another text.")
    changed = "\n".join(
        line.replace("Another text.", "Residual network.") if '"file"' in line else line for line in text.split("\n")
    )
    recording.write_text(changed[:-20], encoding="utf-8")  # as a session that ended abruptly leaves it
    code, output = replay(recording)
    assert code == 1
    assert "different: textDocument/hover" in output
    assert "+" in output
    assert "Residual network." in output


def test_no_recording_to_replay(tmp_path: Path) -> None:
    code, output = replay(tmp_path / "nowhere.jsonl")
    assert code == 2
    assert "nowhere.jsonl" in output
