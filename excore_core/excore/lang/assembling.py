"""How tables are made of blocks.

First each block by itself gives a ``Body``: its entries, with dotted keys and inline tables resolved. Then the
headers say where the bodies go. An edit makes new bodies for the blocks it changed only; if no header changed, the
tables on the way to the root are copied, else all under the top-level names concerned are put together again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, compress, count
from operator import attrgetter, is_, is_not

from .bodies import body
from .memory import many_objects
from .merging import Merger
from .problems import Problem
from .syntax.document import SyntaxTree
from .syntax.tree import Block, KeyPart
from .tables import Binding, Body, BoundValue, FileTables, Table, Tables

_top = attrgetter("top")


def assembled(file: str, tree: SyntaxTree, before: FileTables | None) -> FileTables:
    """See ``tables.assemble``."""
    if before is None or before.file != file:
        with many_objects():
            return _fresh(file, tree)
    return _Update(file, tree, before).tables()


def _fresh(file: str, tree: SyntaxTree) -> FileTables:
    bodies = {block: body(file, block) for block in tree.blocks}
    flawed = tuple(block for block, made in bodies.items() if made.problems)
    merger = _merged(file, tree.blocks, bodies, bodies[tree.blocks[0]].table.bindings)
    problems = _sorted(tree, flawed, bodies, merger.problems)
    return FileTables(file, merger.root, problems, tree.blocks, bodies, flawed, frozenset(merger.troubled))


def _merged(file: str, blocks: Iterable[Block], bodies: dict[Block, Body], leading: dict[str, Binding]) -> Merger:
    merger = Merger(file)
    merger.root.bindings.update(leading)
    add = merger.add
    for block in blocks:
        add(block, bodies[block])
    merger.finish()
    return merger


def _sorted(
    tree: SyntaxTree, flawed: tuple[Block, ...], bodies: dict[Block, Body], collisions: list[Problem]
) -> tuple[Problem, ...]:
    found = [*chain.from_iterable(bodies[block].problems for block in flawed), *collisions]
    if len(found) > 1:
        found.sort(key=lambda one: (tree.index_of[one.origin.block], one.origin.start, one.message))
    return tuple(found)


class _Update:
    """The tables after an edit."""

    def __init__(self, file: str, tree: SyntaxTree, before: FileTables) -> None:
        self.file = file
        self.tree = tree
        self.before = before
        old, new = before.blocks, tree.blocks
        first = next(compress(count(), map(is_not, old, new)), min(len(old), len(new)))
        most = min(len(old), len(new)) - first
        last = next(compress(count(), map(is_not, reversed(old), reversed(new))), most)
        last = min(last, most)
        self.removed = old[first : len(old) - last]
        self.added = new[first : len(new) - last]
        self.bodies = dict(before.bodies)
        for block in set(self.removed).difference(self.added):
            del self.bodies[block]
        for block in self.added:
            if block not in self.bodies:
                self.bodies[block] = body(file, block)

    def tables(self) -> FileTables:
        before, tree = self.before, self.tree
        if not self.removed and not self.added:
            return before
        root = self._same_shape()
        troubled = before.troubled
        collisions: list[Problem] = []
        if root is None:
            names = set(map(_top, chain(self.removed, self.added))) | set(self._leading_names())
            if troubled:
                names |= troubled
            root, merger = self._regrouped(names)
            collisions = merger.problems
            troubled = frozenset(merger.troubled)
        flawed = tuple(filter(self._is_flawed, dict.fromkeys(chain(before.flawed, self.added))))
        problems = _sorted(tree, flawed, self.bodies, collisions)
        return FileTables(self.file, root, problems, tree.blocks, self.bodies, flawed, troubled)

    def _is_flawed(self, block: Block) -> bool:
        made = self.bodies.get(block)
        return made is not None and bool(made.problems)

    def _leading_names(self) -> Iterator[str]:
        """Top-level names the headless first block binds, before and after, if it changed."""
        for block, bodies in ((self.before.blocks[0], self.before.bodies), (self.tree.blocks[0], self.bodies)):
            if self.before.blocks[0] is not self.tree.blocks[0]:
                yield from bodies[block].table.bindings

    def _same_shape(self) -> Table | None:
        """The new root if only what stands below headers changed, below headers that nothing else adds to."""
        if len(self.removed) != len(self.added):
            return None
        root = self.before.root
        if self.before.troubled:
            return None
        for old, new in zip(self.removed, self.added, strict=True):
            replaced = self._replaced(root, old, new)
            if replaced is None:
                return None
            root = replaced
        return root

    def _replaced(self, root: Table, old: Block, new: Block) -> Table | None:
        if old.header is None or new.header is None or old.top is None or new.top is None:
            return None
        if old.header.array or new.header.array:
            return None
        names = [part.name for part in old.header.parts]
        if names != [part.name for part in new.header.parts]:
            return None
        table = copy = Table(dict(root.bindings), root.headers, root.style)
        for name, part in zip(names[:-1], new.header.parts, strict=False):
            binding = table.bindings[name]
            if not isinstance(binding.value, Table):
                return None
            inner = Table(dict(binding.value.bindings), binding.value.headers, binding.value.style)
            table.bindings[name] = _moved(binding, inner, old, new, part)
            table = inner
        if table.bindings[names[-1]] is not self.before.bodies[old].binding:
            return None
        renewed = self.bodies[new].binding
        if renewed is None:
            return None
        table.bindings[names[-1]] = renewed
        return copy

    def _regrouped(self, names: set[str | None]) -> tuple[Table, Merger]:
        """A root in which everything under ``names`` is put together anew, in order of first appearance."""
        blocks, before = self.tree.blocks, self.before.root.bindings
        leading = self.bodies[blocks[0]].table.bindings
        tops = list(map(_top, blocks))
        group = list(compress(blocks, map(names.__contains__, tops)))
        merger = _merged(self.file, group, self.bodies, {name: one for name, one in leading.items() if name in names})
        renewed = merger.root.bindings
        for name, binding in renewed.items():
            old = before.get(name)
            if old is not None:
                renewed[name] = _kept(old, binding, merger.owned)
        changed = names - {None}
        if all(name in before and name in renewed and before[name].block is renewed[name].block for name in changed):
            bindings = before | renewed  # all of them begin where they began, so their order is the same
        else:
            order = dict.fromkeys(chain(leading, tops))
            bindings = {}
            for name in order:
                found = renewed.get(name) if name in names else before.get(name)
                if found is not None:
                    bindings[name] = found
        return Table(bindings, (), "root"), merger


def _moved(binding: Binding, value: Table, old: Block, new: Block, part: KeyPart) -> Binding:
    if binding.block is old:
        return Binding(binding.name, value, binding.file, new, part)
    return Binding(binding.name, value, binding.file, binding.block, binding.part)


def _kept(old: Binding, new: Binding, owned: dict[int, Table]) -> Binding:
    """``old`` if ``new`` says the same; else ``new``, with those of its tables replaced that are as before."""
    if old is new:
        return old
    before, value = old.value, new.value
    if isinstance(before, Table) and isinstance(value, Table) and id(value) in owned:
        kept: BoundValue = _kept_table(before, value, owned)
    elif isinstance(before, Tables) and isinstance(value, Tables):
        kept = _kept_tables(before, value, owned)
    else:
        return new
    if kept is before and old.block is new.block and old.part is new.part:
        return old
    if kept is not value:
        new = Binding(new.name, kept, new.file, new.block, new.part)
    return new


def _kept_table(old: Table, new: Table, owned: dict[int, Table]) -> Table:
    if old is new:
        return old
    for name, binding in new.bindings.items():
        before = old.bindings.get(name)
        if before is not None and before is not binding:
            new.bindings[name] = _kept(before, binding, owned)
    same = (
        len(old.bindings) == len(new.bindings)
        and old.style == new.style
        and old.headers == new.headers
        and all(map(is_, old.bindings.values(), new.bindings.values()))
    )
    return old if same else new


def _kept_tables(old: Tables, new: Tables, owned: dict[int, Table]) -> Tables:
    items = list(new.items)
    for index, (before, item) in enumerate(zip(old.items, new.items, strict=False)):
        if before is not item and id(item) in owned:
            items[index] = _kept_table(before, item, owned)
    if len(items) == len(old.items) and all(map(is_, items, old.items)):
        return old
    new.items = tuple(items)
    return new
