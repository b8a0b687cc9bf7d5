"""Processes that are killed while they write, and disks that take nothing: the next process gives the right answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
import warm
from e2e_kit import PUSH, Editor, uri, write
from questions import FILES, PLAIN, questions

from excore.tooling.lsp_client import ServerError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such limits")

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[1]))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
sys.argv[1:] = sys.argv[3:]
if sys.argv[1:2] == ["--stdio"]:
    from excore_server.__main__ import main
else:
    from excore.cli.main import main
sys.exit(main())
"""
"""A program that the system kills as soon as it has written so many bytes to a file (``SIG_DFL``), or that cannot write
more (``SIG_IGN``)."""


def check(folder: Path, caches: Path, *limits: str) -> subprocess.CompletedProcess[str]:
    start = ["-c", LIMITED, *(limits or ("SIG_IGN", str(1 << 40)))]
    environment = os.environ | {"XDG_CACHE_HOME": str(caches), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*warm.python(), *start, "check", "."], cwd=folder, env=environment, capture_output=True, text=True
    )


def written(caches: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in caches.rglob("*") if path.is_file()}


def test_a_process_that_is_killed_at_any_byte_of_a_cache_leaves_the_old_one(tmp_path: Path) -> None:
    project, caches = write(tmp_path / "project"), tmp_path / "caches"
    (project / "bad.toml").write_text("[Model.FCM]\n")
    wanted = check(project, tmp_path / "others")
    assert "unknown-class" in wanted.stdout
    [(name, whole)] = [one for one in written(tmp_path / "others").items() if one[0].endswith(".json")]
    for limit in (0, 1, len(whole) // 2, 3 * len(whole) // 4):
        killed = check(project, caches, "SIG_DFL", str(limit))
        assert killed.returncode != wanted.returncode, "it is killed"
        assert name not in written(caches), "there is no half file"
    left = list(caches.rglob(f".{name}.*"))
    assert len(left) == 4
    os.utime(left[0], (0, 0))
    after = check(project, caches)
    assert (after.stdout, after.returncode) == (wanted.stdout, wanted.returncode)
    new = written(caches)[name]
    assert json.loads(new.split(b"\n")[0])["checksum"] == zlib.crc32(new.partition(b"\n")[2])
    assert sorted(path for path in caches.rglob(f".{name}.*")) == sorted(left[1:]), "the others may be written still"
    (project / "src/models.py").write_text("x = 1\n")
    check(project, caches, "SIG_DFL", "9")
    assert written(caches)[name] == new, "the old one stays"
    assert "unknown-class" in check(project, caches).stdout


@pytest.mark.parametrize("caches", ["file/caches", "/proc/caches", "caches"])
def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, caches: str) -> None:
    """Not below a file, not on a disk that is read-only for the superuser too, and not on one that is full."""
    project = write(tmp_path / "project")
    (tmp_path / "file").touch()
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / caches)}
    command = [*warm.python(), "-c", LIMITED, "SIG_IGN", "0", "--stdio"]
    with Editor(command, cwd=str(project), env=environment) as client:
        client.root = project
        client.start(uri(project), PUSH)
        client.ready()
        client.show("run.toml", "[Model.FCM]\n")
        assert client.codes("run.toml") == ["unknown-class"]
        assert client.stop() == 0
        assert "Traceback" not in client.stderr, client.stderr
    assert check(project, tmp_path / caches, "SIG_IGN", "0").returncode == 0


COUNTING = """
import gc, sys
from excore_server.lsp import dispatch, server

def count(session, params):
    gc.unfreeze()
    while gc.collect():
        pass
    return len(gc.get_objects())

dispatch.REQUESTS["test/objects"] = count
sys.exit(server.main("warning"))
"""


def test_requests_and_edits_leave_nothing_behind(tmp_path: Path) -> None:
    with Editor([*warm.python(), "-c", COUNTING], cwd=str(tmp_path)) as client:
        client.root = write(write(tmp_path), FILES)
        client.start(uri(tmp_path), {**PUSH, **PLAIN})
        client.ready()
        client.show("bad.toml")
        asked = list(questions(client, "bad.toml"))
        text = (tmp_path / "bad.toml").read_text()

        def work(rounds: int, version: int) -> int:
            for number in range(rounds):
                client.change("bad.toml", version + number, {"text": text + "\n" * number})
                for identifier in [client.send(*question) for question in asked]:
                    with suppress(ServerError):
                        client.result(identifier)
            found = client.request("test/objects")
            assert isinstance(found, int)
            return found

        work(2, 2)
        before = work(1, 4)
        found = work(4, 5) - before
        assert found < len(asked), "less than an object for four answers"
