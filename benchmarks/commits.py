"""Which of two commits is faster, on this machine: ``python benchmarks/commits.py OLD [NEW] [--rounds N]``.

Runs the same commands of both by turns over one made project and compares their CPU time, so that what else the machine
does falls on both alike. NEW is what is checked out if it is left out. The exit code is 1 if anything became slower:
if the best of NEW is more than 5 % above the best of OLD, and above the median of OLD as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
EXCORE = ("-m", "excore.cli.main")
COMMANDS = {
    "import excore": ("-c", "import excore"),
    "check of one config": (*EXCORE, "check", "configs/m20.toml"),
    "check of all": (*EXCORE, "check"),
    "format of all": (*EXCORE, "format", "--check"),
    "server: start, open, complete, end": ("-m", "excore_server"),
}
_TOLERANCE = 1.05


def session(config: Path) -> bytes:
    """What a client sends that opens a config, asks for a completion and ends."""
    document = {"uri": config.as_uri()}
    opened = {**document, "languageId": "toml", "version": 1, "text": f"{config.read_text('utf-8')}\n[Model."}
    place = {"line": opened["text"].count("\n"), "character": len("[Model.")}
    root = config.parent.parent.as_uri()
    messages = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": root, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": opened}},
        {"id": 2, "method": "textDocument/completion", "params": {"textDocument": document, "position": place}},
        {"id": 3, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)


def cpu_seconds(command: tuple[str, ...], project: Path, tree: Path, scratch: Path) -> float:
    """The CPU time of one run of the code in ``tree``; what it caches is in ``scratch``."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPATH": os.pathsep.join((str(tree / "excore_core"), str(tree / "server"))),
        "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        "XDG_CACHE_HOME": str(scratch / "cache"),
    }
    with (scratch / "session").open("rb") as messages:
        quiet = subprocess.DEVNULL
        run = subprocess.Popen(
            [sys.executable, *command], cwd=project, env=environment, stdin=messages, stdout=quiet, stderr=quiet
        )
        used = os.wait4(run.pid, 0)[2]
    return used.ru_utime + used.ru_stime


def is_slower(old: list[float], new: list[float]) -> bool:
    """Whether the times of ``new`` show that it is slower, whatever the machine did meanwhile."""
    return min(new) > _TOLERANCE * min(old) and min(new) > median(old)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", help="a commit")
    parser.add_argument("new", nargs="?", help="a commit (default: what is checked out)")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    git = ("git", "-C", str(HERE.parent))
    slower = False
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        make = [HERE / "gen_project.py", "--n", "1000", "--sections", "20,500,5000", "--out", project]
        subprocess.run([sys.executable, *make], check=True, stdout=subprocess.DEVNULL)
        trees: list[tuple[Path, Path]] = []
        try:
            for name, commit in (("old", options.old), ("new", options.new)):
                scratch, tree = Path(folder, name), HERE.parent
                scratch.mkdir()
                (scratch / "session").write_bytes(session(project / "configs" / "m20.toml"))
                if commit is not None:
                    tree = scratch / "tree"
                    subprocess.run([*git, "worktree", "add", "-q", "--detach", tree, commit], check=True)
                trees.append((tree, scratch))
            for name, command in COMMANDS.items():
                times: list[list[float]] = [[], []]
                for number in range(options.rounds + 1):  # the first fills the caches
                    for (tree, scratch), taken in zip(trees, times, strict=True):
                        seconds = cpu_seconds(command, project, tree, scratch)
                        if number:
                            taken.append(seconds)
                old, new = times
                slower |= is_slower(old, new)
                verdict = "slower" if is_slower(old, new) else "faster" if is_slower(new, old) else "as fast"
                best = f"{min(old) * 1e3:8.0f} -> {min(new) * 1e3:6.0f} ms CPU  {min(new) / min(old):5.2f} x"
                spread = max(max(taken) / min(taken) for taken in times)
                print(f"{name:<36}{best}  spread {spread - 1:4.0%}  {verdict}", flush=True)
        finally:
            for tree, _ in trees:
                if tree != HERE.parent:
                    subprocess.run([*git, "worktree", "remove", "--force", tree], check=True)
    return int(slower)


if __name__ == "__main__":
    sys.exit(main())
