"""``__base__``: which files a config is made of, and the one table they merge to (BASE-1 to BASE-8).

Every binding of the merged table still knows its own file and place, and what it replaced.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from excore.lang.grammar import BASE_KEY, DEFAULT, Grammar
from excore.lang.memo import Memo
from excore.lang.problems import Origin, Problem, Related, problem
from excore.lang.project.foreign import is_toml
from excore.lang.source import Unreadable
from excore.lang.syntax.tree import Array, InlineTable, Missing, Scalar
from excore.lang.tables.elements import changed, split_element
from excore.lang.tables.table import Binding, FileTables, Table

if TYPE_CHECKING:
    from excore.lang.catalog import Catalog
    from excore.lang.project.model import Project

Choose: TypeAlias = "Callable[[str, tuple[Base, ...]], tuple[Base, ...]]"
Load: TypeAlias = Callable[[str], "FileTables | Unreadable"]
IsModule: TypeAlias = Callable[[tuple[str, ...]], bool]


class Base(NamedTuple):
    """One entry of ``__base__``: the text as written, the absolute path it means, where it stands."""

    text: str
    path: str
    origin: Origin


class Closure(NamedTuple):
    """A root config with everything it inherits. ``files`` are all files reached, bases before those that name them."""

    file: str
    root: Table
    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_bases(path: str, tables: FileTables, base_key: str = BASE_KEY) -> tuple[tuple[Base, ...], tuple[Problem, ...]]:
    """The bases that a file names, in order, and what is wrong with how they are named."""
    binding = tables.root.bindings.get(base_key)
    if binding is None:
        return (), ()
    value = binding.value
    nodes = value.items if isinstance(value, Array) else (value,)
    bases: list[Base] = []
    problems: list[Problem] = []
    folder = os.path.dirname(path)
    for node in nodes:
        if isinstance(node, Missing):
            continue
        if not isinstance(node, Scalar) or node.kind != "string":
            origin = binding.value_origin
            if isinstance(node, Scalar | Array | InlineTable):
                origin = Origin(binding.file, binding.block, node.start, node.end)
            problems.append(
                problem("invalid-base", f"`{base_key}` must be the path of a TOML file or a list of such paths", origin)
            )
            continue
        text = str(node.value)
        origin = Origin(binding.file, binding.block, node.start, node.end)
        if "\0" in text or not text:
            problems.append(problem("invalid-base", f"`{text}` is not a path", origin))
            continue
        target = os.path.normpath(os.path.join(folder, os.path.expanduser(text)))
        if not is_toml(text):
            problems.append(problem("invalid-base", f"`{text}` is not a TOML file; a base must end in .toml", origin))
            continue
        bases.append(Base(text, target, origin))
    return tuple(bases), tuple(problems)


class _Merged(NamedTuple):
    """What two tables became, and their inner tables."""

    base: Table
    over: Table
    table: Table
    inner: Mapping[str, _Merged]


class Merger:
    """Merges tables, so that an edit costs only what it touches.

    ``is_module`` tells which paths are module tables: there ``x`` and ``!x`` are one argument (BASE-6).
    """

    def __init__(
        self,
        grammar: Grammar = DEFAULT,
        is_module: IsModule | None = None,
        memo: Memo | None = None,
        known: tuple[Catalog, Project] | None = None,
    ) -> None:
        self.grammar = grammar
        self.is_module = is_module
        self.known = known  # what is registered, where that is known
        self.memo = memo or Memo()

    def merge(self, base: Table, over: Table, slot: tuple[object, ...] = ("",)) -> Table:
        """A table with everything of ``over``, and what ``base`` has beyond it; neither is changed.

        What was merged last in the same ``slot`` is shared where it is the same.
        """
        stage = ("merged", *slot)
        before: _Merged | None = self.memo.last(stage)
        merged = self.memo.latest(stage, (base, over), lambda: self._merged(base, over, (), before))
        return merged.table

    def own(self, file: str, table: Table, base_key: str) -> Table:
        """The top level of ``file`` without its bases."""
        if base_key not in table.bindings:
            return table
        return self.memo.latest(("own", file), (table,), lambda: _without(table, base_key))

    def _merged(self, base: Table, over: Table, path: tuple[str, ...], before: _Merged | None) -> _Merged:
        if before is not None and before.base is base and before.over is over:
            return before
        if not base.bindings and not base.headers:
            return _Merged(base, over, over, {})
        if base is over or (not over.bindings and not over.headers):
            return _Merged(base, over, base, {})
        bindings = dict(base.bindings)
        inner: dict[str, _Merged] = {}
        replaced: Mapping[str, Binding] = {}
        elements: set[str] = set()
        if self.is_module is not None and path and self.is_module(path):
            replaced = self._drop_spellings(bindings, over)
            elements = self._change_elements(bindings, over)
        for name, new in over.bindings.items():
            if name in elements:
                continue
            old = bindings.get(name) or replaced.get(name)
            if old is new:
                continue
            if old is None:
                bindings[name] = new
                continue
            value = new.value
            if isinstance(value, Table) and isinstance(old.value, Table) and old.name == name:
                last = before.inner.get(name) if before is not None else None
                merged = inner[name] = self._merged(old.value, value, (*path, name), last)
                value = merged.table
                same = before.table.bindings.get(name) if before is not None and last is merged else None
                if same is not None and same.value is value and same.part is new.part and same.shadows[0] is old:
                    bindings[name] = same
                    continue
            bindings[name] = Binding(name, value, new.file, new.block, new.part, (old, *old.shadows))
        style = over.style if over.style != "implicit" else base.style
        headers = tuple(dict.fromkeys((*over.headers, *base.headers)))  # a file may be a base on many ways
        return _Merged(base, over, Table(bindings, headers, style), inner)

    def _drop_spellings(self, bindings: dict[str, Binding], over: Table) -> dict[str, Binding]:
        """Remove from ``bindings`` the arguments that ``over`` gives under another prefix.

        Returns the removed bindings by the key of ``over`` that replaces them.
        """
        keys: dict[str, list[str]] = {}
        for key in bindings:
            keys.setdefault(self.grammar.split_key(key).name, []).append(key)
        replaced: dict[str, Binding] = {}
        for key in over.bindings:
            for other in keys.get(self.grammar.split_key(key).name, ()):
                if other not in over.bindings and other in bindings:
                    replaced[key] = bindings.pop(other)
        return replaced

    def _change_elements(self, bindings: dict[str, Binding], over: Table) -> set[str]:
        """Change the lists of ``bindings`` of which ``over`` names elements (BASE-9); gives the keys that do."""
        changes: dict[str, list[tuple[str, Binding]]] = {}
        keys: set[str] = set()
        for name, new in over.bindings.items():
            element = split_element(name)
            old = bindings.get(element.key) if element is not None and name not in bindings else None
            if (
                element is not None
                and old is not None
                and isinstance(old.value, Array)
                and old.name not in over.bindings
            ):
                changes.setdefault(old.name, []).append((element.which, new))
                keys.add(name)
        for name, found in changes.items():
            bindings[name] = changed(bindings[name], found)
        return keys


def _without(table: Table, key: str) -> Table:
    return Table({name: each for name, each in table.bindings.items() if name != key}, table.headers, table.style)


def inherit(
    file: str, load: Load, merger: Merger | None = None, base_key: str = BASE_KEY, choose: Choose | None = None
) -> Closure:
    """The closure of ``file``. Never raises: a missing, unreadable or circular base is a problem and is left out.

    ``choose`` says which bases a file has in place of those it names.
    """
    walk = _Walk(load, merger or Merger(), base_key, choose)
    root = walk.visit(file, ())
    return Closure(file, root, tuple(walk.files), tuple(walk.problems))


@dataclass
class _Walk:
    load: Load
    merger: Merger
    base_key: str
    choose: Choose | None = None
    files: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    done: dict[str, Table] = field(default_factory=dict)

    _DEPTH = 100

    def visit(self, file: str, chain: tuple[tuple[str, Origin], ...]) -> Table:
        if file in self.done:
            return self.done[file]
        tables = self.load(file)
        if isinstance(tables, Unreadable):
            if chain:
                self.complain_unreadable(file, tables, *chain[-1])
            self.files[file] = None
            return Table({}, (), "root")
        self.problems.extend(tables.problems)
        bases, problems = read_bases(file, tables, self.base_key)
        self.problems.extend(problems)
        bases = bases if self.choose is None else self.choose(file, bases)
        own = self.merger.own(file, tables.root, self.base_key)
        merged: Table | None = None
        for number, base in enumerate(bases):
            if not self.enter(file, base, chain):
                continue
            table = self.visit(base.path, (*chain, (file, base.origin)))
            merged = table if merged is None else self.merger.merge(merged, table, (file, number))
        self.files[file] = None
        table = own if merged is None else self.merger.merge(merged, own, (file, -1))
        self.done[file] = table
        return table

    def enter(self, file: str, base: Base, chain: tuple[tuple[str, Origin], ...]) -> bool:
        names = [name for name, _ in chain] + [file]
        if base.path not in names:
            if len(names) < self._DEPTH:
                return True
            self.problems.append(
                problem("circular-base", f"more than {self._DEPTH} files inherit in a row", base.origin)
            )
            return False
        circle = [*names[names.index(base.path) :], base.path]
        trail = " -> ".join(os.path.basename(name) for name in circle)
        related = tuple(Related(origin, f"{os.path.basename(name)} inherits here") for name, origin in chain)
        self.problems.append(
            problem(
                "circular-base",
                f"these files inherit from each other in a circle: {trail}",
                base.origin,
                related=related,
            )
        )
        return False

    def complain_unreadable(self, file: str, why: Unreadable, user: str, origin: Origin) -> None:
        relative = os.path.relpath(file, os.path.dirname(user))
        what = f"`{relative}` does not exist" if why.missing else f"`{relative}` cannot be read: {why.reason}"
        self.problems.append(problem("missing-base", what, origin, path=file))


def include_graph(bases: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """For every file the files that include it directly."""
    includers: dict[str, list[str]] = {}
    for file, names in bases.items():
        for name in names:
            includers.setdefault(name, []).append(file)
    return {name: tuple(sorted(files)) for name, files in includers.items()}
