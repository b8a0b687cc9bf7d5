"""Both clients and the server agree which files are nobody's configs, and which prefixes there are."""

from __future__ import annotations

import write_editor_lists as lists

from excore.lang.project.foreign import is_plain_name

WELL_KNOWN = ("pyproject", "cargo", "taplo", "ruff", "uv", "poetry", "pixi", "rustfmt", "clippy", "hugo", "tombi")


def test_the_lists_of_the_clients_are_those_of_the_language():
    texts = {path: path.read_text("utf-8") for path in lists.files()}
    assert texts == lists.files()


def test_the_patterns_of_the_extension_hold_the_prefixes():
    made = [path for path, text in lists.files().items() if lists.prefix_class() in text]
    assert {path.name for path in made} >= {"names.lua", "names.ts", "package.json", "excore.tmLanguage.json"}


def test_files_of_well_known_tools_are_nobodys_configs():
    assert [name for name in WELL_KNOWN if not is_plain_name(f"/project/{name}.toml")] == []
