"""What in a project is not the project's own: TOML files of other tools, and folders that tools and runs fill.

The one list of these. The editors' clients have copies that ``scripts/write_editor_lists.py`` makes from it.
"""

from __future__ import annotations

import os
import re

PLAIN_NAMES = frozenset(
    """
    pyproject.toml cargo.toml taplo.toml tombi.toml lock.toml ruff.toml uv.toml ty.toml poetry.toml pdm.toml
    pixi.toml hatch.toml mise.toml tox.toml pytest.toml rustfmt.toml clippy.toml rust-toolchain.toml cross.toml
    deny.toml typos.toml _typos.toml stylua.toml selene.toml cliff.toml book.toml netlify.toml wrangler.toml
    fly.toml hugo.toml gopkg.toml project.toml manifest.toml mypy.toml bunfig.toml dprint.toml starship.toml
    pyrefly.toml languages.toml gitleaks.toml
    """.split()
)
"""TOML files that other tools read, by name; case does not count. Hidden ones are besides."""

PLAIN_PATTERN = re.compile(r"(pylock\..*|pipfile.*|.*[.-]lock)\.toml|.*\.lock")
"""Lock files, by name in lower case."""

TOOL_FOLDERS = frozenset("node_modules __pycache__ __pypackages__ site-packages venv env build dist".split())
"""Folders in which tools keep what is nobody's source. Hidden folders are all left out besides."""

RUN_FOLDERS = frozenset("target wandb outputs".split())
"""Folders that runs write configs into; Python packages may be called so."""

_COPY_FOLDERS = RUN_FOLDERS.union("checkpoints experiments lightning_logs logs multirun results runs work_dirs".split())

COPY_SUFFIX = "_overrode.toml"
"""How the names of the quoted copies end that ``excore quote`` writes beside configs."""


def is_toml(path: str) -> bool:
    """Whether a file is one of TOML by its name, in whatever case that is written."""
    return path[-5:].lower() == ".toml"


def is_plain_name(path: str) -> bool:
    """Whether a file is by its name the configuration of some other tool, as every hidden one is."""
    name = os.path.basename(path).casefold()
    return name.startswith(".") or name in PLAIN_NAMES or PLAIN_PATTERN.fullmatch(name) is not None


def is_hidden(folder: str) -> bool:
    """Whether a folder is hidden, by its name."""
    return folder.startswith(".") and len(folder) > 1


def holds_no_source(folder: str) -> bool:
    """Whether Python files in a folder of this name are not the project's own."""
    return is_hidden(folder) or folder in TOOL_FOLDERS or folder.endswith(".egg-info")


def may_be_copy(path: str, root: str) -> bool:
    """Whether a Python file of a project may be a copy that a run has kept: it is in a folder in which runs write, or
    in one that nobody can import by its name."""
    folders = os.path.dirname(path)[len(root) :].replace("\\", "/").split("/")
    return any(folder in _COPY_FOLDERS or not folder.isidentifier() for folder in folders if folder)


def holds_no_config(folder: str) -> bool:
    """Whether TOML files in a folder of this name are not the project's own configs."""
    return is_hidden(folder) or folder in TOOL_FOLDERS or folder in RUN_FOLDERS
