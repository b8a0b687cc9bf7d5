"""The index of one project: knows its files, follows their changes, and gives the catalog of each state."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import NamedTuple, cast

from excore.index import python_files as tree
from excore.index.facts import Facts, Outline
from excore.index.facts_cache import Cached, IndexCache, digest
from excore.index.link import Linker, Sources
from excore.index.name_resolution import Layout, SourceFile
from excore.index.roots import Roots, find_roots
from excore.index.scan import may_register, outline, scan
from excore.lang.catalog import Catalog
from excore.lang.memo import Memo

Progress = Callable[[int, int], None]
UNREAD = frozenset({"attr", "attrs", "pydantic", "pydantic_settings", "typing_extensions", "excore"})
"""Packages that are known by name and never read, wherever they are installed."""


class _File(NamedTuple):
    module: str
    is_package: bool
    state: Cached


class Indexer:
    """Static index of the Python files below ``root``. Nothing is imported or run.

    ``src_dir`` is the folder of ``root`` whose files come first and are imported from above it, as in
    ``.excore.toml``. ``registry_types`` are names or import paths of classes that count as registries, besides their
    subclasses. ``search_paths`` are folders of installed packages, read only where the project uses them. ``excludes``
    are patterns relative to ``root``. ``cache_dir`` replaces the user's cache folder; ``use_cache=False`` keeps
    everything in memory.

    ``build`` and ``update`` are called by one thread at a time; catalogs may be read by any.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        src_dir: str = "",
        registry_types: Sequence[str] = ("Registry",),
        search_paths: Sequence[str | os.PathLike[str]] = (),
        excludes: Sequence[str] = (),
        cache_dir: str | os.PathLike[str] | None = None,
        use_cache: bool = True,
    ) -> None:
        self.root = os.path.abspath(root)
        self.src_dir = src_dir
        self.registry_types = tuple(registry_types)
        self.search_paths = tuple(os.fspath(path) for path in search_paths)
        self.excludes = tuple(excludes)
        self.catalog = Catalog()
        self.notes: dict[str, str] = {}
        self._cache = IndexCache("\n".join((self.root, *self.registry_types)), cache_dir) if use_cache else None
        self._lock = RLock()
        self._files: dict[str, _File] = {}
        self._overlays: dict[str, str] = {}
        self._loaded: dict[str, Cached] = {}
        self._roots = Roots((self.root,))
        self._layout = Layout({}, {}, {})
        self._memo = Memo()
        self._dirty = False

    @property
    def cache_dir(self) -> str | None:
        """The folder of the disk cache, ``None`` without one."""
        return str(self._cache.path.parent) if self._cache is not None else None

    @property
    def files(self) -> tuple[str, ...]:
        """Absolute paths of all Python files of the project, in order."""
        return tuple(self._files)

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that files of the project are imported from, those that count first before the others."""
        return self._roots.folders

    def module(self, path: str) -> str | None:
        """Import path of a file of the project."""
        file = self._files.get(path)
        return file.module if file is not None else None

    def place(self, module: str) -> tuple[str, str] | None:
        """The file of a module of the project, and the folder that Python imports it from."""
        path = self._layout.paths.get(module)
        return (path, self._roots.folder(path)) if path is not None else None

    # -- states

    def build(self, progress: Progress | None = None) -> Catalog:
        """Look at every file; parse those that changed since the last time. ``progress`` gets done and total."""
        with _no_collector():
            known = self._loaded
            if not known and self._cache is not None:
                known = self._cache.load()
            found = self._found()
            self.notes.clear()
            new: dict[str, Cached] = {}
            loaded: dict[str, Cached] = {}
            for number, item in enumerate(found):
                if progress is not None:
                    progress(number, len(found))
                state = self._state(item, known.get(item.path))
                if state is not None:
                    new[item.path] = state
                    if item.path not in self._overlays:
                        loaded[item.path] = state
            inside = self.root + os.sep
            loaded.update((path, state) for path, state in known.items() if not path.startswith(inside))
            self._dirty |= len(loaded) != len(known) or any(
                state is not known.get(path) for path, state in loaded.items()
            )
            self._loaded = loaded
            self._name(new, self._found_roots(new))
            self._link()
            self.save()
        if progress is not None:
            progress(len(found), len(found))
        return self.catalog

    def _found(self) -> list[tree.Found]:
        """Files of the tree and open buffers that are not saved yet."""
        found = list(tree.walk(self.root, self.excludes, _first_folder(self.root, self.src_dir)))
        there = {item.path for item in found}
        found.extend(_found(path, 0, 0) for path in self._overlays if path not in there)
        return found

    def _found_roots(self, states: Mapping[str, Cached]) -> Roots:
        return find_roots(self.root, self.src_dir, {path: _imports(state) for path, state in states.items()})

    def _name(self, states: Mapping[str, Cached], roots: Roots) -> None:
        """Give every file its module name; what was remembered of modules by their names does not count any more."""
        self._roots = roots
        self._files = {path: _File(roots.module(path), _is_package(path), state) for path, state in states.items()}
        self._memo = Memo()

    def update(self, changes: Mapping[str, str | None]) -> Catalog:
        """The catalog after some files changed. A text is that of an open buffer and hides the file; ``None`` says that
        there is no buffer (any more): the file counts as it is on disk, or as gone."""
        with _no_collector():
            return self._update(changes)

    def _update(self, changes: Mapping[str, str | None]) -> Catalog:
        changed: set[str] = set()
        moved = False
        for path, text in changes.items():
            path = os.path.abspath(path)
            if not tree.belongs(path, self.root):
                continue
            module = self._roots.module(path)
            before = self._files.get(path)
            known = before.state if before is not None and path not in self._overlays else None
            if text is None:
                self._overlays.pop(path, None)
            else:
                self._overlays[path] = text
            after = self._state(_stat(path), known)
            moved |= (before and _imports(before.state)) != (after and _imports(after))
            if after is None:
                self._loaded.pop(path, None)
                if self._files.pop(path, None) is not None:
                    changed.add(module)
                continue
            if path not in self._overlays:
                self._dirty |= self._loaded.get(path) is not after
                self._loaded[path] = after
            if before is None or before.state.digest != after.digest:
                changed.add(module)
            self._files[path] = _File(module, _is_package(path), after)
        if changed:
            with self._lock:
                states = {path: file.state for path, file in self._files.items()} if moved else {}
                roots = self._found_roots(states) if moved else self._roots
                if roots != self._roots:
                    self._name(states, roots)
                self._memo = self._memo.without(changed)
                self._link()
        return self.catalog

    def save(self) -> None:
        """Write the disk cache if anything changed since it was read."""
        if self._cache is not None and self._dirty:
            self._cache.save(self._loaded)
            self._dirty = False

    # -- reading

    def _state(self, item: tree.Found, known: Cached | None) -> Cached | None:
        """State of a file, from ``known`` where that still holds; ``None`` if there is no such file to read."""
        buffer = self._overlays.get(item.path)
        if buffer is None and known is not None and item.size >= 0 and known.fits(item.size, item.mtime_ns):
            return known
        if buffer is not None:
            item = item._replace(size=-1, mtime_ns=-1)  # no file ever looks like this: closing it reads the file again
            data: bytes | None = buffer.encode("utf-8", "replace")
        else:
            data = tree.read(item.path)
        if data is None:
            if item.size > tree.MAX_SIZE:
                self.notes[item.path] = f"larger than {tree.MAX_SIZE // 1_000_000} MB, not read"
            elif item.size >= 0:
                self.notes[item.path] = "cannot be read"
            return None
        seen, name = time.time_ns(), digest(data)
        if known is not None and known.digest == name:
            return known._replace(size=item.size, mtime_ns=item.mtime_ns, seen_ns=seen)
        text = tree.decode(data)
        content: Facts | Outline
        if may_register(data, self.registry_types):
            previous = known.content if known is not None and "names" in known.content else None
            content = scan(text, cast("Facts | None", previous))
        else:
            content = outline(text)
        return Cached(item.size, item.mtime_ns, seen, name, content)

    def _link(self) -> None:
        modules: dict[str, SourceFile] = {}
        outlines: dict[str, tuple[str, Outline]] = {}
        paths: dict[str, str] = {}
        for path, file in self._files.items():
            if file.module in paths:
                continue
            paths[file.module] = path
            content = file.state.content
            if "names" in content:
                modules[file.module] = SourceFile(path, file.module, file.is_package, cast(Facts, content))
            else:
                outlines[file.module] = (path, content)
        if paths != self._layout.paths:
            aliases = tree.aliases(paths)
            moved = {name for name, _ in aliases.items() ^ self._layout.aliases.items()}
            self._memo = self._memo.without(moved)
            self._layout = Layout(paths, aliases, tree.places(paths, self.root))
        finder = _Finder(self, self._layout.paths, modules)
        linker = Linker(Sources(modules, finder, self._layout, outlines), self.registry_types, self._memo, self._lock)
        self.catalog = linker.catalog()

    def read_module(self, path: str, module: str, is_package: bool, *, external: bool) -> SourceFile | None:
        """A module that was not scanned with the others, fully scanned."""
        item = _stat(path)
        known = self._loaded.get(path)
        if (
            known is not None
            and "names" in known.content
            and path not in self._overlays
            and known.fits(item.size, item.mtime_ns)
        ):
            return SourceFile(path, module, is_package, cast(Facts, known.content), external)
        data = self._overlays[path].encode("utf-8", "replace") if path in self._overlays else tree.read(path)
        if data is None:
            return None
        facts = scan(tree.decode(data))
        if external:
            self._loaded[path] = Cached(item.size, item.mtime_ns, time.time_ns(), digest(data), facts)
            self._dirty = True
        return SourceFile(path, module, is_package, facts, external)


class _Finder:
    """Reads modules on demand for one state of the project: those without registrations and installed ones."""

    def __init__(self, index: Indexer, paths: Mapping[str, str], modules: Mapping[str, SourceFile]) -> None:
        self._index = index
        self._paths = paths
        self._modules = modules
        self._found: dict[str, SourceFile | None] = {}

    def __call__(self, module: str) -> SourceFile | None:
        if module not in self._found:
            self._found[module] = self._find(module)
        return self._found[module]

    def _find(self, module: str) -> SourceFile | None:
        if not module:
            return None
        path = self._paths.get(module)
        if path is not None:
            return self._modules.get(module) or self._index.read_module(path, module, _is_package(path), external=False)
        if not self._index.search_paths or module.partition(".")[0] in UNREAD:
            return None
        located = tree.locate(module, self._index.search_paths) or tree.standard(module)
        return self._index.read_module(located[0], module, located[1], external=True) if located else None


def _first_folder(root: str, src_dir: str) -> str:
    """The folder directly below ``root`` that holds ``src_dir``; "" for the root itself or a place outside it."""
    relative = os.path.relpath(os.path.join(root, src_dir), root) if src_dir else "."
    first = relative.split(os.sep)[0]
    return "" if first in (os.curdir, os.pardir) else first


def _imports(state: Cached) -> list[str]:
    return state.content.get("imports", [])


def _is_package(path: str) -> bool:
    return os.path.basename(path) == "__init__.py"


def _found(path: str, size: int, mtime_ns: int) -> tree.Found:
    return tree.Found(path, _is_package(path), size, mtime_ns)


def _stat(path: str) -> tree.Found:
    """The file as it is on disk; size -1 if it is not there."""
    try:
        info = os.stat(path)
    except OSError:
        return _found(path, -1, 0)
    return _found(path, info.st_size, info.st_mtime_ns)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of small objects are made and kept: the cyclic collector would only walk them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
