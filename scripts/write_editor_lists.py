"""Write what the editors' clients must know of the language before a server runs: names of files and folders, prefixes.

``python scripts/write_editor_lists.py`` makes ``names.lua`` and ``names.ts`` from ``excore.lang.project`` and the
grammar, and puts the prefixes into the patterns of the VS Code extension and the codes of problems into its settings. A
test compares.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from excore.lang.grammar import DEFAULT, NEW, PREFIXES, Prefix
from excore.lang.problems import CATALOGUE, SEVERITIES, Kind
from excore.lang.project import foreign
from excore.lang.project.reading import MARKERS
from excore.lang.project.sources import SEARCH

EDITORS = Path(__file__).resolve().parents[1] / "editors"
VSCODE = EDITORS / "vscode"
HEAD = "Made by scripts/write_editor_lists.py from excore/lang/project and the grammar; do not edit."
_CODES = re.compile(r'("excore\.severity": \{[^}]*\},[^}]*"properties": \{\n).*?( {10}\},\n)', re.DOTALL)
_CLASS = re.compile(r"\[!@\$&[^\]]*\]")


def prefix_class() -> str:
    """The prefixes as a character class of a regular expression."""
    return f"[{''.join(re.escape(char) if char in '^]-' + chr(92) else char for char in DEFAULT.prefix_chars)}]"


def lua() -> str:
    """The module of the Neovim client."""
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
        *(f"    {name}" for name in sorted(foreign.PLAIN_NAMES)),
        "  ]]),",
        "  plain_patterns = { '^pylock%.', '^pipfile', '[.-]lock%.toml$' },",
        f"  boundaries = {{ {', '.join(repr(name) for name in MARKERS)} }},",
        f"  tool_folders = set([[{' '.join(sorted(foreign.TOOL_FOLDERS))}]]),",
        f"  run_folders = set([[{' '.join(sorted(foreign.RUN_FOLDERS))}]]),",
        f"  search = {{ {', '.join(f'{name} = {value}' for name, value in SEARCH.items())} }},",
        f"  prefix_class = '{prefix_class()}',",
        "  prefixes = {",
        *(f"    {{ char = '{prefix.char}', kind = '{prefix.kind}' }}," for prefix in DEFAULT.prefixes.values()),
        "  },",
        "}",
    ]
    return "\n".join(lines) + "\n"


def typescript() -> str:
    """The module of the VS Code client."""
    return "\n".join(
        (
            f"// {HEAD}",
            "",
            f"export const PLAIN_NAMES = new Set({json.dumps(sorted(foreign.PLAIN_NAMES), indent=2)});",
            f"export const PLAIN_PATTERN = /^({foreign.PLAIN_PATTERN.pattern})$/;",
            f"export const BOUNDARIES = {json.dumps(MARKERS)};",
            f"export const TOOL_FOLDERS = new Set({json.dumps(sorted(foreign.TOOL_FOLDERS))});",
            f"export const RUN_FOLDERS = new Set({json.dumps(sorted(foreign.RUN_FOLDERS))});",
            f"export const SEARCH = {json.dumps(SEARCH)};",
            f"export const PREFIX_CLASS = {json.dumps(prefix_class())};",
            "",
        )
    )


def scope(prefix: Prefix) -> str:
    """The TextMate scope of a prefix."""
    group = "support.type" if prefix.yields == "class" else "keyword.control"
    return f"{group}.prefix.{prefix.kind}.excore"


def with_prefixes(text: str) -> str:
    """A file of the extension with the prefixes of today in its patterns."""
    return _CLASS.sub(lambda _: prefix_class(), text)


def severity(kind: Kind) -> str:
    """The lines of one problem code in ``excore.severity``."""
    wanted = {
        "enum": [*SEVERITIES, "off"],
        "markdownDescription": f"{kind.summary} Left out: `{kind.severity}`. `excore explain {kind.code}` says more.",
    }
    return f'            "{kind.code}": {json.dumps(wanted, ensure_ascii=False)}'


def with_severities(text: str) -> str:
    """The package of the extension with the problem codes of today in its settings."""
    lines = ",\n".join(map(severity, CATALOGUE.values()))
    return _CODES.sub(lambda found: f"{found[1]}{lines}\n{found[2]}", text)


def with_rules(text: str) -> str:
    """A TextMate grammar with a rule for each prefix of today where rules differ in the prefix alone."""
    return json.dumps(_with_rules(json.loads(with_prefixes(text))), indent=2, ensure_ascii=False) + "\n"


def _with_rules(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _with_rules(inner) for name, inner in node.items()}
    if not isinstance(node, list):
        return node
    if not any(_is_rule_of(rule, NEW) for rule in node):
        return [_with_rules(inner) for inner in node]
    rules = [rule for rule in node if not any(_is_rule_of(rule, prefix) for prefix in PREFIXES[1:])]
    place = next(index for index, rule in enumerate(rules) if _is_rule_of(rule, NEW))
    return [*rules[:place], *(_rule(rules[place], prefix) for prefix in PREFIXES), *rules[place + 1 :]]


def _is_rule_of(rule: Any, prefix: Prefix) -> bool:
    return isinstance(rule, dict) and "match" in rule and scope(prefix) in json.dumps(rule.get("captures", {}))


def _escaped(char: str) -> str:
    return f"\\{char}" if char in r"$^.|?*+()[]{}" else char


def _rule(rule: Any, prefix: Prefix) -> Any:
    """The rule of the first prefix as that of another one."""
    text = json.dumps(rule, ensure_ascii=False).replace(scope(NEW), scope(prefix))
    return json.loads(text.replace(f"({NEW.char})", f"({json.dumps(_escaped(prefix.char))[1:-1]})"))


def files() -> dict[Path, str]:
    """Every file that is made, or made in part, with the text it should have."""
    wanted = {EDITORS / "nvim/lua/excore/names.lua": lua(), VSCODE / "src/names.ts": typescript()}
    wanted[VSCODE / "package.json"] = with_severities(with_prefixes((VSCODE / "package.json").read_text("utf-8")))
    for path in sorted((VSCODE / "syntaxes").glob("*.json")):
        wanted[path] = with_rules(path.read_text("utf-8"))
    return wanted


def main() -> int:
    for path, text in files().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
