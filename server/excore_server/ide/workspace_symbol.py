"""Named things of the whole workspace: registered classes, sections, top-level values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from excore.lang.problems import Origin
from excore.lang.workspace.host import Snapshot
from excore_server.ide.completion.items import is_subsequence
from excore_server.ide.cursor import header_path
from excore_server.ide.document_symbol import SymbolKind
from excore_server.ide.locations import Goal, origin_goal
from excore_server.ide.view import View


@dataclass(frozen=True, slots=True)
class WorkspaceSymbol:
    """A symbol of the workspace; a registered one has the name of its registry as ``container``."""

    name: str
    kind: SymbolKind
    goal: Goal
    container: str


def workspace_symbols(snapshot: Snapshot, query: str, limit: int = 500) -> tuple[WorkspaceSymbol, ...]:
    """Registered classes and functions, sections and top-level values whose name holds ``query``'s characters."""
    matches: list[tuple[int, int, WorkspaceSymbol]] = []
    query = query.casefold()
    for number, symbol in enumerate(_all(snapshot, query)):
        name = symbol.name.casefold()
        matches.append((0 if name.startswith(query) else 1 if query in name else 2, number, symbol))
    matches.sort(key=lambda match: match[:2])
    return tuple(symbol for _, _, symbol in matches[:limit])


def _all(snapshot: Snapshot, query: str) -> Iterator[WorkspaceSymbol]:
    configs = snapshot.configs()
    seen: set[int] = set()
    for path in configs:
        catalog = snapshot.catalog(path)
        if id(catalog) not in seen:
            seen.add(id(catalog))
            for entry in catalog:
                if entry.location is not None and is_subsequence(query, entry.name.casefold()):
                    yield WorkspaceSymbol(entry.name, entry.kind, entry.location, entry.registry)
    for path in configs:
        file = snapshot.file(path)
        if file is None:
            continue
        view = View(snapshot, file)
        for block in file.tree.blocks:
            names = header_path(block)
            name = ".".join(names)
            if block.top is not None and block.header is not None and is_subsequence(query, name.casefold()):
                last = block.header.parts[-1]
                for goal in origin_goal(view, Origin(path, block, last.start, last.end)):
                    yield WorkspaceSymbol(name, "section", goal, "")
        for value in file.tree.blocks[0].entries if file.tree.blocks[0].header is None else ():
            part = value.parts[0]
            if is_subsequence(query, part.name.casefold()):
                for goal in origin_goal(view, Origin(path, file.tree.blocks[0], part.start, part.end)):
                    yield WorkspaceSymbol(part.name, "variable", goal, "")
