"""Every command in every hostile workspace: how many of both there were, and that no code ran and nothing was written
but caches and what the command is for.

    python tests/cli/hostile.py
"""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from conftest import PROJECT  # type: ignore[attr-defined]  # the one beside this file
from test_hostile_workspace import COMMAND_LINES, PLACES, sparse
from test_injection import NASTY, WRITTEN
from typer.testing import CliRunner

from excore import workspace
from excore.cli.main import app

ASKED = {"x.svg", "run_overrode.toml", "new", ".taplo.toml", ".tombi.toml", "module_typing.py"}
"""What commands may write, beside the files that they are for."""
RUN = "configs/run.toml"
COMMANDS = {
    **{name: line for name, line in COMMAND_LINES.items() if name not in ("auto-register", "update", "init")},
    "check as GitHub": ["check", ".", "--format", "github"],
    "check as SARIF": ["check", ".", "--format", "sarif"],
    "draw": ["graph", RUN, "--format", "svg", "-o", "x.svg"],
    "complete": ["completion", "words", "--", "python", RUN, ""],
    "migrate": ["migrate", "old", "--to", "new"],
    "runs": ["runs"],
    "sweep": ["sweep", "sweep.toml"],
    "diff --git": ["diff", RUN, "--git", "HEAD"],
}
TRAP = "import pathlib\npathlib.Path({marker!r}).open('a').write(__file__ + '\\n')\n"
TEXTS = {
    "controls": f'"{WRITTEN}" = "{WRITTEN}"\n[Model.FCN]\nhead = "{WRITTEN}"\n[Model."{WRITTEN}"]\n',
    "expressions": "[Model.FCN]\n!head = \"Top.__init__.__globals__['os'].system('touch /tmp/x')\"\nlayers = 1\n",
    "modules": "[Model.FCN]\n$head = \"math.__loader__.load_module('os').system('id')\"\n",
    "bases": '__base__ = ["/etc/passwd", "/dev/zero", "/proc/self/mem", "../../../../etc/hosts", "run.toml"]\n',
    "nesting": "a = " + "[" * 5_000 + "\n[" + "a." * 5_000 + "a]\n",
    "numbers": f"a = {'9' * 5_000}\nb = 1e999\nc = 9999-99-99\n",
    "names": '["/etc/passwd"]\n"../x" = 1\n["Model"."../../FCN"]\n',
    "bytes": "\ufeff\x00\r\r[Model.FCN\x00]\nlayers = 1\n",
}
SETTINGS = {
    "outside": 'registries = ["*Model"]\nsrc_dir = "/etc"\ncache_dir = "/etc/excore"\n',
    "above": 'registries = ["*Model"]\nsrc_dir = "../.."\nregistry_cache_file = "../../x.json"\n',
    "names": f'name = "{WRITTEN}"\nregistries = ["*Model{WRITTEN}: {WRITTEN}"]\nexclude = ["{WRITTEN}"]\n',
    "kinds": "registries = 3\nsrc_dir = []\n[severity]\nx = 1\n",
}
KINDS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "terabyte": sparse,
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path),
}


def write(folder: Path, marker: Path) -> None:
    trap = TRAP.format(marker=str(marker))
    files = dict(part.partition("\n")[::2] for part in textwrap.dedent(PROJECT).split("#- ")[1:])
    files |= dict.fromkeys(("conftest.py", "sitecustomize.py", "git.py", "jedi.py", "old/run.py"), trap)
    files |= {name: text + trap for name, text in files.items() if name.startswith("things/")}
    files["sweep.toml"] = f'[sweep]\nbase = "{RUN}"\n[axes]\nModel.FCN.layers = [1, 2]\n'
    for name, text in files.items():
        path = folder / name.strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name in ("git", ".venv/bin/python", ".git/hooks/post-checkout"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho $0 >> {marker}\n")
        path.chmod(0o755)


def inputs() -> dict[str, Callable[[Path], object]]:
    """What is done to a folder, by name."""

    def replaced(place: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
        def change(folder: Path) -> None:
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            make(path)

        return change

    def text(place: str, content: str) -> Callable[[Path], object]:
        return replaced(place, lambda path: path.write_text(content, "utf-8"))

    return {
        **{f"{place} as {kind}": replaced(place, make) for place in PLACES for kind, make in KINDS.items()},
        **{f"{RUN} with {name}": text(RUN, content) for name, content in TEXTS.items()},
        **{f"settings {name}": text(".excore.toml", content) for name, content in SETTINGS.items()},
        "a name": text(f"configs/{NASTY}.toml", TEXTS["controls"]),
        "a name of Python": text(f"things/{NASTY}.py", "from . import MODEL\n@MODEL.register()\nclass X: ...\n"),
        "a record": text("out/config.toml", f"# The record of a run, by ExCore.\n# [run]\n# time = '{WRITTEN}'\n"),
        "a link out": replaced("configs/out", lambda path: path.symlink_to("/")),
    }


def state(folder: Path) -> dict[str, object]:
    """Every file with what tells whether it was written."""
    found: dict[str, object] = {}
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ASKED]
        for name in names:
            status = os.lstat(os.path.join(here, name))
            found[os.path.relpath(os.path.join(here, name), folder)] = (status.st_mtime_ns, status.st_ino)
    return {name: seen for name, seen in found.items() if Path(name).name not in ASKED}


def main() -> None:
    """Try all, and print how many there were."""
    tried = 0
    with tempfile.TemporaryDirectory() as base:
        marker = Path(base, "it-ran")
        os.environ["XDG_CACHE_HOME"] = str(Path(base, "caches"))
        for number, (what, change) in enumerate(inputs().items()):
            folder = Path(base, f"projects/{number}")
            folder.mkdir(parents=True)
            os.chdir(folder)
            write(folder, marker)
            change(folder)
            for name, line in COMMANDS.items():
                before = state(folder)
                workspace.reset()
                arguments = (
                    line if " " in name or name in ("draw", "complete", "migrate", "runs", "sweep") else [name, *line]
                )
                done = CliRunner().invoke(app, arguments, input="n\n" * 9)
                tried += 1
                where = f"{what}: excore {' '.join(arguments)}\n{done.output[-2000:]}"
                assert done.exception is None or isinstance(done.exception, SystemExit), (where, done.exc_info)
                assert done.exit_code in (0, 1, 2), where
                assert not marker.exists(), f"{where}\n{marker.read_text()}"
                after = state(folder)
                changed = {path for path in before | after if before.get(path) != after.get(path)}
                allowed = {"format": {RUN}, "quote": {RUN}, "migrate": {".excore.toml"}}.get(name, set())
                if name in ("generate-registries", "stubs", "schema", "config-extension", "generate-typehints"):
                    allowed = changed
                assert changed <= allowed, (where, changed)
            os.chdir(base)
        outside = sorted({*os.listdir(base)} - {"projects", "caches"})
        assert not outside, outside
    print(
        f"hostile: {tried} commands in {len(inputs())} hostile workspaces: no code ran, nothing but caches was written"
    )


if __name__ == "__main__":
    main()
