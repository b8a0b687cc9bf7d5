"""One place for what the language asks of Python's memory management."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 10_000
_FROZEN_BY_PYTHON = 1_000  # CPython 3.12 itself freezes a few hundred objects at its start.


@contextmanager
def many_objects() -> Iterator[None]:
    """Pause the cycle collector while a great many objects are made that hold no cycles.

    Else it walks all of them again and again as their number grows, which doubles the time to parse a large file.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY and gc.get_freeze_count() < _FROZEN_BY_PYTHON:
            # Both at once make all objects old without a look at them. Left young, the next collection would walk them.
            gc.freeze()
            gc.unfreeze()
        gc.enable()


@contextmanager
def staying() -> Iterator[None]:
    """As ``many_objects``, where what is made stays."""
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY:
            settle()
        gc.enable()


def settle() -> None:
    """Let the cycle collector pass over all objects that exist now.

    For programs that keep a great deal for long and must answer fast. Else a collection walks all of it once in a
    while, in the middle of some small request. What is not used any more is freed all the same, cycles excepted.
    """
    gc.freeze()
