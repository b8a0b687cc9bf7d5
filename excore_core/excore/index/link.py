"""Facts of all files -> ``Catalog``. Which names are registered is read at once, an entry when somebody looks at it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import RLock
from typing import TypeVar

from excore.index.classes import Classes, location, signature
from excore.index.docstrings import cleaned
from excore.index.facts import Outline, whole
from excore.index.name_resolution import Layout, Names, SourceFile, Target
from excore.index.registered_flags import grammar
from excore.index.registrations import Collected, Registration, collect
from excore.index.taken import ClassRef
from excore.lang.catalog import (
    Catalog,
    Entry,
    EntryKind,
    Location,
    Member,
    RegistryInfo,
    Signature,
    Source,
    Unregistered,
)
from excore.lang.memo import Memo
from excore.lang.reach import Reached, out_of_reach

V = TypeVar("V")
GLOBAL = "__global"


@dataclass(frozen=True)
class Sources:
    """What is linked: modules that were scanned, in order; ``find`` reads any other on demand; ``outlines`` are those
    modules of the project that were not scanned, as path and outline."""

    modules: Mapping[str, SourceFile]
    find: Callable[[str], SourceFile | None]
    layout: Layout
    outlines: Mapping[str, tuple[str, Outline]]


class LateMapping(Mapping[str, V]):
    """A mapping whose values are made when they are looked at, under a lock, each once."""

    def __init__(self, keys: Iterable[str], make: Callable[[str], V], lock: RLock) -> None:
        self._keys = dict.fromkeys(keys)
        self._make = make
        self._made: dict[str, V] = {}
        self._lock = lock

    def __getitem__(self, key: str) -> V:
        try:
            return self._made[key]
        except KeyError:
            if key not in self._keys:
                raise
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(key)
            return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class LateDict(Mapping[str, V]):
    """A mapping that is made as a whole when it is first looked at."""

    def __init__(self, make: Callable[[], dict[str, V]], lock: RLock) -> None:
        self._make = make
        self._lock = lock

    @cached_property
    def _dict(self) -> dict[str, V]:
        with self._lock:
            return self._make()

    def __getitem__(self, key: str) -> V:
        return self._dict[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._dict)

    def __len__(self) -> int:
        return len(self._dict)


class Linker:
    """Links one state of a project. ``memo`` may come from the linker of the state before."""

    def __init__(self, sources: Sources, registry_types: tuple[str, ...], memo: Memo, lock: RLock) -> None:
        self.memo = memo
        self._lock = lock
        self._sources = sources
        self._names = Names(sources.modules, sources.find, sources.layout, registry_types, memo)
        self._classes = Classes(self._names)

    def catalog(self) -> Catalog:
        """The catalog of this state."""
        with self._lock:
            parts = [self._collected(file) for file in self._sources.modules.values() if not file.external]
            infos, tables = _tables(parts)
        entries = {
            name: LateMapping(table, lambda key, table=table, name=name: self._entry(name, table[key]), self._lock)  # type: ignore[misc]
            for name, table in tables.items()
        }
        return Catalog(
            infos,
            entries,
            LateDict(lambda: self._unregistered(tables), self._lock),
            LateDict(self._subclasses, self._lock),
            grammar(file.facts for file in self._sources.modules.values() if not file.external),
            self._follow,
        )

    def _collected(self, file: SourceFile) -> Collected:
        def run() -> Collected:
            self.memo.touch(file.module)
            return collect(self._names, file)

        return self.memo.get(("collected", file.module), run)

    # -- python modules

    def _follow(self, module: str, names: Sequence[str]) -> Sequence[Reached]:
        """What names behind a module lead to, as far as it can be read."""
        with self._lock:
            return self.memo.get(("follow", module, *names), lambda: self._reached(module, names))

    def _reached(self, module: str, names: Sequence[str]) -> list[Reached]:
        found: list[Reached] = []
        holder = self._names.module_target(module)
        for name in names:
            target = self._names.attribute(holder, name)
            if target is None or target.kind not in ("module", "external", "class", "function"):
                break
            if target.kind == "module" or (target.kind == "external" and target.fact):
                found.append(Reached(target.module, True))
            else:
                file = self._names.lookup(holder.module)
                public = file.facts.get("all") if file is not None else None
                listed = public is not None and (not public or name in public)  # empty: it is computed
                owner = target.module if target.kind != "external" else target.module.rpartition(".")[0]
                found.append(Reached(owner, False, holder.module, listed))
            holder = target
        return found

    def _in_reach(self, module: str, name: str) -> bool:
        return not any(out_of_reach(module, reached) for reached in self._reached(module, (name,)))

    # -- entries

    def _entry(self, registry: str, item: Registration) -> Entry:
        key = ("entry", item.target.kind, item.target.path)
        entry = self.memo.get(key, lambda: self._described(item.target))
        return replace(
            entry,
            name=item.name,
            registry=registry,
            registered_at=item.at,
            extra=item.extra,
            certain=item.certain,
        )

    def _described(self, target: Target) -> Entry:
        ref = self._classes.ref(target)
        if ref is not None:
            return self._class(ref)
        if target.kind == "function":
            return self._function(target)
        if target.kind == "module":
            return self._module(target)
        last = target.module.rpartition(".")[2]
        kind: EntryKind = "module" if target.fact else "class" if last[:1].isupper() else "function"
        return Entry(
            last,
            "",
            kind,
            target.module,
            Signature(complete=False),
            bases=(target.module,),
            bases_complete=False,
            members_complete=False,
            source="external",
        )

    def _class(self, ref: ClassRef) -> Entry:
        fact = whole(ref.fact)
        taken = self._classes.constructor(ref)
        hook = self._classes.is_hook(ref)
        configures = not hook and self._classes.has_attribute(ref, "__HookType__")
        members, members_complete = self._classes.members(ref)
        doc = fact.get("doc") or fact.get("init", {}).get("doc", "")
        return Entry(
            ref.fact["name"],
            "",
            "class",
            ref.path,
            signature(taken, ref.path, without=("node",) if hook else ()),
            cleaned(doc),
            location(ref.file, fact["at"]),
            self._classes.bases(ref),
            self._classes.order(ref).complete,
            members,
            members_complete,
            docstrings=_docstrings(taken.docs, ref.path),
            hook="argument" if hook else "config" if configures else "",
            source=self._source(ref.module),
        )

    def _function(self, target: Target) -> Entry:
        fact = whole(target.fact)
        taken = self._classes.function(target)
        file = self._names.lookup(target.module)
        returns = fact.get("returns")
        made = (
            self._names.resolve(target.module, returns) if returns and returns.replace(".", "").isidentifier() else None
        )
        ref = self._classes.ref(made) if made is not None else None
        return Entry(
            target.name,
            "",
            "function",
            target.path,
            signature(taken, target.path, self._classes.annotation(target.module, returns)[0] if returns else None),
            cleaned(fact.get("doc", "")),
            location(file.path if file else "", fact["at"]),
            self._classes.bases(ref) if ref is not None else (),
            ref is not None and self._classes.order(ref).complete,
            members_complete=False,
            docstrings=_docstrings(taken.docs, target.path),
            source=self._source(target.module),
        )

    def _module(self, target: Target) -> Entry:
        file = self._names.lookup(target.module)
        members: list[Member] = []
        if file is not None:
            for name, bindings in file.facts["names"].items():
                at = bindings[-1].get("cls", bindings[-1].get("function", bindings[-1])).get("at")
                if not name.startswith("_") and self._in_reach(target.module, name):
                    place = location(file.path, at) if isinstance(at, list) else None
                    members.append(Member(name, "attribute", location=place, instance=False))
        return Entry(
            target.module.rpartition(".")[2],
            "",
            "module",
            target.module,
            Signature(complete=False),
            location=Location(file.path, 0) if file is not None else None,
            members=tuple(members),
            members_complete=file is not None and "stars" not in file.facts,
            source=self._source(target.module),
        )

    def _source(self, module: str) -> Source:
        file = self._names.lookup(module)
        return "external" if file is not None and file.external else "source"

    # -- the rest of the project

    def _unregistered(self, tables: dict[str, dict[str, Registration]]) -> dict[str, Unregistered]:
        registered = {item.target.path for table in tables.values() for item in table.values()}
        found: dict[str, Unregistered] = {}
        functions: dict[str, Unregistered] = {}
        for file in self._sources.modules.values():
            for name, bindings in file.facts["names"].items():
                binding = bindings[-1]
                path = f"{file.module}.{name}"
                fact = binding.get("cls") or binding.get("function")
                if fact is not None and path not in registered and not file.external:
                    item = Unregistered(name, path, location(file.path, fact["at"]))
                    (found if "cls" in binding else functions).setdefault(name, item)
        for module, (path, outline) in self._sources.outlines.items():
            for kind, name, line, column in outline["outline"]:
                inside = f"{module}.{name}"
                if inside not in registered:
                    item = Unregistered(name, inside, Location(path, line, column, column + len(name)))
                    (found if kind == "class" else functions).setdefault(name, item)
        return {**functions, **found}

    def _classes_read(self) -> Iterator[ClassRef]:
        for file in self._sources.modules.values():
            for name, bindings in file.facts["names"].items():
                for binding in bindings:
                    if binding["kind"] == "class":
                        yield ClassRef(f"{file.module}.{name}", file.module, file.path, binding["cls"])

    def _subclasses(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for ref in self._classes_read():
            for item in self._classes.order(ref).items:
                if isinstance(item, ClassRef) and item.path not in found:
                    computed = ("?",) if not all(item.fact["bases"]) else ()  # a base that is no name
                    found[item.path] = (*self._classes.bases(item)[1:], *computed)
        return found


def _docstrings(docs: tuple[tuple[str, str], ...], own: str) -> tuple[tuple[str, str], ...]:
    return tuple(("" if owner == own else owner, text) for owner, text in docs if text)


def _tables(parts: list[Collected]) -> tuple[dict[str, RegistryInfo], dict[str, dict[str, Registration]]]:
    """Registries in the order of their creation and what each holds."""
    infos: dict[str, RegistryInfo] = {}
    for part in parts:
        for info in part.registries:
            known = infos.get(info.name)
            infos[info.name] = info if known is None else _joined(known, info)
    tables: dict[str, dict[str, Registration]] = {name: {} for name in infos}
    for part in parts:
        for item in part.registrations:
            table = tables.get(item.registry)
            if table is None:  # found by get_registry, created where nobody looked
                infos[item.registry] = RegistryInfo(item.registry)
                table = tables[item.registry] = {}
            renamed = item.extra and "name" not in infos[item.registry].extra_fields
            for name, one in _renamed(item) if renamed else [(item.name, item)]:
                if name not in table or one.force:
                    table[name] = one
        for registry, variable in part.variables:
            known = infos.get(registry)
            if known is not None and variable not in known.variables:
                infos[registry] = replace(known, variables=(*known.variables, variable))
    for part in parts:
        _open(part, infos)
    _merge([merge for part in parts for merge in part.merges], infos, tables)
    for name in infos:
        tables.setdefault(name, {})
    return infos, tables


def _open(part: Collected, infos: dict[str, RegistryInfo]) -> None:
    """Mark the registries that a part fills in a way that is not understood."""
    for registry, reason, path in part.opened:
        known = infos.get(registry, RegistryInfo(registry))
        if path not in known.filled_by:
            filled_by = (*known.filled_by, path)
            infos[registry] = replace(known, open=True, reason=known.reason or reason, filled_by=filled_by)


def _joined(first: RegistryInfo, second: RegistryInfo) -> RegistryInfo:
    return replace(
        first,
        variables=tuple(dict.fromkeys((*first.variables, *second.variables))),
        extra_fields=first.extra_fields or second.extra_fields,
    )


def _renamed(item: Registration) -> list[tuple[str, Registration]]:
    """A registration with ``name="X"`` or ``name=["X", "Y"]``, as registries of other libraries take it, goes under
    those names."""
    extra = dict(item.extra)
    text = extra.pop("name", None)
    if text is None:
        return [(item.name, item)]
    try:
        given = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        given = None
    names = [name for name in (given if isinstance(given, list | tuple) else [given]) if isinstance(name, str)]
    return [(name, replace(item, name=name, extra=tuple(extra.items()))) for name in names or [item.name]]


def _merge(
    merges: list[tuple[str, tuple[str, ...]]],
    infos: dict[str, RegistryInfo],
    tables: dict[str, dict[str, Registration]],
) -> None:
    if GLOBAL in infos:
        merges = [*merges, (GLOBAL, tuple(name for name in infos if not name.startswith("__")))]
    for _ in range(len(merges)):
        before = sum(map(len, tables.values())), sum(info.open for info in infos.values())
        for registry, sources in merges:
            table = tables.setdefault(registry, {})
            infos.setdefault(registry, RegistryInfo(registry))
            for source in sources:
                if source == registry:
                    continue
                for name, item in tables.get(source, {}).items():
                    table.setdefault(name, item)
                other = infos.get(source)
                if other is not None and other.open and not infos[registry].open:
                    infos[registry] = replace(
                        infos[registry], open=True, reason=other.reason, filled_by=other.filled_by
                    )
        if before == (sum(map(len, tables.values())), sum(info.open for info in infos.values())):
            break
