"""A project on disk and the real server on it. Only this file knows how a session is set up."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import warm

from excore.tooling.lsp_client import Client, Json
from excore.tooling.uris import to_uri

SERVER = [sys.executable, "-m", "excore_server", "--stdio"]
"""For tests of how the server starts and what it imports; all others have one by ``server``."""
PATIENCE = 300.0
"""Seconds after which a server is taken to hang, on however busy a machine."""

PROJECT = """
    #- src/models.py
    from excore import Registry

    MODEL = Registry("Model")
    BACKBONE = Registry("Backbone")


    @BACKBONE.register()
    class ResNet:
        '''Residual network.

        Args:
            depth: How many layers there are.
        '''

        def __init__(self, depth: int, norm: str = "bn") -> None:
            self.depth = depth


    @MODEL.register()
    class FCN:
        '''Fully convolutional network.'''

        def __init__(self, backbone: ResNet, classes: int = 3) -> None:
            self.backbone = backbone
    #- run.toml
    [Model.FCN]
    !backbone = "ResNet"

    [Backbone.ResNet]
    depth = 50
"""

PUSH: Json = {
    "window": {"workDoneProgress": True},
    "textDocument": {
        "publishDiagnostics": {
            "versionSupport": True,
            "relatedInformation": True,
            "tagSupport": {"valueSet": [1, 2]},
            "codeDescriptionSupport": True,
        },
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
        "definition": {"linkSupport": True},
    },
}
PULL: Json = {
    **PUSH,
    "workspace": {"diagnostics": {"refreshSupport": True}},
    "textDocument": {**PUSH["textDocument"], "diagnostic": {"dynamicRegistration": False}},
}
WATCHING: Json = {**PUSH, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


def server(*options: str) -> list[str]:
    """The command of a server that need not import anything."""
    return [*warm.python(), *SERVER[1:], *options]


def write(folder: Path, files: str = PROJECT) -> Path:
    """Write files, each below a line ``#- name``; gives the folder."""
    for part in textwrap.dedent(files).split("#- ")[1:]:
        name, _, text = part.partition("\n")
        path = folder / name.strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def uri(path: Path) -> str:
    return to_uri(str(path))


class Editor(Client):
    """A client that thinks in files of one folder and keeps what it has open."""

    root: Path

    def __init__(self, command: Sequence[str] | None = None, **more: Any) -> None:
        super().__init__(server() if command is None else command, timeout=PATIENCE, **more)

    def show(self, name: str, text: str | None = None, language: str = "toml") -> None:
        """Open a file, with the text it has on disk unless another is given."""
        path = self.root / name
        content = path.read_bytes().decode() if text is None else text
        self.open(uri(path), content, language)

    def change(self, name: str, version: int, *changes: Json) -> None:
        document = {"uri": uri(self.root / name), "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def codes(self, name: str, version: int | None = None) -> list[str]:
        """Codes of what was last published; waits until something was."""
        where = uri(self.root / name)
        self.until(lambda: self.diagnostics(where, version) is not None, f"diagnostics of {name}")
        return [item["code"] for item in self.diagnostics(where, version) or ()]

    def until_codes(self, name: str, codes: list[str]) -> None:
        """Wait until exactly these are published."""
        self.until(
            lambda: (
                [item["code"] for item in self.diagnostics(uri(self.root / name)) or ()] == codes
                and self.diagnostics(uri(self.root / name)) is not None
            ),
            f"{codes} in {name}",
        )

    def at(self, method: str, name: str, line: int, character: int) -> Any:
        where = {"uri": uri(self.root / name)}
        return self.request(method, {"textDocument": where, "position": {"line": line, "character": character}})

    def pull(self, name: str, previous: str | None = None) -> Json:
        params = {"textDocument": {"uri": uri(self.root / name)}, "previousResultId": previous}
        result: Json = self.request("textDocument/diagnostic", params)
        return result

    def watched(self, *names: str, kind: int = 2) -> None:
        changes = [{"uri": uri(self.root / name), "type": kind} for name in names]
        self.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def ready(self, times: int = 1) -> None:
        """Wait until the index was built so often."""
        self.until(
            lambda: [p["value"]["kind"] for p in self.sent("$/progress")].count("end") >= times, "the end of the index"
        )


@contextmanager
def editor(root: Path, capabilities: Json = PUSH, **options: Any) -> Iterator[Editor]:
    """A session on a folder that ends in good order."""
    with Editor(cwd=str(root)) as client:
        client.root = root
        client.start(uri(root), capabilities, **options)
        yield client
        assert client.stop() == 0, client.stderr
        assert "Traceback" not in client.stderr, client.stderr
