"""A config as one TOML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from excore.config.toml_text import document
from excore.engine.cache import write_text

__all__ = ["dump"]


def dump(config: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write `config` as TOML 1.0, whole or not at all. Raises TypeError for a value that TOML has no form for."""
    write_text(Path(path), document(config))
