"""Long work of one server, many processes at once, and processes killed at random moments; each prints its figure.

python tests/e2e/endurance.py --requests 100000 --kills 100 --seed 1
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from e2e_kit import PROJECT, PUSH, SERVER, Editor, uri, write
from questions import FILES, PLAIN, questions

from excore.tooling.lsp_client import ServerError

CHECK = [sys.executable, "-m", "excore.cli.main", "check", "."]
FIRST = 20_000
"""Requests after which memory must not grow any more, by more than a tenth."""
PROCESSES = 16


def started(root: Path, caches: Path) -> Editor:
    client = Editor(SERVER, cwd=str(root), env=environment(caches))
    client.root = root
    client.start(uri(root), {**PUSH, **PLAIN})
    return client


def environment(caches: Path) -> dict[str, str]:
    return os.environ | {"XDG_CACHE_HOME": str(caches), "PYTHONDONTWRITEBYTECODE": "1"}


def resident(client: Editor) -> float:
    """Megabytes that a process has in memory."""
    found = subprocess.run(["ps", "-o", "rss=", "-p", str(client.process.pid)], capture_output=True, check=True)
    return int(found.stdout) / 1024


def memory(folder: Path, requests: int) -> str:
    root = write(folder / "project", PROJECT + FILES)
    client = started(root, folder / "caches")
    client.ready()
    client.show("bad.toml")
    text = (root / "bad.toml").read_text()
    asked = list(questions(client, "bad.toml"))
    figures = []
    count = version = 1
    for goal in (min(FIRST, requests // 5), requests):
        while count < goal:
            version += 1
            client.change("bad.toml", version, {"text": text + "\n" * (version % 7)})
            for identifier in [client.send(*question) for question in asked]:
                with suppress(ServerError):
                    client.result(identifier)
            client.notifications.clear()
            count += len(asked)
        figures.append((count, resident(client)))
    assert client.stop() == 0
    (early, before), (late, after) = figures
    assert after < 1.1 * before, figures
    return f"memory: {before:.0f} MB after {early} requests, {after:.0f} MB after {late}"


def together(folder: Path) -> str:
    """Half of the processes are commands, half servers; none has a cache to begin with."""
    root = write(folder / "project", PROJECT)
    (root / "wrong.toml").write_text("[Model.FCM]\n")
    caches = folder / "caches"
    commands = [
        subprocess.Popen(CHECK, cwd=root, env=environment(caches), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(PROCESSES // 2)
    ]
    servers = [started(root, caches) for _ in range(PROCESSES // 2)]
    for client in servers:
        client.show("wrong.toml")
        client.ready()
        client.until_codes("wrong.toml", ["unknown-class"])
        assert client.stop() == 0, client.stderr
    outputs = {process.communicate()[0] for process in commands}
    assert len(outputs) == 1, outputs
    assert b"unknown-class" in outputs.pop()
    assert not left_behind(caches)
    return f"processes: {PROCESSES} on one cold cache at once, all with the right answers"


def left_behind(caches: Path) -> list[Path]:
    """Temporary files. Raises for a cache that is not whole."""
    for path in caches.rglob("*.json"):
        head, _, body = path.read_bytes().partition(b"\n")
        assert json.loads(head)["checksum"] in (zlib.crc32(body), zlib.crc32(body.rstrip(b"\n"))), path
    return [path for path in caches.rglob(".*.json.*") if path.is_file()]


def kills(folder: Path, count: int, chance: random.Random) -> str:
    root = write(folder / "project", PROJECT)
    (root / "wrong.toml").write_text("[Model.FCM]\n")

    def check(caches: Path) -> bytes:
        return subprocess.run(CHECK, cwd=root, env=environment(caches), stdout=subprocess.PIPE).stdout

    begun = time.monotonic()
    wanted = check(folder / "others")
    longest = time.monotonic() - begun
    assert b"unknown-class" in wanted
    left = 0
    for number in range(count):
        caches = folder / f"caches{number // 10}"
        (root / "src" / f"more{number}.py").write_text(f"class A{number}: ...\n" * 2000)  # something to be written
        process = subprocess.Popen(CHECK, cwd=root, env=environment(caches), stdout=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(longest / 3, longest))
        process.kill()
        process.wait()
        left = max(left, len(left_behind(caches)))
        if number % 5 == 4:
            assert check(caches) == wanted, number
    return (
        f"kills: {count} at random moments, {left} temporary files at most, every cache whole, every later answer right"
    )


def main() -> None:
    """Do all three, each in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(memory(Path(folder, "memory"), options.requests), flush=True)
        print(together(Path(folder, "together")), flush=True)
        print(kills(Path(folder, "kills"), options.kills, random.Random(options.seed)), flush=True)


if __name__ == "__main__":
    main()
