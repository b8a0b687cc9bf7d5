"""``ConfigDict`` and ``set_primary_fields`` under the module name older code imports them from."""

from excore.config import ConfigDict, set_primary_fields

__all__ = ["ConfigDict", "set_primary_fields"]
