"""The server and the registry dump that `excore auto-register` writes."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest
import warm
from e2e_kit import PUSH, WATCHING, Editor, editor, write

from excore.lang.project.reading import find_project
from excore.tooling.lsp_client import Json
from excore.tooling.registry_dump import dump_file

OPEN = """
#- .excore.toml
src_dir = "p"
registries = ["*M"]
#- p/__init__.py
from excore import Registry
M = Registry("M")
#- p/all.py
import importlib
from . import M
M.match(importlib.import_module("p.plain"), lambda name, module: name.startswith("K"))
#- p/plain.py
class Known:
    def __init__(self, size: int): ...
#- run.toml
[M.Known]
sise = 1
"""


def registered(folder: Path) -> Path:
    """The project with its dump; the dump's path."""
    write(folder, OPEN)
    command = [*warm.python(), "-m", "excore.cli.main", "auto-register"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return dump_file(find_project(str(folder)))


def logged(client: Editor, text: str) -> bool:
    return any(text in one["message"] for one in client.sent("window/logMessage"))


def test_k3_the_server_knows_what_the_dump_knows(tmp_path: Path) -> None:
    registered(tmp_path)
    with editor(tmp_path, WATCHING) as client:
        client.show("run.toml")
        client.until_codes("run.toml", ["unknown-parameter"])
        (tmp_path / "p/all.py").write_text("from . import M, plain\nM.register_module(plain.Other)\n", "utf-8")
        (tmp_path / "p/plain.py").write_text("class Other: ...\n", "utf-8")
        client.watched("p/all.py", "p/plain.py")
        client.until_codes("run.toml", ["unknown-class"])


def test_k3_a_dump_of_elsewhere_is_refused_with_a_message(tmp_path: Path) -> None:
    dump = registered(tmp_path)
    for text, message in (
        (json.dumps({**json.loads(dump.read_text("utf-8")), "root": "elsewhere-0"}), "is of another checkout"),
        ("[", "is damaged"),
    ):
        dump.write_text(text, "utf-8")
        with editor(tmp_path, WATCHING) as client:
            client.show("run.toml")
            client.until(partial(logged, client, message))
            client.until(lambda: "unknown-parameter" not in client.codes("run.toml"))
            facts = client.request("workspace/executeCommand", {"command": "excore.debugInformation"})
            assert message in facts


@pytest.mark.parametrize("capabilities", [PUSH, WATCHING], ids=["server-watches", "client-watches"])
def test_k3_a_dump_that_is_written_or_removed_counts_at_once(tmp_path: Path, capabilities: Json) -> None:
    dump = registered(tmp_path)
    kept = dump.read_bytes()
    dump.unlink()
    with editor(tmp_path, capabilities) as client:
        client.show("run.toml")
        client.until_codes("run.toml", ["unknown-class"])
        dump.write_bytes(kept)
        client.until_codes("run.toml", ["unknown-parameter"])
        dump.unlink()
        client.until_codes("run.toml", ["unknown-class"])
