"""How long it takes from opening a config to the first list, in Neovim and VS Code: ``python benchmarks/editors.py``.

The project is that of the README, with nothing but ``src/models.py`` and an empty config in which ``[Model.`` is typed
at once. Every round starts a fresh editor; the first, with nothing cached or compiled, is told apart from the median of
the others. In Neovim the time begins with its process, in VS Code in a window that is there, with nothing of ExCore
running. The CPU time is that of the server and what it started. ``tests/editors/tools.py`` installs the editors.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

from figures import Figure, write

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "editors"))
import nvim  # noqa: E402
import tools  # noqa: E402
import vscode  # noqa: E402
from editor_kit import SCREENSHOTS  # noqa: E402

_FILES = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
_LISTED = """
    local shown = vim.fn.complete_info({ 'matches' }).matches
    return vim.iter(shown):any(function(item) return item.abbr == 'FCN' end)
"""
_SERVED = "local c = vim.lsp.get_clients({ name = 'excore' })[1] return c and c.initialized"
_TICK = os.sysconf("SC_CLK_TCK")

Round = Callable[[], tuple[float, float]]


def project(folder: Path) -> Path:
    """The README's folder, with an empty config."""
    for name, text in _FILES.findall((ROOT / "README.md").read_text("utf-8")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text if name == "src/models.py" else "", "utf-8")
    return folder


def cpu_ms(home: Path) -> float:
    """The CPU time of all servers that have something of ``home`` in their environment, with their dead children."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = ((process / name).read_bytes() for name in ("cmdline", "environ"))
            if str(home).encode() in environment and re.search(rb"excore_server|excore-server|/bundled", command):
                ticks += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:15]))
        except OSError:
            continue  # it has ended
    return ticks * 1000 / _TICK


@contextmanager
def neovim(folder: Path) -> Iterator[Round]:
    sources = project(folder / "project")
    init = nvim.INIT.format(client=str(nvim.CLIENT)) + "vim.g.excore_autotrigger = true\n"

    def once() -> tuple[float, float]:
        started = time.perf_counter()
        with nvim.session(folder, init) as editor:
            editor.nvim.command(f"cd {sources} | edit configs/fcn.toml")
            editor.until(_SERVED)
            editor.type("i[Model.")
            editor.until(_LISTED)
            return (time.perf_counter() - started) * 1000, cpu_ms(folder)

    yield once


@contextmanager
def code(folder: Path) -> Iterator[Round]:
    sources = project(folder / "project")
    programs = vscode.Programs(tools.node(), tools.browser(), tools.drivers(), tools.vscode_server())
    before = 0.0
    fresh = {"VIRTUAL_ENV": "", "PATH": "/usr/bin:/bin"}  # the server is that of the extension
    with vscode.server(programs, folder, vsix=vscode.package(), variables=fresh) as running:
        request = {
            "workspace": str(sources),
            "config": str(sources / "src" / "models.py"),
            "parts": ["../../benchmarks/vscode_start"],
            "screenshots": str(SCREENSHOTS),
        }

        def once() -> tuple[float, float]:
            nonlocal before
            (sources / "configs" / "fcn.toml").write_text("", "utf-8")  # VS Code saves by itself
            seen = running.drive("vscode_ui.cjs", request)
            now, earlier = cpu_ms(folder), before
            before = now  # the servers of windows that were closed go on for a while
            assert not seen["failures"], seen["failures"]
            return seen["start"], now - earlier

        yield once


def measured(name: str, rounds: int, editor: Callable[[Path], AbstractContextManager[Round]]) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, editor(Path(folder)) as once:
        (first, cpu), *others = [once() for _ in range(rounds + 1)]
    times, cpus = zip(*others, strict=True)
    return [
        Figure(f"{name}: first list, first start", first, note=f"CPU of the server {cpu:.0f} ms"),
        Figure(f"{name}: first list", median(times), note=f"CPU of the server {median(cpus):.0f} ms"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found = [
        *measured("Neovim", options.rounds, neovim),
        *measured("VS Code", options.rounds, code),
    ]
    print(*found, sep="\n")
    if options.json:
        write(found, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
