"""The TextMate grammars against files that say which scope each piece of text has."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import tools
from editor_kit import found

pytestmark = pytest.mark.editor

CASES = Path(__file__).parent / "grammar"
SYNTAXES = tools.EXTENSION / "syntaxes"


def run(tmp_path: Path, case: Path) -> None:
    """Check one annotated file with the runner VS Code extensions use."""
    node, drivers = found(tools.node), found(tools.drivers)

    def relative(path: Path) -> str:  # the runner joins every path to the manifest's folder
        return os.path.relpath(path, tmp_path)

    grammars = [
        {"scopeName": "source.excore", "language": "excore", "path": relative(SYNTAXES / "excore.tmLanguage.json")},
        {"scopeName": "source.toml", "language": "toml", "path": relative(CASES / "toml.tmLanguage.json")},
        {
            "scopeName": "source.toml.excore-prefixes",
            "path": relative(SYNTAXES / "prefixes.tmLanguage.json"),
            "injectTo": ["source.toml"],
        },
    ]
    manifest = tmp_path / "package.json"
    manifest.write_text(json.dumps({"contributes": {"grammars": grammars}}), "utf-8")
    runner = drivers / "vscode-tmgrammar-test" / "dist" / "unit.js"
    command = [str(node), str(runner), "--config", str(manifest), str(case)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("case", sorted(CASES.glob("*.toml")), ids=lambda path: path.stem)
def test_scopes(case: Path, tmp_path: Path) -> None:
    run(tmp_path, case)


def test_a_wrong_scope_is_noticed(tmp_path: Path) -> None:
    case = tmp_path / "wrong.toml"
    case.write_text('# SYNTAX TEST "source.excore"\n!a = "R"\n# <- comment.line.wrong\n', "utf-8")
    with pytest.raises(AssertionError, match=r"comment\.line\.wrong"):
        run(tmp_path, case)
