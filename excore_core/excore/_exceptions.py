"""The errors under the module name older code imports them from."""

from excore.errors import *  # noqa: F403
