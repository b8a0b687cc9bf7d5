"""What a load says behind the problems of a config: remedies that no single line of it shows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from excore.lang.problems import Problem
from excore.lang.resolve.model import Model

__all__ = ["remedies"]

_CLASSES = frozenset(("unknown-class", "unknown-hook"))


def remedies(problems: Iterable[Problem], model: Model) -> Iterator[str]:
    """For classes where nothing is registered at all; for tables that were to replace one of a base."""
    problems = list(problems)
    if not model.catalog.by_name and any(item.code in _CLASSES for item in problems):
        yield "no registry is known; import the modules that register your classes before the config is loaded"
    fields = dict.fromkeys(
        value for item in problems if item.code == "ambiguous-reference" for key, value in item.data if key == "field"
    )
    for field in fields:
        members = model.groups[field].members
        if len({binding.file for binding in members.values()}) > 1:
            name, binding = next(iter(members.items()))
            file = os.path.basename(binding.file)
            yield (
                f"a table does not replace one of a base: `[{field}.{name}]` of {file} is built as well; to have "
                f"another in its place, put `[{field}.…]` in a file of its own and choose it in `__base__`"
            )
