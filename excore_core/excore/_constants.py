"""The workspace and version under the module name older code imports them from."""

from excore import __author__, __version__
from excore.engine.workspace import workspace

__all__ = ["__author__", "__version__", "workspace"]
