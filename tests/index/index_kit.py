"""Projects from one text: ``#- path`` lines name the files, what follows is their content."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

from excore.index import Indexer
from excore.lang.catalog import Entry, Location

_FILE = re.compile(r"^#- (\S+)[ \t]*\n", re.MULTILINE)


def split(text: str) -> dict[str, str]:
    """Paths and contents; text before the first ``#- path`` is ``app.py``."""
    parts = _FILE.split(dedent(text).lstrip("\n"))
    found = {"app.py": parts[0]} if parts[0].strip() else {}
    found.update(zip(parts[1::2], parts[2::2], strict=True))
    return found


class Project:
    """A folder with Python files and its index."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self.options: dict[str, Any] = {}
        self.index = self.indexer()

    def indexer(self) -> Indexer:
        return Indexer(self.root, cache_dir=self.cache, **self.options)

    def write(self, text: str) -> None:
        for name, content in split(text).items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")

    def path(self, name: str) -> str:
        return str(self.root / name)

    def build(self, **options: Any) -> Project:
        self.options = options
        self.index = self.indexer()
        self.index.build()
        return self

    def names(self, registry: str = "Model") -> list[str]:
        """Names in a registry; an uncertain one ends in "?"."""
        table = self.index.catalog.entries.get(registry, {})
        return [name if table[name].certain else f"{name}?" for name in table]

    def entry(self, name: str) -> Entry:
        entry = self.index.catalog.find(name)
        assert entry is not None, f"{name} is not registered: {list(self.index.catalog.by_name)}"
        return entry

    def signature(self, name: str) -> str:
        """The parameters as one text; ``...`` at the end says that there may be more."""
        signature = self.entry(name).signature
        shown: list[str] = []
        kind = ""
        for param in signature.params:
            if param.kind == "keyword-only" and kind not in ("keyword-only", "var-positional"):
                shown.append("*")
            kind = param.kind
            text = {"var-positional": "*", "var-keyword": "**"}.get(param.kind, "") + param.name
            text += f"/{param.also}" if param.also else ""
            text += f": {param.annotation}" if param.annotation is not None else ""
            text += f" = {param.default}" if param.default is not None else ""
            shown.append(text + (f" <{param.owner.rpartition('.')[2]}>" if param.owner else ""))
        return ", ".join([*shown, *([] if signature.complete else ["..."])])

    def at(self, name: str, registered: bool = False) -> str:
        """The source text an entry's location covers, as ``file: text``."""
        entry = self.entry(name)
        place = entry.registered_at if registered else entry.location
        assert place is not None
        file, _, line = self.line(place).partition(": ")
        return f"{file}: {line[place.column : place.end_column]}"

    def line(self, place: Location) -> str:
        """The whole line of a place, as ``file: text``."""
        line = Path(place.path).read_text("utf-8").split("\n")[place.line]
        return f"{Path(place.path).relative_to(self.root).as_posix()}: {line}"
