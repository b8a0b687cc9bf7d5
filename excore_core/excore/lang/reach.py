"""How far a path may go: ``torch.nn.ReLU`` stays in ``torch``, ``torch.os.system`` leaves it.

A registered python module gives a config its package, not Python. A path enters modules of that package only, since
modules import others for their own use: from ``os`` and ``sys`` anything could be run. A class or function is taken
from whatever module of the package has it, also if another package defines it, for many packages hand on what others
make. But what Python's standard library defines is taken only from there, or where ``__all__`` lists it:
``from os import system`` is written for use inside.
"""

from __future__ import annotations

import sys
from typing import NamedTuple


class Reached(NamedTuple):
    """What a step of a path leads to: the module ``owner``, or a class or function that ``owner`` defines.

    ``holder`` is the module it is taken from; ``listed`` says whether its ``__all__`` has the name. A step that surely
    leads nowhere has no ``owner``, but ``names``, those that the module has.
    """

    owner: str
    is_module: bool
    holder: str = ""
    listed: bool = False
    names: tuple[str, ...] = ()


def out_of_reach(home: str, reached: Reached) -> str:
    """In words, what a path that begins in the module ``home`` would lead to and must not; "" if it may go there."""
    here, there = _package(home), _package(reached.owner)
    if here == there or not there:
        return ""
    if reached.is_module:
        inside = f"only modules of `{here}` can be reached from here" if here else "no module can be reached from here"
        return f"the module `{reached.owner}`; {inside}"
    # a module of Python may be written in C under almost its name: `operator` in `_operator`
    if reached.listed or there not in sys.stdlib_module_names or there.lstrip("_") == here.lstrip("_"):
        return ""
    return f"what `{reached.holder}` imports from Python's own `{reached.owner}` and does not list in `__all__`"


def _package(module: str) -> str:
    return module.partition(".")[0]
