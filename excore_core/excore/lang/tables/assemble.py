"""How tables are made of blocks.

First each block by itself gives a ``Body``: its entries, with dotted keys and inline tables resolved. Then the
headers say where the bodies go.

The first two names of a header are its *stem*: ``a.b`` for ``[a.b.c]``. TOML lets blocks collide, or add to each
other's tables, only where one header is the beginning of the other. So what stands under a stem depends on the blocks
of this stem alone, unless something names its first name by itself (``[a]``, ``[[a]]``, or a key at the top): that one
can collide with every ``[a.…]``, and all under ``a`` is put together again (``entire``). Otherwise an edit puts
together again only the stems of the blocks it added or removed (``partly``). All other tables, and the collisions in
them, are taken from before the edit. What was put together again and says the same as before is replaced by the old
objects, so that later stages, which compare by identity, see no change.

The order of the bindings is that of the blocks in which they begin. It is unchanged if the stems that began in the
removed blocks are, in this order, those that begin in the added ones; else the bindings are sorted.

This stage follows edits by itself and not through ``memo``: every keystroke passes it, and a memo looks at each of its
items. With the memo a keystroke in 500 tables took 0.8 ms instead of 0.12, in 5,000 tables 13 ms instead of 0.8
(``benchmarks/parser.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain, compress
from operator import attrgetter, is_

from excore.lang.collector import many_objects
from excore.lang.memo import equal_ends
from excore.lang.problems import Problem
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.tree import Block
from excore.lang.tables.bodies import body
from excore.lang.tables.placing import Placer
from excore.lang.tables.table import Binding, Body, BoundValue, FileTables, Stem, Table, Tables

_top = attrgetter("top")


def assemble(file: str, tree: SyntaxTree, before: FileTables | None = None) -> FileTables:
    """The tables of ``tree``; those that ``before`` (the same file's) has with the same content are shared with it."""
    if before is None or before.file != file:
        with many_objects():
            return _fresh(file, tree)
    return _Update(file, tree, before).tables()


def _fresh(file: str, tree: SyntaxTree) -> FileTables:
    bodies = {block: body(file, block) for block in tree.blocks}
    flawed = tuple(block for block, body_ in bodies.items() if body_.problems)
    placer = _merged(file, tree.blocks, bodies, bodies[tree.blocks[0]].table.bindings)
    collisions = tuple(placer.problems)
    problems = _sorted(tree, flawed, bodies, collisions)
    return FileTables(file, placer.root, problems, tree.blocks, bodies, flawed, collisions)


def _merged(file: str, blocks: Iterable[Block], bodies: dict[Block, Body], leading: dict[str, Binding]) -> Placer:
    placer = Placer(file)
    placer.root.bindings.update(leading)
    add = placer.add
    for block in blocks:
        add(block, bodies[block])
    placer.finish()
    return placer


def _sorted(
    tree: SyntaxTree, flawed: tuple[Block, ...], bodies: dict[Block, Body], collisions: tuple[Problem, ...]
) -> tuple[Problem, ...]:
    problems = [*chain.from_iterable(bodies[block].problems for block in flawed), *collisions]
    if len(problems) > 1:
        problems.sort(key=lambda one: (tree.index_of[one.origin.block], one.origin.start, one.message))
    return tuple(problems)


def _stem(block: Block) -> Stem | None:
    """The first two names of a usable header, or its only one."""
    header = block.header
    if header is None or block.top is None:
        return None
    return (block.top, header.parts[1].name) if len(header.parts) > 1 else (block.top,)


def _stems(tables: FileTables) -> Mapping[Stem, tuple[Block, ...]]:
    """The blocks of each stem, in order; found when first asked for, as only edits need them."""
    if tables.stems is None:
        blocks_of: dict[Stem, list[Block]] = {}
        for block in tables.blocks:
            stem = _stem(block)
            if stem is not None:
                blocks_of.setdefault(stem, []).append(block)
        tables.stems = {stem: tuple(blocks) for stem, blocks in blocks_of.items()}
    return tables.stems


class _Update:
    """The tables after an edit."""

    def __init__(self, file: str, tree: SyntaxTree, before: FileTables) -> None:
        self.file = file
        self.tree = tree
        self.before = before
        old, new = before.blocks, tree.blocks
        first, last = equal_ends(old, new)
        self.removed = old[first : len(old) - last]
        self.added = new[first : len(new) - last]
        self.bodies = dict(before.bodies)
        for block in set(self.removed).difference(self.added):
            del self.bodies[block]
        for block in self.added:
            if block not in self.bodies:
                self.bodies[block] = body(file, block)
        self.leading = self.bodies[new[0]].table.bindings
        self.entire: set[str] = set()  # top-level names of which all is put together again
        self.partly: set[Stem] = set()  # stems put together again below other names

    def tables(self) -> FileTables:
        before, blocks = self.before, self.tree.blocks
        if not self.removed and not self.added:
            return before
        old_stems = _stems(before)
        stems, changed = self._regrouped(old_stems)
        in_order = self._firsts(self.removed, old_stems) == self._firsts(self.added, stems)
        was = before.bodies[before.blocks[0]].table.bindings
        if was is not self.leading:
            self.entire.update(was, self.leading)
            in_order = False
        for stem in changed:
            top = (stem[0],)
            if top in old_stems or top in stems or stem[0] in was or stem[0] in self.leading:
                self.entire.add(stem[0])
        self.partly.update(stem for stem in changed if stem[0] not in self.entire)
        whole = compress(blocks, map(self.entire.__contains__, map(_top, blocks))) if self.entire else ()
        parts = chain.from_iterable(stems.get(stem, ()) for stem in self.partly)
        leading = {name: binding for name, binding in self.leading.items() if name in self.entire}
        placer = _merged(self.file, chain(whole, parts), self.bodies, leading)
        root = self._root(placer, in_order)
        collisions = (*filter(self._still_holds, before.collisions), *placer.problems)
        flawed = tuple(filter(self._is_flawed, dict.fromkeys(chain(before.flawed, self.added))))
        problems = _sorted(self.tree, flawed, self.bodies, collisions)
        return FileTables(self.file, root, problems, blocks, self.bodies, flawed, collisions, stems)

    def _regrouped(
        self, old_stems: Mapping[Stem, tuple[Block, ...]]
    ) -> tuple[dict[Stem, tuple[Block, ...]], set[Stem]]:
        """The blocks of each stem now, and the stems that gained or lost any."""
        added: dict[Stem, list[Block]] = {}
        for block in self.removed:
            stem = _stem(block)
            if stem is not None:
                added.setdefault(stem, [])
        for block in self.added:
            stem = _stem(block)
            if stem is not None:
                added.setdefault(stem, []).append(block)
        stems, removed = dict(old_stems), set(self.removed)
        for stem, blocks in added.items():
            rest = [block for block in old_stems.get(stem, ()) if block not in removed]
            if rest and blocks:
                blocks = sorted((*rest, *blocks), key=self.tree.index_of.__getitem__)
            if rest or blocks:
                stems[stem] = tuple(blocks or rest)
            else:
                del stems[stem]
        return stems, set(added)

    def _firsts(self, blocks: Iterable[Block], stems: Mapping[Stem, tuple[Block, ...]]) -> list[Stem]:
        """The stems that begin in ``blocks``: where these are the same as before, all stems are in the same order."""
        pairs = ((_stem(block), block) for block in blocks)
        return [stem for stem, block in pairs if stem is not None and stems[stem][0] is block]

    def _still_holds(self, collision: Problem) -> bool:
        block = collision.origin.block
        return block.top not in self.entire and _stem(block) not in self.partly

    def _is_flawed(self, block: Block) -> bool:
        body_ = self.bodies.get(block)
        return body_ is not None and bool(body_.problems)

    def _root(self, placer: Placer, in_order: bool) -> Table:
        before, replacements = self.before.root.bindings, placer.root.bindings
        bindings = dict(before)
        _replace(bindings, replacements, self.entire, placer)
        below: dict[str, list[str]] = {}
        for top, name in self.partly:
            below.setdefault(top, []).append(name)
        for top, names in below.items():
            old, new = before.get(top), replacements.get(top)
            was = _bindings_of(old)
            inner = dict(was)
            _replace(inner, _bindings_of(new), names, placer)
            if not in_order:
                inner = self._ordered(inner)
            if not inner:
                bindings.pop(top, None)
            elif old is None or len(inner) != len(was) or not all(map(is_, inner.values(), was.values())):
                block = next(iter(inner.values())).block
                assert block.header is not None
                bindings[top] = Binding(top, Table(inner, (), "implicit"), self.file, block, block.header.parts[0])
        if not in_order:
            bindings = self._ordered({name: bindings[name] for name in self.leading} | bindings)
        return Table(bindings, (), "root")

    def _ordered(self, bindings: dict[str, Binding]) -> dict[str, Binding]:
        """In the order of the blocks in which they begin."""
        index = self.tree.index_of
        return {one.name: one for one in sorted(bindings.values(), key=lambda one: index[one.block])}


def _bindings_of(binding: Binding | None) -> dict[str, Binding]:
    return binding.value.bindings if binding is not None and isinstance(binding.value, Table) else {}


def _replace(
    bindings: dict[str, Binding], replacements: Mapping[str, Binding], names: Collection[str], placer: Placer
) -> None:
    """Give ``names`` what they have in ``replacements``; what is as before stays the same object."""
    for name in names:
        old, new = bindings.get(name), replacements.get(name)
        if new is None:
            bindings.pop(name, None)
        else:
            bindings[name] = new if old is None else _reused(old, new, placer.owned)


def _reused(old: Binding, new: Binding, owned: dict[int, Table]) -> Binding:
    """``old`` if ``new`` says the same; else ``new``, with those of its tables replaced that are as before."""
    if old is new:
        return old
    before, after = old.value, new.value
    if isinstance(before, Table) and isinstance(after, Table) and id(after) in owned:
        value: BoundValue = _reused_table(before, after, owned)
    elif isinstance(before, Tables) and isinstance(after, Tables):
        value = _reused_tables(before, after, owned)
    else:
        return new
    if value is before and old.block is new.block and old.part is new.part:
        return old
    return new if value is after else Binding(new.name, value, new.file, new.block, new.part)


def _reused_table(old: Table, new: Table, owned: dict[int, Table]) -> Table:
    if old is new:
        return old
    for name, binding in new.bindings.items():
        before = old.bindings.get(name)
        if before is not None and before is not binding:
            new.bindings[name] = _reused(before, binding, owned)
    same = (
        len(old.bindings) == len(new.bindings)
        and old.style == new.style
        and old.headers == new.headers
        and all(map(is_, old.bindings.values(), new.bindings.values()))
    )
    return old if same else new


def _reused_tables(old: Tables, new: Tables, owned: dict[int, Table]) -> Tables:
    items = list(new.items)
    for index, (before, item) in enumerate(zip(old.items, new.items, strict=False)):
        if before is not item and id(item) in owned:
            items[index] = _reused_table(before, item, owned)
    if len(items) == len(old.items) and all(map(is_, items, old.items)):
        return old
    new.items = tuple(items)
    return new
