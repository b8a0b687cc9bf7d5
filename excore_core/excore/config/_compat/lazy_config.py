"""``LazyConfig`` under the module name older code imports it from."""

from excore.config.lazy import LazyConfig

__all__ = ["LazyConfig"]
