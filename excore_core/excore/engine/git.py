"""Calling git so that nothing runs which a repository configures: the only place where git is started."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import NamedTuple

_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.sshCommand": "false",
    "core.gitProxy": "false",
    "core.alternateRefsCommand": "false",
    "core.askPass": "",
    "core.pager": "cat",
    "core.editor": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_SSH_COMMAND": "false",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "LC_ALL": "C",
}
# They name a repository, or parts of one, other than that of the folder.
_DROPPED = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    *("GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SSH", "GIT_PROXY_COMMAND"),
)


class Answer(NamedTuple):
    """How a call of git ended; ``error`` is "" if it did what it should, and else says why it did not."""

    output: bytes
    error: str


def read_repository(folder: str, *arguments: str) -> Answer:
    """Ask the repository of ``folder``, by one of git's commands that only read objects and references.

    No hook, alias, pager, filter, monitor or helper of the repository runs, and nothing is fetched that it lacks.
    """
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return _run(["--no-pager", *settings, "-C", folder, *arguments], {**environment, **_ENVIRONMENT})


def fetch_repository(url: str, folder: str, *options: str) -> Answer:
    """Clone what is at ``url`` into the new ``folder``, as the user's own configuration says it is reached."""
    return _by_user("clone", "--quiet", *options, "--", url, folder)


def check_out(folder: str, commit: str) -> Answer:
    """Let a clone just made by ``fetch_repository`` hold the files of a commit."""
    return _by_user("-C", folder, "checkout", "--quiet", commit, "--")


def _by_user(*arguments: str) -> Answer:
    # The repository around the current folder has no say in what is fetched.
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED or name == "GIT_SSH"}
    return _run(["--no-pager", "-c", f"core.hooksPath={os.devnull}", *arguments], environment)


def _run(arguments: list[str], environment: dict[str, str]) -> Answer:
    program = _program()
    if program is None:
        return Answer(b"", "git cannot be run: there is no such program")
    try:
        completed = subprocess.run(
            [program, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except (OSError, ValueError) as error:
        return Answer(b"", f"git cannot be run: {error}")
    if not completed.returncode:
        return Answer(completed.stdout, "")
    message = completed.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    return Answer(completed.stdout, message or f"git ended with {completed.returncode}")


def _program() -> str | None:
    """git from the user's PATH, never from the current folder: that may be the repository that is looked at."""
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder)]
    for folder in folders:
        program = shutil.which("git", path=folder)
        if program is not None and os.path.normcase(os.path.dirname(program)) == os.path.normcase(
            os.path.normpath(folder)
        ):
            return program
    return None
