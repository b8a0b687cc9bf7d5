"""``excore.config.models`` under its first name."""

from excore.config._compat.models import *  # noqa: F403
