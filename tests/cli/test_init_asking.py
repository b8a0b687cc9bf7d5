"""`excore init` as older versions ask it: the answers may be piped in (WS-1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_kit import Run, Write

from excore import workspace


def test_ws_1_answers_from_stdin_and_registries_from_the_source(write: Write, run: Run) -> None:
    folder = write('#- src/__init__.py\nfrom excore import Registry\nA = Registry("Model")\nB = Registry("Data")\n')
    run("init", input="demo\nsrc\n")
    workspace.reset()
    assert (workspace.name, workspace.src_dir) == ("demo", "src")
    assert [text.lstrip("*") for text in workspace.registries] == ["Model", "Data"]
    before = (folder / ".excore.toml").read_text()
    assert "exists already" in run("init", input="other\nsrc\n").output
    assert (folder / ".excore.toml").read_text() == before
    run("init", "--force", input="other\nsrc\n")
    workspace.reset()
    assert workspace.name == "other"


@pytest.mark.usefixtures("folder")
def test_ws_1_the_folder_s_name_is_the_default(folder: Path, run: Run) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "__init__.py").write_text('from excore import Registry\nA = Registry("Model")\n')
    run("init", input="\nsrc\n")
    workspace.reset()
    assert workspace.name == folder.name
