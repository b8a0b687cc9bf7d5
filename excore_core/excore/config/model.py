"""`excore.config.models` under its first name."""

from excore.config.models import *  # noqa: F403
