"""The index of one project: knows its files, follows their changes, and gives the catalog of each state."""

from __future__ import annotations

import gc
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import islice
from threading import RLock
from typing import cast

from excore.index import python_files
from excore.index.facts import FileFacts, Outline
from excore.index.facts_cache import Cached, IndexCache
from excore.index.fields import PACKAGES
from excore.index.link import Imports, Linker, Sources
from excore.index.name_resolution import ModuleLayout, SourceFile
from excore.index.python_files import PythonFile, digest
from excore.index.roots import Roots, find_roots
from excore.index.scan import may_register, outline, scan, told
from excore.index.skeleton import Late, skim
from excore.index.syntax_errors import newer, parsed
from excore.lang.catalog import Catalog, Fault, Location
from excore.lang.memo import Memo
from excore.lang.project.foreign import may_be_copy

Progress = Callable[[int, int], None]
UNREAD = PACKAGES | {"typing_extensions", "excore"}
"""Packages that are known by name and never read, wherever they are installed."""
_MOST_PARSED = 2_000
_VERSION = re.compile(r"\bpython3\.(\d+)\b")


class _Reader:
    """Files as buffers or the disk have them, and modules on demand. Catalogs keep it, so it knows of none."""

    def __init__(self, search_paths: tuple[str, ...], registry_types: tuple[str, ...]) -> None:
        self.search_paths = search_paths
        self.registry_types = registry_types
        versions = (int(one) for path in search_paths for one in _VERSION.findall(path))
        self.is_older = max(versions, default=0) > sys.version_info[1]  # this Python is older than the project's
        self.buffers: dict[str, str] = {}
        self.cached: dict[str, Cached] = {}  # of all files on disk that were read, what the disk cache holds
        self.dirty = False  # whether ``cached`` is not what the disk cache has
        self.packages: dict[str, tuple[str, ...]] = {}

    def read(self, path: str) -> bytes | None:
        """The content of a file, None if it has none that can be read."""
        buffer = self.buffers.get(path)
        return python_files.read(path) if buffer is None else buffer.encode("utf-8", "replace")

    def find(self, paths: Mapping[str, str], modules: Mapping[str, SourceFile], module: str) -> SourceFile | None:
        """A module that is read on demand, in one state of the project: one without registrations or an installed one;
        ``None`` if there is none to read."""
        path = paths.get(module) if module else None
        if path is not None:
            return modules.get(module) or self._module(path, module, external=False)
        if not module or not self.search_paths or module.partition(".")[0] in UNREAD:
            return None
        path = python_files.locate(module, self.search_paths) or python_files.locate_standard(module)
        return self._module(path, module, external=True) if path is not None else None

    def package(self, name: str) -> tuple[str, ...]:
        """The modules of an installed package that may register something, looked for once."""
        if name not in self.packages:
            start = python_files.locate(name, self.search_paths) if name not in UNREAD else None
            folder = os.path.dirname(start) if start is not None and python_files.is_package(start) else ""
            found: list[str] = []
            for file in python_files.walk(folder) if folder else ():
                data = self.read(file.path)
                if data is not None and may_register(data, self.registry_types):
                    relative = os.path.relpath(file.path, os.path.dirname(folder))[:-3]
                    found.append(relative.replace(os.sep, ".").removesuffix(".__init__"))
            self.packages[name] = tuple(found)
        return self.packages[name]

    def parsed(self, states: Mapping[str, Cached], path: str) -> tuple[Fault | None, Imports]:
        """Why Python cannot parse a file of the project as it is on disk, and what it imports; nothing of a text that
        is being typed."""
        state = states.get(path)
        if state is None or state.is_typed:
            return None, ()
        if "parsed" not in state.content:
            data = self.read(path)
            if data is None or digest(data) != state.digest:
                return None, ()
            state.content["parsed"] = parsed(data)
            self.dirty = True
        found, imports = state.content["parsed"]
        if found is None:
            return None, imports
        line, column, message = found
        return Fault(Location(path, line, column, column), message, message != newer() and not self.is_older), imports

    def _module(self, path: str, module: str, *, external: bool) -> SourceFile | None:
        """A module that was not scanned with the others, fully scanned; ``None`` if it cannot be read."""
        file = python_files.stat(path)
        cached = self.cached.get(path) if path not in self.buffers else None
        if cached is not None and cached.facts is not None and cached.fits(file.size, file.mtime_ns):
            return SourceFile(path, module, cached.facts, external)
        data = self.read(path)
        if data is None:
            return None
        text = python_files.decode(data)
        if path in self.buffers:
            return SourceFile(path, module, scan(text), external)
        late = Late(path, digest(data))
        facts = skim(text, self.registry_types, late)
        if external:
            self.cached[path] = Cached(file.size, file.mtime_ns, time.time_ns(), late.digest, facts, late)
            self.dirty = True
        return SourceFile(path, module, facts, external)


