"""Tracebacks of errors in configs: the lines of users' code, not those of this package."""

from __future__ import annotations

import importlib
import os
from types import TracebackType
from typing import TypeVar

__all__ = ["without_internals"]

_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
_INTERNAL = (_PACKAGE, importlib.__file__, "<frozen importlib")

E = TypeVar("E", bound=BaseException)


def without_internals(error: E) -> E:
    """``error``, whose traceback so far has lost the frames of this package; with ``EXCORE_DEBUG`` on it keeps all."""
    if os.environ.get("EXCORE_DEBUG", "0").strip() not in ("", "0"):
        return error
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_INTERNAL):
            frames.append(trace)
        trace = trace.tb_next
    users_trace: TracebackType | None = None
    for frame in reversed(frames):
        users_trace = TracebackType(users_trace, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return error.with_traceback(users_trace)
