"""Both clients and the server agree which TOML files belong to other tools."""

from __future__ import annotations

import re

import tools

from excore.lang.workspace.config_files import is_plain_name

NVIM = tools.REPOSITORY / "editors" / "nvim" / "lua" / "excore" / "project.lua"
VSCODE = tools.EXTENSION / "src" / "project.ts"
WELL_KNOWN = ("pyproject", "cargo", "taplo", "ruff", "uv", "poetry", "pixi", "rustfmt", "clippy", "netlify", "tombi")


def names_in_lua() -> set[str]:
    [block] = re.findall(r"FOREIGN_NAMES = \{\}.*?\[\[(.*?)\]\]", NVIM.read_text("utf-8"), re.DOTALL)
    return set(block.split())


def names_in_typescript() -> set[str]:
    [block] = re.findall(r"FOREIGN_NAMES = new Set\(\[(.*?)\]\)", VSCODE.read_text("utf-8"), re.DOTALL)
    return set(re.findall(r"'([^']+)'", block))


def test_the_clients_know_the_same_names():
    assert names_in_lua() == names_in_typescript()


def test_the_server_reports_nothing_in_well_known_files_either():
    assert set(WELL_KNOWN) <= names_in_lua()
    assert [name for name in WELL_KNOWN if not is_plain_name(f"/project/{name}.toml")] == []
