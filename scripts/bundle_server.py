"""Put the language server into the VS Code extension, with all it needs on any Python from 3.10 on.

``python scripts/bundle_server.py`` fills ``editors/vscode/bundled`` with what ``editors/vscode/requirements.txt`` pins
and with the wheel of this project. It takes a Python with pip. With ``--update`` the newest versions are pinned first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
EXTENSION = REPOSITORY / "editors" / "vscode"
REQUIREMENTS = EXTENSION / "requirements.txt"
BUNDLE = EXTENSION / "bundled"
MARKER = BUNDLE / ".requirements"

NEEDED = ("docstring-parser", "jedi")
"""What the server imports. The rest of the package's needs are its commands'."""
UNUSED = ("jedi/third_party/django-stubs", "excore/_shipped/editors", "excore/_shipped/examples")
STUBS = BUNDLE / "jedi" / "third_party" / "typeshed" / "stubs"
KEPT_STUBS = {"tensorflow"}
"""Stubs of packages that cannot be read without: TensorFlow loads its modules when they are asked for."""
PURE = ("--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--python-version=3.10")
HEAD = "# Made by `python scripts/bundle_server.py --update`: what the server in the extension needs, for any Python.\n"
MAIN = '''\
"""The language server of the extension, for any Python from 3.10 on: ``python -I -S`` with this folder."""

import sys

from excore_server.__main__ import main

sys.exit(main())
'''


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def update() -> None:
    """Pin the newest pure wheels of what is needed, each with its hash."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        pip("install", "--dry-run", "--ignore-installed", "--report", report, "--target", folder, *PURE, *NEEDED)
        found = json.loads(report.read_text("utf-8"))["install"]
    lines = []
    for each in found:
        digest = each["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{each['metadata']['name'].lower()}=={each['metadata']['version']} --hash=sha256:{digest}\n")
    REQUIREMENTS.write_text(HEAD + "".join(sorted(lines)), "utf-8")


def bundle() -> None:
    """Fill the folder. What is pinned is fetched only if it changed, this project's own code is always that of now."""
    made_from = hashlib.sha256(REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    if not MARKER.exists() or MARKER.read_text("utf-8") != made_from:
        shutil.rmtree(BUNDLE, ignore_errors=True)
        pip("install", "--require-hashes", "--no-deps", "--no-compile", *PURE, "--target", BUNDLE, "-r", REQUIREMENTS)
        for stubs in STUBS.iterdir():
            if stubs.name not in KEPT_STUBS:
                shutil.rmtree(stubs)
    for old in list(BUNDLE.glob("excore*")):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory() as folder:
        if find_spec("hatchling"):  # spares pip making an environment for it
            build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
            subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
        else:
            pip("wheel", "--no-deps", "--wheel-dir", folder, REPOSITORY)
        [wheel] = Path(folder).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(BUNDLE)
    for unused in (*(BUNDLE / name for name in UNUSED), *BUNDLE.rglob("__pycache__")):
        shutil.rmtree(unused, ignore_errors=True)
    (BUNDLE / "__main__.py").write_text(MAIN, "utf-8")
    (BUNDLE / "NOTICES.md").write_text("\n".join(notices()), "utf-8")
    MARKER.write_text(made_from, "utf-8")


def notices() -> Iterator[str]:
    """The packages of others with their licences, as Markdown."""
    yield "# What the bundled language server contains\n"
    yield "| package | version | licence |\n| --- | --- | --- |"
    packages = {path: Parser().parsestr((path / "METADATA").read_text("utf-8")) for path in BUNDLE.glob("*.dist-info")}
    others = {path: data for path, data in sorted(packages.items()) if data["Name"] != "excore"}
    for data in others.values():
        yield f"| {data['Name']} | {data['Version']} | {licence(data)} |"
    yield "| typeshed, in jedi | | Apache-2.0, parts MIT |"
    texts = {data["Name"]: file for path, data in others.items() for file in sorted(path.rglob("LICENSE*"))}
    for name, file in {**texts, "typeshed": STUBS.parent / "LICENSE"}.items():
        yield f"\n## {name}\n\n```text\n{file.read_text('utf-8').strip()}\n```"


def licence(data: Message) -> str:
    """How a package says what its licence is: an expression, a name or a classifier."""
    named = [each.rpartition(" :: ")[2] for each in data.get_all("Classifier", []) if each.startswith("License ::")]
    return str(data["License-Expression"] or data["License"] or ", ".join(named))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="pin the newest versions in requirements.txt first")
    if parser.parse_args().update:
        update()
    bundle()


if __name__ == "__main__":
    main()
