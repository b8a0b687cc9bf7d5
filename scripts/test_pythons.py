"""Run the language, index, engine and config tests on every other Python that is installed here.

``python scripts/test_pythons.py [PYTEST ARGUMENTS]`` looks for Python 3.10 to 3.14 on PATH and among pyenv's versions,
gives each a venv under ``.tools/pythons`` and runs the tests there. The exit code is 1 if any of them fails, and under
CI also if there is no other Python at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
VENVS = REPOSITORY / ".tools" / "pythons"
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
AREAS = ("lang", "index", "engine", "config")
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
VERSION_OF = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2])"


def candidates(version: str) -> Iterator[Path]:
    """Programs that may be this Python, the likeliest first."""
    found = shutil.which(f"python{version}")
    if found:
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(pyenv.glob(f"{version}*/bin/python{version}"), reverse=True)


def interpreter(version: str) -> Path | None:
    """A Python of this version that starts and can make a venv. A name on PATH may be only pyenv's stand-in."""
    for program in candidates(version):
        done = subprocess.run([program, "-c", VERSION_OF], capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() == version:
            return program
    return None


def prepare(version: str, program: Path) -> Path:
    """The Python of a venv that has this project and pytest; an existing one is kept while pyproject.toml stays."""
    venv = VENVS / version
    python = venv / "bin" / "python"
    wanted = hashlib.sha256((REPOSITORY / "pyproject.toml").read_bytes()).hexdigest()
    stamp = venv / ".ready"
    if not (stamp.exists() and stamp.read_text("utf-8") == wanted):
        print(f'Python {version}: $ {program} -m venv; pip install -e ".[test]"', flush=True)
        subprocess.run([program, "-m", "venv", "--clear", venv], check=True)
        options = ["--quiet", "--disable-pip-version-check", "-e", ".[test]"]
        subprocess.run([python, "-m", "pip", "install", *options], cwd=REPOSITORY, check=True)
        stamp.write_text(wanted, "utf-8")
    return python


def main(arguments: list[str]) -> int:
    own = ".".join(map(str, sys.version_info[:2]))
    tests = [REPOSITORY / "tests" / area for area in AREAS]
    tested, failed = [], []
    for version in VERSIONS:
        if version == own:
            continue
        program = interpreter(version)
        if program is None:
            print(f"Python {version}: not installed here, not tested", flush=True)
            continue
        python = prepare(version, program)
        print(f"Python {version}: pytest {' '.join(AREAS)}", flush=True)
        tested.append(version)
        options = ["-q", "-n", "2", "-p", "no:cacheprovider", *arguments]
        environment = {**os.environ, "HYPOTHESIS_PROFILE": "quick"}
        done = subprocess.run([python, "-m", "pytest", *tests, *options], cwd=REPOSITORY, env=environment)
        if done.returncode != 0:
            failed.append(version)
    if failed:
        print(f"failed on Python {', '.join(failed)}", flush=True)
    if IN_CI and not tested:
        print(f"no Python but {own} was found; under CI at least one other must be tested", flush=True)
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
