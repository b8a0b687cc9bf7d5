"""``load``, ``load_config`` and ``build_all`` under the module name older code imports them from."""

from __future__ import annotations

from excore.config import build_all, load, load_config
from excore.lang.grammar import BASE_KEY

__all__ = ["BASE_CONFIG_KEY", "build_all", "load", "load_config"]

BASE_CONFIG_KEY = BASE_KEY
