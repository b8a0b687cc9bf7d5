"""Write what the editors' clients must know of the language before a server runs: names of files and folders, prefixes.

``python scripts/write_editor_lists.py`` makes ``names.lua`` and ``names.ts`` from ``excore.lang.project.foreign`` and
the grammar, and puts the prefixes into the patterns of the VS Code extension. A test compares.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from excore.lang.grammar import DEFAULT
from excore.lang.project import foreign

EDITORS = Path(__file__).resolve().parents[1] / "editors"
VSCODE = EDITORS / "vscode"
HEAD = "Made by scripts/write_editor_lists.py from excore/lang/project/foreign.py and the grammar; do not edit."
_CLASS = re.compile(r"\[!@\$&[^\]]*\]")


def prefix_class() -> str:
    """The prefixes as a character class of a regular expression."""
    return f"[{''.join(re.escape(char) if char in '^]-' + chr(92) else char for char in DEFAULT.prefix_chars)}]"


def lua() -> str:
    """The module of the Neovim client."""
    names = sorted(name for name in foreign.PLAIN_NAMES if not name.startswith("."))
    lines = [
        f"-- {HEAD}",
        "",
        "local function set(names)",
        "  local result = {}",
        "  for name in names:gmatch('%S+') do",
        "    result[name] = true",
        "  end",
        "  return result",
        "end",
        "",
        "return {",
        "  plain_names = set([[",
        *(f"    {name}" for name in names),
        "  ]]),",
        "  plain_patterns = { '^pylock%.', '^pipfile', '[.-]lock%.toml$' },",
        f"  skipped_folders = set([[{' '.join(sorted(foreign.TOOL_FOLDERS | foreign.RUN_FOLDERS))}]]),",
        f"  prefix_class = '{prefix_class()}',",
        "  prefixes = {",
        *(f"    {{ char = '{prefix.char}', kind = '{prefix.kind}' }}," for prefix in DEFAULT.prefixes.values()),
        "  },",
        "}",
    ]
    return "\n".join(lines) + "\n"


def typescript() -> str:
    """The module of the VS Code client."""
    names = sorted(name for name in foreign.PLAIN_NAMES if not name.startswith("."))
    folders = sorted(foreign.TOOL_FOLDERS | foreign.RUN_FOLDERS)
    return "\n".join(
        (
            f"// {HEAD}",
            "",
            f"export const PLAIN_NAMES = new Set({json.dumps(names, indent=2)});",
            f"export const PLAIN_PATTERN = /^({foreign.PLAIN_PATTERN.pattern})$/;",
            f"export const SKIPPED_FOLDERS = new Set({json.dumps(folders, indent=2)});",
            f"export const PREFIX_CLASS = {json.dumps(prefix_class())};",
            "",
        )
    )


def with_prefixes(text: str) -> str:
    """A JSON file of the extension with the prefixes of today in its patterns."""
    return _CLASS.sub(lambda _: prefix_class(), text)


def files() -> dict[Path, str]:
    """Every file that is made, or made in part, with the text it should have."""
    wanted = {EDITORS / "nvim/lua/excore/names.lua": lua(), VSCODE / "src/names.ts": typescript()}
    for path in (VSCODE / "package.json", *sorted((VSCODE / "syntaxes").glob("*.json"))):
        wanted[path] = with_prefixes(path.read_text("utf-8"))
    return wanted


def main() -> int:
    for path, text in files().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
