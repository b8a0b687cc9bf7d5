"""How files are written, whole or not at all, and whose the folders for them are."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from excore.lang.project.caches import OWNER_FILE, owner


def claim(folder: Path, root: Path) -> None:
    """Create `folder` and note that it belongs to the workspace at `root`."""
    folder.mkdir(parents=True, exist_ok=True)
    if owner(str(folder)) is None:
        write_json(folder / OWNER_FILE, {"root": str(root.resolve())})


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