class Indexer:
    """Static index of the Python files below ``root``. Nothing is imported or run.

    ``src_dir`` is the folder of ``root`` whose files come first and are imported from above it, as in
    ``.excore.toml``. ``registry_types`` are names or import paths of classes that count as registries, besides their
    subclasses. ``search_paths`` are folders of installed packages, read only where the project uses them. ``excludes``
    are patterns relative to ``root``. ``cache_dir`` replaces the user's cache folder; ``use_cache=False`` holds
    everything in memory.

    ``catalog`` is that of the last state; ``unread`` says of files that were not read why.

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
        self.unread: dict[str, str] = {}
        self._cache = IndexCache("\n".join((self.root, *self.registry_types)), cache_dir) if use_cache else None
        self._lock = RLock()
        self._states: dict[str, Cached] = {}  # of the files of the project, as they are on disk or in buffers
        self._modules: dict[str, str] = {}  # import paths of the files
        self._reader = _Reader(self.search_paths, self.registry_types)
        self._roots = Roots((self.root,))
        self._layout = ModuleLayout({}, {}, {})
        self._memo = Memo()

    @property
    def cache_dir(self) -> str | None:
        """The folder of the disk cache, ``None`` without one."""
        return str(self._cache.path.parent) if self._cache is not None else None

    @property
    def files(self) -> tuple[str, ...]:
        """Absolute paths of all Python files of the project, in order."""
        return tuple(self._states)

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that files of the project are imported from, those that count first before the others."""
        return self._roots.folders

    def module(self, path: str) -> str | None:
        """Import path of a file of the project, ``None`` of any other."""
        return self._modules.get(path)

    def faults(self) -> Iterator[Fault]:
        """What keeps Python from parsing files of the project, in the order of the files; of very many not of all."""
        paths = islice(self._states, _MOST_PARSED)
        return filter(None, (self._reader.parsed(self._states, path)[0] for path in paths))

    def place(self, module: str) -> tuple[str, str] | None:
        """The file of a module of the project, and the folder that Python imports it from; ``None`` of any other."""
        path = self._layout.paths.get(module)
        return (path, self._roots.folder(path)) if path is not None else None

    # -- states

    def build(self, progress: Progress | None = None, buffers: Mapping[str, str] | None = None) -> Catalog:
        """Look at every file; parse those that changed since the last time. ``progress`` gets done and total.
        ``buffers`` are texts of open files, which hide what is on disk as in ``update``."""
        with _no_collector():
            for path, text in (buffers or {}).items():
                if own := python_files.found_as(path, self.root, self.excludes):
                    self._reader.buffers[own] = text
            before = self._reader.cached
            if not before and self._cache is not None:
                before = self._cache.load()
            files = list(python_files.walk(self.root, self.excludes, _first_folder(self.root, self.src_dir)))
            on_disk = {file.path for file in files}
            files += [PythonFile(path, 0, 0) for path in self._reader.buffers if path not in on_disk]
            self.unread.clear()
            self._reader.packages.clear()
            inside = self.root + os.sep
            states: dict[str, Cached] = {}
            cached: dict[str, Cached] = {}
            for number, file in enumerate(files):
                if progress is not None:
                    progress(number, len(files))
                state = self._state(file, before.get(file.path))
                if state is not None:
                    states[file.path] = state
                    if file.path not in self._reader.buffers:
                        cached[file.path] = state
            cached.update((path, state) for path, state in before.items() if not path.startswith(inside))
            self._reader.dirty |= len(cached) != len(before) or any(
                state is not before.get(path) for path, state in cached.items()
            )
            self._reader.cached, self._states = cached, states
            if self._reader.buffers:
                self._sort_states()
            self._name_modules(self._current_roots())
            self._link()
            self.save()
        if progress is not None:
            progress(len(files), len(files))
        return self.catalog

    def _current_roots(self) -> Roots:
        imports = {path: _imports(state) for path, state in self._states.items()}
        return find_roots(self.root, self.src_dir, imports)

    def _name_modules(self, roots: Roots) -> None:
        """Give every file its module name; what was remembered of modules by their names does not count any more."""
        self._roots = roots
        self._modules = {path: roots.module(path) for path in self._states}
        self._memo = Memo()

    def update(self, changes: Mapping[str, str | None]) -> Catalog:
        """The catalog after some files changed. A text is that of an open buffer and hides the file; ``None`` says that
        there is no buffer (any more): the file counts as it is on disk, or as gone."""
        with _no_collector():
            changed: set[str] = set()
            moved = False
            for path, text in changes.items():
                path = python_files.found_as(os.path.abspath(path), self.root, self.excludes)
                if path:
                    before = self._states.get(path)
                    after = self._changed(path, text)
                    moved |= (before and _imports(before)) != (after and _imports(after))
                    if (before and before.digest) != (after and after.digest) or self._is_judged_anew(path, before):
                        changed.add(self._roots.module(path))
            if changed:
                with self._lock:
                    roots = self._current_roots() if moved else self._roots
                    if roots != self._roots:
                        self._name_modules(roots)
                    self._memo = self._memo.without(changed)
                    self._link()
        return self.catalog

    def _is_judged_anew(self, path: str, before: Cached | None) -> bool:
        """Whether a file that Python cannot parse was opened or closed: nobody is told of what is being typed."""
        after = self._states.get(path)
        if before is None or after is None or before.is_typed == after.is_typed:
            return False
        return self._reader.parsed({path: before if after.is_typed else after}, path)[0] is not None

    def _changed(self, path: str, text: str | None) -> Cached | None:
        """The new state of one file, ``None`` if it is gone."""
        if text is None:
            self._reader.buffers.pop(path, None)
        else:
            self._reader.buffers[path] = text
        before = self._states.get(path)
        after = self._state(python_files.stat(path), before, before and before.facts)
        if after is None:
            self._reader.cached.pop(path, None)
            self._states.pop(path, None)
            self._modules.pop(path, None)
            return None
        if after.content.get("broken"):
            self._reader.cached.pop(path, None)  # it may hold names that only who types it has seen
        elif text is None:
            self._reader.dirty |= self._reader.cached.get(path) is not after
            self._reader.cached[path] = after
        self._states[path] = after
        self._modules[path] = self._roots.module(path)
        if before is None:
            self._sort_states()
        return after

    def _sort_states(self) -> None:
        """Put the files in the order in which a new index finds them: of two that say the same the first counts."""
        first = _first_folder(self.root, self.src_dir)
        paths = sorted(self._states, key=lambda path: python_files.place(path, self.root, first))
        self._states = {path: self._states[path] for path in paths}

    def save(self) -> None:
        """Write the disk cache if anything changed since it was read."""
        if self._cache is not None and self.unsaved:
            self._cache.save(self._reader.cached)
            self._reader.dirty = False
            for late in self._late:
                late.is_used = False

    @property
    def unsaved(self) -> bool:
        """Whether more is known than what the disk cache has."""
        return self._reader.dirty or any(late.is_used for late in self._late)

    @property
    def _late(self) -> Iterator[Late]:
        return (state.late for state in self._reader.cached.values() if state.late is not None)

    # -- reading

    def _state(self, file: PythonFile, before: Cached | None, known: FileFacts | None = None) -> Cached | None:
        """State of a file, ``before`` where that still holds; ``None`` if there is no such file to read. ``known`` are
        the facts that stay while a text does not parse: those of an editor, never of a first reading."""
        if file.path in self._reader.buffers:
            file = file._replace(size=-1, mtime_ns=-1)  # no file ever looks like this: closing it reads the file again
        elif before is not None and file.size >= 0 and before.fits(file.size, file.mtime_ns):
            return before
        data = self._reader.read(file.path)
        if data is None:
            if file.size >= 0:
                large = file.size > python_files.MAX_SIZE
                reason = f"larger than {python_files.MAX_SIZE // 1_000_000} MB, not read"
                self.unread[file.path] = reason if large else "cannot be read"
            return None
        seen, name = time.time_ns(), digest(data)
        if before is not None and before.digest == name:
            return before._replace(size=file.size, mtime_ns=file.mtime_ns, seen_ns=seen)
        text = python_files.decode(data)
        late = None
        content: FileFacts | Outline
        if not may_register(data, self.registry_types):
            content = outline(text)
        elif file.size < 0 or known is not None:
            content = scan(text, known)
        else:
            late = Late(file.path, name)
            content = {**skim(text, self.registry_types, late, is_own=True), **told(text)}
        return Cached(file.size, file.mtime_ns, seen, name, content, late)

    def _link(self) -> None:
        modules: dict[str, SourceFile] = {}
        outlines: dict[str, tuple[str, Outline]] = {}
        paths: dict[str, str] = {}
        # What a run has kept of the sources must not win over them.
        for path in sorted(self._states, key=lambda path: may_be_copy(path, self.root)):
            state, module = self._states[path], self._modules[path]
            if module in paths:
                continue
            paths[module] = path
            if state.facts is not None:
                modules[module] = SourceFile(path, module, state.facts)
            else:
                outlines[module] = (path, cast(Outline, state.content))
        if paths != self._layout.paths:
            short_names = python_files.short_names(paths)
            moved = {name for name, _ in short_names.items() ^ self._layout.short_names.items()}
            self._memo = self._memo.without(moved)
            self._layout = ModuleLayout(paths, short_names, python_files.names_below_root(paths, self.root))
        find = cache(partial(self._reader.find, self._layout.paths, modules))
        read = partial(self._reader.parsed, dict(self._states))
        sources = Sources(modules, find, self._layout, outlines, self._reader.package, read)
        self.catalog = Linker(sources, self.registry_types, self._memo, self._lock).catalog()


def _first_folder(root: str, src_dir: str) -> str:
    """The folder directly below ``root`` that holds ``src_dir``; "" for the root itself or a place outside it."""
    relative = os.path.relpath(os.path.join(root, src_dir), root) if src_dir else "."
    first = relative.split(os.sep)[0]
    return "" if first in (os.curdir, os.pardir) else first


def _imports(state: Cached) -> list[str]:
    return state.content.get("imports", [])


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of small objects are made that stay: the cyclic collector would only walk them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
