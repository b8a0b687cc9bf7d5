"""Where a workspace keeps what is computed for it, and how files are written there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OWNER_FILE = "workspace.json"


def cache_dir(root: Path, base: Path) -> Path:
    """The folder under `base` for the workspace at `root`: its name, with `_1`, `_2` ... if another workspace has it.

    Nothing is created; `claim` makes the folder this workspace's own.
    """
    root = root.resolve()
    name = root.name or "root"
    suffix = 0
    while True:
        candidate = base / (f"{name}_{suffix}" if suffix else name)
        owner = _owner(candidate)
        if owner is None or owner == str(root):
            return candidate
        suffix += 1


def claim(folder: Path, root: Path) -> None:
    """Create `folder` and note that it belongs to the workspace at `root`."""
    folder.mkdir(parents=True, exist_ok=True)
    if _owner(folder) is None:
        write_json(folder / OWNER_FILE, {"root": str(root.resolve())})


def _owner(folder: Path) -> str | None:
    try:
        data = json.loads((folder / OWNER_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    root = data.get("root") if isinstance(data, dict) else None
    return root if isinstance(root, str) else None


def write_text(path: Path, text: str) -> None:
    """Write `text` (UTF-8, newlines as they are) so that a reader sees the old file or the new one, never a part.

    Permissions of a file that is there stay; where a link leads is written, not the link.
    """
    import secrets
    from shutil import copymode

    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with open(temporary, "x", encoding="utf-8", newline="") as file:
            file.write(text)
        if path.exists():
            copymode(path, temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write `data` as `write_text` does; values JSON does not know are written as their `repr`."""
    write_text(path, json.dumps(data, indent=1, default=repr, ensure_ascii=False) + "\n")
