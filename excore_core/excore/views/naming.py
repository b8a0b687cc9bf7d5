"""Imports and the names of variables in Python code that is written for a config."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from excore.views.code import is_name, text

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """``TrainData`` -> ``train_data``."""
    return _HUMP.sub("_", name).lower()


class ModuleNames:
    """The names of one module; each is given out once."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._used = {*keyword.kwlist, *dir(builtins), *reserved}
        self._imported: dict[str, str] = {}

    def new(self, suggestion: str) -> str:
        """``suggestion``, or with a number behind it if that is taken."""
        name = re.sub(r"\W", "_", suggestion) or "value"
        name = f"_{name}" if name[0].isdigit() else name
        free, number = name, 2
        while free in self._used:
            free = f"{name}_{number}"
            number += 1
        self._used.add(free)
        return free

    def imported(self, path: str) -> str:
        """The name under which the thing at a dotted path is known here."""
        name = self._imported.get(path)
        if name is None:
            name = self._imported[path] = self.new(path.rpartition(".")[2])
        return name

    def statements(self) -> list[str]:
        """The import statements, sorted; what no statement can name is imported by a call."""
        whole: list[str] = []
        parts: dict[str, list[str]] = {}
        odd: list[str] = []
        for path, name in self._imported.items():
            module, _, last = path.rpartition(".")
            if not all(map(is_name, path.split("."))):
                odd.append(
                    f"{name} = import_module({text(module)}).{last}" if module and is_name(last) else f"{name} = ..."
                )
            elif not module:
                whole.append(f"import {path}" if name == path else f"import {path} as {name}")
            else:
                parts.setdefault(module, []).append(last if name == last else f"{last} as {name}")
        if odd:
            parts.setdefault("importlib", []).append("import_module")
        from_imports = [f"from {module} import {', '.join(sorted(parts[module]))}" for module in sorted(parts)]
        return sorted(whole) + from_imports + sorted(odd)
