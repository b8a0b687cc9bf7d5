"""Live registries as a catalog: what the resolver sees when a config is loaded.

Entries are made when they are asked for, so that loading a config imports only the modules of the names it uses.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from types import ModuleType
from typing import Any, Literal, TypeAlias

from excore.engine.hook import ConfigArgumentHook
from excore.errors import ConfigError
from excore.lang.catalog import Catalog, Entry, EntryKind, Param, ParamKind, RegistryInfo, Signature
from excore.lang.reach import Reached

Import = Callable[[str], Any]
HookKind: TypeAlias = Literal["", "argument", "config"]

_KINDS: dict[Any, ParamKind] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional-only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional-or-keyword",
    inspect.Parameter.VAR_POSITIONAL: "var-positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword-only",
    inspect.Parameter.VAR_KEYWORD: "var-keyword",
}
_HOOK_PARAMETER = "node"
_COMMON: dict[str, Any] = {item.name: item.default for item in fields(Entry) if item.default is not MISSING}
_COMMON |= {"members_complete": False, "source": "live"}


class _Entries(Mapping[str, Entry]):
    """The entries of one registry; made on first access, kept as long as the import path stays the same."""

    def __init__(self, registry: str, paths: Mapping[str, str], load: Import) -> None:
        self._registry = registry
        self._paths = paths
        self._load = load
        self._made: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        entry = self._made.get(name)
        if entry is None:
            entry = self._made[name] = live_entry(name, self._registry, self._paths[name], self._load)
        return entry

    def get(self, name: str, default: Any = None) -> Any:
        """As `dict.get`; no exception is made for an unknown name."""
        return self[name] if name in self._paths else default

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class _ByName(Mapping[str, tuple[Entry, ...]]):
    """Entries of all public registries by name, without making those nobody asks for."""

    def __init__(self, entries: Mapping[str, Mapping[str, Entry]]) -> None:
        self._entries = entries
        self._owners: dict[str, list[str]] = {}
        for registry, names in entries.items():
            if not registry.startswith("__"):
                for name in names:
                    self._owners.setdefault(name, []).append(registry)

    def __getitem__(self, name: str) -> tuple[Entry, ...]:
        return tuple(self._entries[registry][name] for registry in self._owners[name])

    def __contains__(self, name: object) -> bool:
        return name in self._owners

    def __iter__(self) -> Iterator[str]:
        return iter(self._owners)

    def __len__(self) -> int:
        return len(self._owners)


@dataclass(frozen=True)
class LiveCatalog(Catalog):
    """A catalog whose entries are imported on demand."""

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        """Every entry by its name, first declared registry first; an entry is made when it is asked for."""
        return _ByName(self.entries)

    def find(self, name: str) -> Entry | None:
        """The entry of the first declared registry that has ``name``; only that one is made."""
        for registry, entries in self.entries.items():
            if name in entries and not registry.startswith("__"):
                return entries[name]
        return None


def live_catalog(registries: Mapping[str, Mapping[str, str]], order: tuple[str, ...], load: Import) -> LiveCatalog:
    """The catalog of registries given as name -> (module name -> import path).

    ``order`` are the declared registry names, which come first; ``load`` imports what a path names and raises a
    ``ConfigError`` if it cannot. A declared registry that does not exist is an empty one.
    """
    names = tuple(dict.fromkeys((*order, *registries)))
    return LiveCatalog(
        registries={name: RegistryInfo(name) for name in names},
        entries={name: _Entries(name, registries.get(name, {}), load) for name in names},
        follow=_follow,
    )


def home_of(target: object) -> str:
    """The module an object belongs to: itself, or the one that defines it or its class; "" if that is not known."""
    name = getattr(target, "__name__" if isinstance(target, ModuleType) else "__module__", None)
    return name if isinstance(name, str) else ""


def reached(holder: object, name: str, value: object) -> Reached | None:
    """What a path leads to if `value` is the attribute `name` of `holder`; None if that is data or an own object."""
    if isinstance(value, ModuleType):
        return Reached(home_of(value), True)
    if not isinstance(holder, ModuleType) or not (isinstance(value, type) or inspect.isroutine(value)):
        return None
    public = vars(holder).get("__all__")
    return Reached(home_of(value), False, home_of(holder), isinstance(public, list | tuple) and name in public)


def _follow(module: str, names: Sequence[str]) -> Iterator[Reached]:
    """What names lead to one after the other; nothing is imported, and no code of a module runs."""
    holder: object = sys.modules.get(module)
    for name in names:
        value = vars(holder).get(name) if isinstance(holder, ModuleType) else None
        found = reached(holder, name, value)
        if found is None:
            return
        yield found
        holder = value


class LiveEntry(Entry):
    """An entry of an imported object. What costs time to find out is found out when it is asked for."""

    def __init__(self, name: str, registry: str, kind: EntryKind, path: str, target: Any, hook: HookKind) -> None:
        put = object.__setattr__  # one for each table of a config: what is the same in all is left to `__getattr__`
        put(self, "name", name)
        put(self, "registry", registry)
        put(self, "kind", kind)
        put(self, "path", path)
        put(self, "hook", hook)
        vars(self)["target"] = target

    def __getattr__(self, name: str) -> Any:
        try:
            return _COMMON[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def signature(self) -> Signature:
        """The parameters a config may give."""
        if self.kind == "module":
            return Signature()
        return live_signature(vars(self)["target"], without=(_HOOK_PARAMETER,) if self.hook == "argument" else ())

    @cached_property
    def doc(self) -> str:
        """The docstring."""
        return inspect.getdoc(vars(self)["target"]) or ""

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Import paths of the class and its bases."""
        mro = getattr(vars(self)["target"], "__mro__", ())
        return tuple(f"{base.__module__}.{base.__qualname__}" for base in mro)


def live_entry(name: str, registry: str, path: str, load: Import) -> Entry:
    """What an import path stands for; of what cannot be imported nothing is known, and whoever builds it will fail."""
    try:
        target = load(path)
    except ConfigError:
        nothing = Signature((), complete=False)
        return Entry(
            name, registry, "class", path, nothing, bases_complete=False, members_complete=False, source="live"
        )
    if isinstance(target, ModuleType):
        return LiveEntry(name, registry, "module", path, target, "")
    if not isinstance(target, type):
        return LiveEntry(name, registry, "function", path, target, "")
    hook: HookKind = "config" if hasattr(target, "__HookType__") else ""
    return LiveEntry(
        name, registry, "class", path, target, "argument" if ConfigArgumentHook in target.__mro__ else hook
    )


def live_signature(target: Any, without: tuple[str, ...] = ()) -> Signature:
    """The parameters of a class or function; incomplete where Python cannot tell."""
    try:
        signature = inspect.signature(target)
    except (ValueError, TypeError, NameError):
        return Signature((), complete=False)
    params = tuple(
        Param(
            param.name,
            _KINDS[param.kind],
            default=None if param.default is inspect.Parameter.empty else "...",
        )
        for param in signature.parameters.values()
        if param.name not in without
    )
    return Signature(params)
