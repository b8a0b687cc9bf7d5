"""A real VS Code for the tests: its own server, its workbench in a headless Chromium, its extension host."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tools

HERE = Path(__file__).parent
EXTENSION = tools.EXTENSION
LIMIT = 60.0
POLL = 0.05

SETTINGS = {
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "workbench.reduceMotion": "on",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.layoutControl.enabled": False,
    "chat.disableAIFeatures": True,
    "chat.commandCenter.enabled": False,
    "telemetry.telemetryLevel": "off",
    "git.enabled": False,
    "editor.minimap.enabled": False,
    "editor.hover.delay": 100,
    "editor.fontFamily": "DejaVu Sans Mono",
    "extensions.ignoreRecommendations": True,
    "extensions.autoCheckUpdates": False,
    "update.mode": "none",
}


@dataclass(frozen=True)
class Programs:
    """What a run needs; each may be missing (see `tools`)."""

    node: Path
    browser: Path
    drivers: Path
    vscode: Path


def package() -> Path:
    """Build the extension as its one script does. Returns the .vsix; raises when the build fails."""
    done = subprocess.run(
        [str(tools.npm()), "run", "package"],
        cwd=EXTENSION,
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return EXTENSION / "excore.vsix"


@dataclass(frozen=True)
class Server:
    """A running VS Code server."""

    programs: Programs
    folder: Path
    port: int

    def remote(self, path: Path) -> str:
        return f"vscode-remote://127.0.0.1:{self.port}{path}"

    def drive(self, script: str, options: dict[str, Any]) -> dict[str, Any]:
        """Run one of the scripts beside this file in Node; the last line it prints is its answer."""
        request = {
            **options,
            "origin": f"http://127.0.0.1:{self.port}",
            "playwright": str(self.programs.drivers / "playwright-core"),
            "browser": str(self.programs.browser),
        }
        done = subprocess.run(
            [str(self.programs.node), str(HERE / script)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=5 * LIMIT,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:] + self.logs()
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer

    def logs(self) -> str:
        """The ends of the logs, for a failing test's message."""
        ends = []
        for path in sorted((self.folder / "data" / "logs").rglob("*.log")):
            text = path.read_text("utf-8", "replace").strip()
            if text:
                ends.append(f"--- {path.name}\n{text[-1500:]}")
        return "\n".join(ends)


@contextmanager
def server(
    programs: Programs,
    folder: Path,
    flags: Sequence[str] = ("--disable-workspace-trust",),
    vsix: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A VS Code server with an empty home below `folder`, and only this extension.

    The environment of the tests, where the language server is installed, is active; `variables` say otherwise.
    """
    settings = folder / "data" / "User" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(SETTINGS), "utf-8")
    port = free_port()
    common = [
        str(programs.node),
        str(programs.vscode / "out" / "server-main.js"),
        "--accept-server-license-terms",
        f"--server-data-dir={folder / 'server'}",
        f"--user-data-dir={folder / 'data'}",
        f"--extensions-dir={folder / 'extensions'}",
        "--telemetry-level=off",
    ]
    env = {**environment(folder), **(variables or {})}
    if vsix is not None:
        install = [*common, "--install-extension", str(vsix)]
        done = subprocess.run(install, env=env, capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 0, done.stdout + done.stderr
    serve = [
        *common,
        "--host=127.0.0.1",
        f"--port={port}",
        "--without-connection-token",
        *flags,
    ]
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(
            serve, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        wait_for(port, process, folder / "server.log")
        yield Server(programs, folder, port)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environment(folder: Path) -> dict[str, str]:
    """An empty home, and the environment of the tests active."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CONDA_PREFIX", "NODE_OPTIONS"}}
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {
        **kept,
        "VIRTUAL_ENV": sys.prefix,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")]),
        "VSCODE_CLI": "1",  # no shell is asked for another PATH
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "EXTENSIONS_GALLERY": json.dumps({"serviceUrl": "", "itemUrl": "", "resourceUrlTemplate": ""}),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/version", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            alive = process.poll() is None and time.monotonic() < deadline
            assert alive, f"the VS Code server did not start:\n{log.read_text('utf-8', 'replace')[-4000:]}"
            time.sleep(POLL)
