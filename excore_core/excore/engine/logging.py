"""excore's logger: loguru, imported at the first message and never reconfigured behind the user's back.

Two levels are added to loguru's: ``EXCORE`` (9, what excore does internally) and ``IMPORT`` (45, important).
``EXCORE_DEBUG=1`` shows the first on stdout; ``0``, empty or unset does not.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loguru import Logger, Record

__all__ = ["add_logger", "debug_only", "init_logger", "log_to_file_only", "logger", "remove_logger"]

FORMAT = (
    "<green>{time:YYYY-MM-DD HH:mm:ss}</green> | <level>{level: <8}</level> | "
    "<cyan>{name}:{function}:{line}</cyan> - <level>{message}</level>"
)

LOGGERS: dict[str, int] = {}


def _debug_wanted() -> bool:
    return os.environ.get("EXCORE_DEBUG", "0").strip() not in ("", "0")


class LazyLogger:
    """loguru's logger with ``ex`` and ``imp``; loguru is imported when a message or a sink first needs it."""

    def __init__(self) -> None:
        self._loguru: Logger | None = None

    def _load(self) -> Logger:
        if self._loguru is None:
            from loguru import logger as loguru

            for name, number, color in (("IMPORT", 45, "<YELLOW><red><bold>"), ("EXCORE", 9, "<GREEN><cyan>")):
                try:
                    loguru.level(name)
                except ValueError:
                    loguru.level(name, no=number, color=color)
            self._loguru = loguru
            if _debug_wanted():
                loguru.add(sys.stdout, format=FORMAT, level="EXCORE")
        return self._loguru

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)

    def ex(self, message: str, *args: Any, **kwargs: Any) -> None:
        """Log at level EXCORE."""
        if self._loguru is None and not _debug_wanted():
            return  # no sink can listen to a level that does not exist yet
        self._load().opt(depth=1).log("EXCORE", message, *args, **kwargs)

    def imp(self, message: str, *args: Any, **kwargs: Any) -> None:
        """Log at level IMPORT, above ERROR."""
        self._load().opt(depth=1).log("IMPORT", message, *args, **kwargs)


logger = LazyLogger()


def init_logger() -> None:
    """Make the levels of excore known to loguru now."""
    logger._load()


def _enable_excore_debug() -> None:
    """Start the log ``EXCORE_DEBUG`` asks for now, not at the first message."""
    if _debug_wanted():
        logger._load()


def add_logger(name: str, sink: Any, **options: Any) -> None:
    """Add a sink that ``remove_logger(name)`` removes; a former sink of that name is replaced.

    ``options`` are those of loguru's ``add`` (level, format, filter, colorize ...); None means loguru's default.
    """
    former = LOGGERS.pop(name, None)
    if former is not None:
        _remove(former)
    LOGGERS[name] = logger.add(sink, **{key: value for key, value in options.items() if value is not None})


def remove_logger(name: str) -> None:
    """Remove the sink added under ``name``; a warning is logged when there is none."""
    handler = LOGGERS.pop(name, None)
    if handler is None or not _remove(handler):
        logger.warning("Cannot find logger with name {}", name)


def _remove(handler: int) -> bool:
    try:
        logger.remove(handler)
    except ValueError:  # the user removed it through loguru
        return False
    return True


def log_to_file_only(file_name: str, *args: Any, **kwargs: Any) -> None:
    """Replace every sink by one that writes to ``file_name``; further arguments are those of loguru's ``add``."""
    _replace_sinks(file_name, *args, **kwargs)


def debug_only(*args: Any, **kwargs: Any) -> None:
    """Replace every sink by one on stderr that shows DEBUG messages and nothing else."""

    def is_debug(record: Record) -> bool:
        return record["level"].name == "DEBUG"

    kwargs["filter"] = is_debug
    kwargs.setdefault("format", FORMAT)
    _replace_sinks(sys.stderr, *args, **kwargs)


def _replace_sinks(sink: Any, *args: Any, **kwargs: Any) -> None:
    logger.remove(None)
    LOGGERS.clear()
    logger.add(sink, *args, **kwargs)
