"""Facts of all files -> ``Catalog``. Which names are registered is read at once, an entry when somebody looks at it."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from threading import RLock
from typing import TypeVar

from excore.index.class_order import ClassRef, class_ref
from excore.index.classes import Classes, own_attribute
from excore.index.docstrings import cleaned
from excore.index.facts import BindingFact, Outline, unpacked
from excore.index.name_resolution import ModuleLayout, NameResolver, ResolvedName, SourceFile
from excore.index.registered_flags import grammar
from excore.index.registrations import FIRST, ModuleRegistrations, RegisteredName, collect
from excore.index.syntax_errors import CONFLICT
from excore.lang.catalog import (
    Catalog,
    Entry,
    EntryKind,
    Fault,
    LazyMapping,
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
Imports = Sequence[tuple[int, str, str]]
_Bound = tuple[SourceFile, BindingFact]


@dataclass(frozen=True)
class Sources:
    """What is linked: modules that were scanned, in order; ``find`` reads any other on demand; ``outlines`` are those
    modules of the project that were not scanned, as path and outline; ``package`` names the modules of an installed
    package that may register something; ``parsed`` says why a file does not parse, and what it imports."""

    modules: Mapping[str, SourceFile]
    find: Callable[[str], SourceFile | None]
    layout: ModuleLayout
    outlines: Mapping[str, tuple[str, Outline]]
    package: Callable[[str], Sequence[str]] = lambda name: ()
    parsed: Callable[[str], tuple[Fault | None, Imports]] = lambda path: (None, ())


class _LateDict(Mapping[str, V]):
    """A mapping that is made as a whole, under a lock, when it is first looked at."""

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
        self._own_files = [file for file in sources.modules.values() if not file.external]
        self._registry_types = registry_types
        self._names = NameResolver(sources.modules, sources.find, sources.layout, registry_types, memo)
        self._classes = Classes(self._names)
        conflicts = ((file.path, file.facts["unmerged"]) for file in self._own_files if "unmerged" in file.facts)
        self._faults = {path: Fault(Location(path, line), CONFLICT) for path, line in conflicts}

    def catalog(self) -> Catalog:
        """The catalog of this state."""
        with self._lock:
            parts = [self._collected(file) for file in self._own_files]
            infos, tables = _tables(parts, self._installed(parts))
        self._sound: set[str] = set()  # files that can be imported
        for path, fault in _refusals(parts, infos):
            self._faults.setdefault(path, fault)
        entries = {
            name: LazyMapping(table, partial(self._entry, name, table), self._lock) for name, table in tables.items()
        }
        return Catalog(
            infos,
            entries,
            self._unregistered(tables),
            _LateDict(self._subclasses, self._lock),
            grammar(file.facts for file in self._own_files),
            self._follow,
            self._described_path,
            _LateDict(self._unmatched, self._lock),
            _LateDict(self._given, self._lock),
            self._fault,
        )

    def _fault(self, path: str) -> Fault | None:
        """Why a file cannot be imported: of itself, and of what it imports whenever it is run, the nearest."""
        waiting, seen = [path], set(self._sound)
        for one in waiting:
            if one not in seen:
                seen.add(one)
                fault, imports = self._sources.parsed(one)
                fault = self._faults.get(one, fault)
                if fault is not None:
                    return fault
                waiting += self._imported(one, imports)
        self._sound = seen
        return None

    def _imported(self, path: str, imports: Imports) -> Iterator[str]:
        """The files of the project that importing one of them runs besides it."""
        paths = self._sources.layout.paths
        module = self._module_of.get(path, "")
        named = [module]
        for level, base, name in imports:
            base = self._names.absolute(SourceFile(path, module, {"names": {}}), level, base)
            named += (base, f"{base}.{name}")
        for one in named:
            while one:
                if one in paths:
                    yield paths[one]
                one = one.rpartition(".")[0]

    @cached_property
    def _module_of(self) -> dict[str, str]:
        return {path: module for module, path in self._sources.layout.paths.items()}

    def _given(self) -> dict[str, Mapping[str, Mapping[str, int]]]:
        """What calls give, by name and keyword."""
        given: dict[str, dict[str, Counter[str]]] = {}
        outlines = (outline for _, outline in self._sources.outlines.values())
        for facts in (*(file.facts for file in self._own_files), *outlines):
            for name, keyword, text in facts.get("given", ()):
                given.setdefault(name, {}).setdefault(keyword, Counter())[text] += 1
        return dict(given)

    def _collected(self, file: SourceFile) -> ModuleRegistrations:
        def run() -> ModuleRegistrations:
            self.memo.touch(file.module)
            return collect(self._names, file)

        return self.memo.get(("collected", file.module), run)

    def _installed(self, parts: list[ModuleRegistrations]) -> list[ModuleRegistrations]:
        """What installed packages register that make a registry which the project fills."""
        waiting = [package for part in parts for package in part.packages]
        seen: set[str] = set()
        found: list[ModuleRegistrations] = []
        while waiting:
            package = waiting.pop(0)
            files = map(self._names.lookup, self._sources.package(package) if package not in seen else ())
            seen.add(package)
            for file in files:
                if file is not None and file.external:
                    found.append(self._collected(file))
                    waiting += found[-1].packages
        return found

    def _unmatched(self) -> dict[str, Sequence[str]]:
        """The types of registries that are not there: their module has no such name, or nobody knows their
        package."""
        imported = {
            name.partition(".")[0]
            for facts in (
                *(file.facts for file in self._own_files),
                *(item for _, item in self._sources.outlines.values()),
            )
            for name in facts.get("imports", ())
        }
        found: dict[str, Sequence[str]] = {}
        for text in self._registry_types:
            path = text.partition(":")[0].strip()
            module, *names = path.split(".")
            if not names or path.startswith("excore."):
                continue
            base = ""
            while names and self._names.lookup(self._sources.layout.import_path(module, "")) is not None:
                base, module = module, f"{module}.{names.pop(0)}"
            if not base:
                if module not in imported:
                    found[text] = ()
                continue
            there, is_whole = self._names_in(self._sources.layout.import_path(base, ""))
            name = path[len(base) + 1 :].partition(".")[0]
            if is_whole and name not in there:
                found[text] = tuple(there)
        return found

    # -- python modules

    def _follow(self, module: str, names: Sequence[str]) -> Sequence[Reached]:
        """What names behind a module lead to, as far as it can be read."""
        with self._lock:
            return self.memo.get(("follow", module, *names), lambda: self._reached(module, names))

    def _reached(self, module: str, names: Sequence[str]) -> list[Reached]:
        steps: list[Reached] = []
        holder = self._names.module_target(module)
        for name in names:
            target = self._names.attribute(holder, name)
            if target is None and holder.kind == "module":
                names_there, is_whole = self._names_in(holder.module)
                if is_whole and name not in names_there:
                    steps.append(Reached("", False, holder.module, names=tuple(names_there)))
            if target is None or target.kind not in ("module", "external", "class", "function"):
                break
            if target.kind == "module" or (target.kind == "external" and target.fact):
                steps.append(Reached(target.module, True))
            else:
                file = self._names.lookup(holder.module)
                listed = False
                if file is not None and "all" in file.facts:
                    public = self._names.public_names(file)
                    listed = not public or self._names.is_public(file, name, public)  # none: it is computed
                owner = target.module if target.kind != "external" else target.module.rpartition(".")[0]
                steps.append(Reached(owner, False, holder.module, listed))
            holder = target
        return steps

    def _names_in(self, module: str, seen: frozenset[str] = frozenset()) -> tuple[dict[str, _Bound], bool]:
        """The names of a module, what binds them, and whether these are all."""
        file = self._names.lookup(module)
        if file is None or module in seen:
            return {}, False
        whole = not {"generates", "broken", "unmerged"} & file.facts.keys() and "__getattr__" not in file.facts["names"]
        found: dict[str, _Bound] = {}
        for level, source in file.facts.get("stars", ()):
            base = self._names.absolute(file, level, source)
            names, is_whole = self._names_in(base, seen | {module})
            starred = self._names.lookup(base)
            public = self._names.public_names(starred) if starred is not None else None
            whole &= is_whole
            for name, bound in names.items():
                if name in public if public is not None else not name.startswith("_"):
                    found[name] = bound
        found |= {name: (file, bindings[-1]) for name, bindings in file.facts["names"].items()}
        return found, whole

    def _described_path(self, path: str) -> Entry | None:
        """What an import path stands for, if it can be read."""
        with self._lock:
            return self.memo.get(("described", path), lambda: self._described_at(path))

    def _described_at(self, path: str) -> Entry | None:
        target: ResolvedName | None = self._names.module_target(path)
        if target is not None and target.kind != "module":
            head, _, last = path.rpartition(".")
            target = self._names.member(head, last) if head else None
        known = target is not None and target.kind in ("module", "class", "function")
        return self._described(target) if target is not None and known else None

    def _is_near(self, file: SourceFile, binding: BindingFact) -> bool:
        """Whether a name is surely of the package of ``file``, as no file has to be read to tell."""
        if binding["kind"] != "from":
            return binding["kind"] in ("class", "def")
        base = self._names.absolute(file, binding["level"], binding["module"])
        return base.partition(".")[0] == file.module.partition(".")[0]

    def _in_reach(self, module: str, name: str) -> bool:
        return not any(out_of_reach(module, reached) for reached in self._reached(module, (name,)))

    # -- entries

    def _entry(self, registry: str, table: Mapping[str, RegisteredName], name: str) -> Entry:
        item = table[name]
        key = ("entry", item.target.kind, item.target.path)
        entry = self.memo.get(key, lambda: self._described(item.target))
        return replace(
            entry,
            name=item.name,
            registry=registry,
            registered_at=item.at,
            registered_again=item.again,
            elsewhere=item.elsewhere,
            extra=item.extra,
            certain=item.certain,
        )

    def _described(self, target: ResolvedName) -> Entry:
        ref = class_ref(self._names, target)
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
        fact = unpacked(ref.fact)
        parameters = self._classes.constructor(ref)
        is_hook = self._classes.is_hook(ref)
        configures = not is_hook and self._classes.has_attribute(ref, "__HookType__")
        members, members_complete = self._classes.members(ref)
        order = self._classes.order(ref)
        is_plain = is_hook and self._classes.hands_on(ref)
        return Entry(
            fact["name"],
            "",
            "class",
            ref.path,
            parameters.signature(ref.path, without=("node",) if is_hook else ()),
            cleaned(fact.get("doc") or fact.get("init", {}).get("doc", "")),
            ref.location(fact["at"]),
            order.paths,
            order.complete,
            members,
            members_complete,
            docstrings=parameters.docstrings(ref.path),
            hook="argument" if is_hook else "config" if configures else "",
            plain=is_plain,
            source=self._source(ref.module),
            doubt=self._classes.unknown_decorator(ref.module, fact),
        )

    def _function(self, target: ResolvedName) -> Entry:
        fact = unpacked(target.fact)
        parameters = self._classes.function(target)
        file = self._names.lookup(target.module)
        returns = fact.get("returns")
        is_name = returns is not None and returns.replace(".", "").isidentifier()
        ref = class_ref(self._names, self._names.resolve(target.module, returns or "")) if is_name else None
        order = self._classes.order(ref) if ref is not None else None
        returned = self._classes.annotation(target.module, returns)[0] if returns else None
        marks = self._classes.marks(target.module, target.fact) or ()
        members, members_complete = self._classes.result(target)
        return Entry(
            target.name,
            "",
            "function",
            target.path,
            parameters.signature(target.path, returned),
            cleaned(fact.get("doc", "")),
            Location(file.path if file else "", *fact["at"]),
            order.paths if order is not None else (),
            order is not None and order.complete,
            (*(replace(member, instance=True) for member in members), *map(own_attribute, marks)),
            members_complete,
            docstrings=parameters.docstrings(target.path),
            plain=self._classes.is_plain(target),
            source=self._source(target.module),
            doubt=self._classes.unknown_decorator(target.module, fact),
        )

    def _module(self, target: ResolvedName) -> Entry:
        file = self._names.lookup(target.module)
        names, is_whole = self._names_in(target.module)
        members = [
            Member(name, "attribute", location=_place(*bound), instance=False)
            for name, bound in names.items()
            if not name.startswith("_") and (self._is_near(*bound) or self._in_reach(target.module, name))
        ]
        return Entry(
            target.module.rpartition(".")[2],
            "",
            "module",
            target.module,
            Signature(complete=False),
            location=Location(file.path, 0) if file is not None else None,
            members=tuple(members),
            members_complete=is_whole,
            source=self._source(target.module),
        )

    def _source(self, module: str) -> Source:
        file = self._names.lookup(module)
        return "external" if file is not None and file.external else "source"

    # -- the rest of the project

    def _unregistered(self, tables: dict[str, dict[str, RegisteredName]]) -> Mapping[str, Unregistered]:
        """Classes and functions of the project that no registry holds; a class comes before a function of its name."""
        places = _LateDict(lambda: self._unregistered_places(tables), self._lock)
        return LazyMapping(places, lambda name: self._unregistered_one(name, *places[name]), self._lock)

    def _unregistered_places(self, tables: dict[str, dict[str, RegisteredName]]) -> dict[str, tuple[str, Location]]:
        registered = {item.target.path for table in tables.values() for item in table.values()}
        classes: dict[str, tuple[str, Location]] = {}
        functions: dict[str, tuple[str, Location]] = {}

        def add(is_class: bool, module: str, name: str, place: Location) -> None:
            if f"{module}.{name}" not in registered:
                (classes if is_class else functions).setdefault(name, (module, place))

        for file in self._own_files:
            for name, bindings in file.facts["names"].items():
                fact = bindings[-1].get("cls") or bindings[-1].get("function")
                if fact is not None:
                    add("cls" in bindings[-1], file.module, name, Location(file.path, *fact["at"]))
        for module, (path, outline) in self._sources.outlines.items():
            for kind, name, line, column in outline["outline"]:
                add(kind == "class", module, name, Location(path, line, column, column + len(name)))
        return {**functions, **classes}

    def _unregistered_one(self, name: str, module: str, place: Location) -> Unregistered:
        path = f"{module}.{name}"
        own = self._names.lookup(module)
        binding = own.facts["names"].get(name, [])[-1:] if own is not None else []
        facts = [fact for one in binding if (fact := one.get("cls") or one.get("function")) is not None]
        decorator = self._classes.unknown_decorator(module, facts[0]) if facts else ""
        if decorator:
            return Unregistered(name, path, place, f"`@{decorator}`")
        for file in {file.path: file for file in (own, *self._own_files) if file is not None}.values():
            for handed, line in file.facts.get("handed", {}).items():
                target = self._names.resolve(file.module, handed)
                if target is not None and target.path == path:
                    where = os.path.basename(file.path)
                    return Unregistered(name, path, place, f"what is done with it ({where}:{line + 1})")
        return Unregistered(name, path, place)

    def _subclasses(self) -> dict[str, tuple[str, ...]]:
        """The bases of every class that was read; "?" stands for those that are no names."""
        bases: dict[str, tuple[str, ...]] = {}
        for file in self._sources.modules.values():
            for name, bindings in file.facts["names"].items():
                for binding in bindings:
                    if binding["kind"] != "class":
                        continue
                    ref = ClassRef(f"{file.module}.{name}", file.module, file.path, binding["cls"])
                    for item in self._classes.order(ref).classes:
                        if item.path not in bases:
                            computed = () if all(item.fact["bases"]) else ("?",)
                            bases[item.path] = (*self._classes.order(item).paths[1:], *computed)
        return bases


def _place(file: SourceFile, binding: BindingFact) -> Location | None:
    at = binding.get("cls", binding.get("function", binding)).get("at")
    return Location(file.path, *at) if isinstance(at, list) else None


def _tables(
    own: list[ModuleRegistrations], installed: list[ModuleRegistrations]
) -> tuple[dict[str, RegistryInfo], dict[str, dict[str, RegisteredName]]]:
    """Registries in the order of their creation and what each holds; of one name, what the project registers."""
    infos: dict[str, RegistryInfo] = {}
    parts = [*own, *installed]
    made = Counter(info.name for part in parts for info in part.registries if info.location and not info.is_own)
    for part in parts:
        for info in part.registries:
            first = infos.get(info.name, info)
            variables = tuple(dict.fromkeys((*first.variables, *info.variables)))
            extra_fields = first.extra_fields or info.extra_fields
            infos[info.name] = replace(first, variables=variables, extra_fields=extra_fields)
    named: dict[str, dict[str, list[tuple[RegisteredName, bool]]]] = {name: {} for name in infos}
    for number, part in enumerate(parts):
        for item in part.names:
            if item.registry not in infos:  # found by get_registry, created where nobody looked
                infos[item.registry] = RegistryInfo(item.registry)
            for one in _renamed(item, infos[item.registry]) if item.extra else [item]:
                # Of the registries of other libraries that have one name, as children of one have, each is its own.
                is_own = number < len(own) and made[item.registry] < 2
                named.setdefault(item.registry, {}).setdefault(one.name, []).append((one, is_own))
        for registry, variable in part.variables:
            if registry in infos and variable not in infos[registry].variables:
                infos[registry] = replace(infos[registry], variables=(*infos[registry].variables, variable))
    tables = {registry: {name: _kept(items) for name, items in table.items()} for registry, table in named.items()}
    for part in parts:
        _open(part, infos)
    _merge([merge for part in parts for merge in part.merges], infos, tables)
    for name in infos:
        tables.setdefault(name, {})
    return infos, tables


def _kept(items: list[tuple[RegisteredName, bool]]) -> RegisteredName:
    """What a registry holds of all that take one name, each with whether it is the project's: the first, or the last
    that is forced."""
    first = items[0][0]
    again: list[Location] = []
    elsewhere: dict[str, None] = {}
    for item, is_own in items[1:]:
        if item.force and is_own:
            first, again, elsewhere = item, [], {}
        elif is_own and first.clashes(item):
            again.append(item.at)
        elif not is_own and item.target.path != first.target.path:
            elsewhere[item.target.path] = None
    return replace(first, again=tuple(again), elsewhere=tuple(elsewhere)) if again or elsewhere else first


def _open(part: ModuleRegistrations, infos: dict[str, RegistryInfo]) -> None:
    """Mark the registries that a part fills in a way that is not understood."""
    for registry, reason, path in part.opened:
        info = infos.get(registry, RegistryInfo(registry))
        if path not in info.filled_by:
            filled_by = (*info.filled_by, path)
            infos[registry] = replace(info, open=True, reason=info.reason or reason, filled_by=filled_by)


def _refusals(parts: Sequence[ModuleRegistrations], infos: Mapping[str, RegistryInfo]) -> Iterator[tuple[str, Fault]]:
    """The files that registries of excore keep from being imported, as they refuse a name or a keyword."""
    for part in parts:
        for registry, name, at in part.refused:
            if registry in infos and infos[registry].is_own:
                reason = f"`{name}` is no name for a registry, which takes letters of ASCII, digits and underscores"
                yield at.path, Fault(at, reason)
        for item in part.names:
            info = infos[item.registry]
            unknown = [key for key, _ in item.extra if key not in (FIRST, *info.extra_fields)]
            if unknown and info.is_own and item.certain:
                chosen = "; the class's own name counts" if "name" in unknown else ""
                yield item.at.path, Fault(item.at, f"registry `{info.name}` has no extra field `{unknown[0]}`{chosen}")


def _renamed(item: RegisteredName, info: RegistryInfo) -> list[RegisteredName]:
    """A registration with ``name="X"`` or ``name=["X", "Y"]``, as registries of other libraries take it, under those
    names."""
    extra = dict(item.extra)
    text = extra.pop(FIRST, None)
    if "name" not in info.extra_fields and not info.is_own:
        text = extra.pop("name", text)
    if text is None or info.is_own:
        return [replace(item, extra=tuple(extra.items()))]
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    names = [name for name in (value if isinstance(value, list | tuple) else [value]) if isinstance(name, str)]
    return [replace(item, name=name, extra=tuple(extra.items())) for name in names or [item.name]]


def _merge(
    merges: list[tuple[str, tuple[str, ...]]],
    infos: dict[str, RegistryInfo],
    tables: dict[str, dict[str, RegisteredName]],
) -> None:
    """Let registries hold what is merged into them.

    One of them may be merged on before it is full, so this is repeated until nothing changes: each round fills one more
    link of a chain, so there are no more rounds than merges.
    """
    if GLOBAL in infos:
        merges = [*merges, (GLOBAL, tuple(name for name in infos if not name.startswith("__")))]
    for _ in merges:
        before = sum(map(len, tables.values())), sum(info.open for info in infos.values())
        for registry, sources in merges:
            table = tables.setdefault(registry, {})
            infos.setdefault(registry, RegistryInfo(registry))
            for source in sources:
                for name, item in tables.get(source, {}).items() if source != registry else ():
                    table.setdefault(name, item)
                other = infos.get(source)
                if other is not None and other.open and not infos[registry].open:
                    infos[registry] = replace(
                        infos[registry], open=True, reason=other.reason, filled_by=other.filled_by
                    )
        if before == (sum(map(len, tables.values())), sum(info.open for info in infos.values())):
            break
