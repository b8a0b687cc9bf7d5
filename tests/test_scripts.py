"""The scripts of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("false", 0), ("true", 1)])
def test_no_other_python_is_a_failure_under_ci(ci: str, code: int, tmp_path: Path) -> None:
    environment = {**os.environ, "CI": ci, "PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path)}
    program = str(SCRIPTS / "test_pythons.py")
    done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("at least one other must be tested" in done.stdout) == bool(code)
