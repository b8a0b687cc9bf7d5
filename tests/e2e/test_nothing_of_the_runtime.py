"""The server answers everything without the runtime: what builds objects is never loaded."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from e2e_kit import PULL, Editor, uri, write
from questions import FILES, PLAIN, questions

from excore.tooling.lsp_client import Json, ServerError

RICH: Json = {**PULL, "textDocument": {**PLAIN["textDocument"], **PULL["textDocument"]}}
RUNTIME = ("excore.config", "excore.engine", "excore.plugins", "excore.cli")
SERVER = """
import sys
from excore_server.lsp import server
code = server.main("warning")
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def test_a_session_loads_nothing_of_the_runtime(tmp_path: Path) -> None:
    root = write(write(tmp_path), FILES)
    with Editor([sys.executable, "-c", SERVER], cwd=str(root), timeout=30) as client:
        client.root = root
        client.start(uri(root), RICH)
        client.ready()
        client.show("bad.toml")
        for method, params in questions(client, "bad.toml"):
            with suppress(ServerError):
                client.request(method, params)
        for command in ("reindex", "debugInformation", "showComposed", "showPython", "showGraph"):
            client.request(
                "workspace/executeCommand", {"command": f"excore.{command}", "arguments": [uri(root / "bad.toml")]}
            )
        assert client.stop() == 0
        loaded = client.stderr.split()
    assert "excore_server.lsp.dispatch" in loaded
    assert [module for module in loaded if module.startswith(RUNTIME)] == []
