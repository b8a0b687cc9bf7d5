"""Opening a project runs none of its code."""

from __future__ import annotations

import os
from pathlib import Path

from e2e_kit import PUSH, SERVER, Editor, uri, write

TRAP = """
import pathlib
pathlib.Path({marker!r}).open("a").write(__file__ + "\\n")
"""
PLACES = (
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "setup.py",
    "src/__init__.py",
    "src/trap.py",
    "src/conftest.py",
    "argparse.py",
    "jedi.py",
    "lsprotocol.py",
    "tomllib.py",
    ".venv/lib/python3.11/site-packages/trap.py",
    ".venv/lib/python3.11/site-packages/sitecustomize.py",
)


def test_no_marker_after_a_whole_session(tmp_path: Path) -> None:
    root, marker = write(tmp_path / "project"), tmp_path / "marker"
    trap = TRAP.format(marker=str(marker))
    for place in PLACES:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(trap)
    (root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    interpreter = root / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text(f"#!/bin/sh\necho ran >> {marker}\n")
    interpreter.chmod(0o755)
    models = root / "src" / "models.py"
    models.write_text("import trap\n" + trap + models.read_text() + "\nraise SystemExit('imported')\n")
    settings = {"interpreter": str(interpreter)}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    with Editor(SERVER, cwd=str(root), env=environment) as client:
        client.root = root
        client.start(uri(root), PUSH, initializationOptions=settings)
        client.show("run.toml", "[Model.FCN]\n!backbone = 'ResNet'\n[Model.trap]\n[Backbone.ResNet]\ndepth = 'x'\n")
        client.ready()
        client.until(lambda: {"unknown-class", "wrong-type"} <= set(client.codes("run.toml")))
        for line, character in ((0, 8), (1, 14), (2, 9), (3, 12), (4, 2), (4, 9)):
            for method in ("hover", "completion", "definition"):
                client.at(f"textDocument/{method}", "run.toml", line, character)
        client.show("src/models.py", language="python")
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri(models)}})
        client.request("workspace/executeCommand", {"command": "excore.reindex"})
        client.ready(2)
        assert client.stop() == 0
    assert not marker.exists(), marker.read_text()
    assert not list(root.rglob("*.pyc"))
