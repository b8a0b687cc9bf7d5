"""What the module of a file is called: which folders Python imports from. One rule, for the index and for whoever
imports what stands in the index.

A file belongs to the nearest import folder above it, and its place below that is its name; ``__init__`` of the folder
itself is called so. Import folders are

- the folder above ``src_dir`` of the project file, or ``src_dir`` itself, where one of the next two rules says so and
  it is no package and nobody imports it by its name;
- what ``pyproject.toml``, ``setup.cfg`` or ``setup.py`` gives as the folder of packages (``package-dir``, ``where``);
- ``src`` or ``lib`` below the root, if it is no package and nobody imports it by that name: in a project that is
  installed, or that has no script of its own in the root, which would see the root instead, or that imports a package
  in it by its bare name. As ``src_dir`` it must hold a package;
- the folder of packages of a library below the root that has packaging files of its own: what they say, or its ``src``,
  or else itself, unless somebody imports it from the root;
- a folder that is no package and in which a file imports its neighbour by its bare name: a folder of scripts, which
  Python puts on its path when it runs one. Two folders of the last two kinds with modules of the same name are none;
- the root.
"""

from __future__ import annotations

import configparser
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from excore.lang.source import Disk
from excore.lang.syntax.document import parse
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain

PACKAGING = ("pyproject.toml", "setup.cfg", "setup.py")
_CONVENTIONAL = ("src", "lib")
_BESIDE = frozenset({"setup.py", "conftest.py", "noxfile.py", "tasks.py"})
_TESTS = ("test", "tests")
_SETUP = re.compile(r"package_dir\s*=\s*(?:\{\s*[\"']{2}\s*:|dict\(\s*[\"']{2}\s*=)\s*[\"']([^\"']+)[\"']")
_WHERE = re.compile(r"find(?:_namespace)?_packages\(\s*(?:where\s*=\s*)?[\"']([^\"']+)[\"']")


class Roots(NamedTuple):
    """The import folders of a project, absolute, deepest first; the last is its root."""

    folders: tuple[str, ...]

    def folder(self, path: str) -> str:
        """The folder that a file of the project is imported from."""
        return next((one for one in self.folders if path.startswith(one + os.sep)), self.folders[-1])

    def module(self, path: str) -> str:
        """The import path of a file of the project."""
        return _dotted(path, self.folder(path))


def find_roots(root: str, src_dir: str, files: Mapping[str, Sequence[str]]) -> Roots:
    """The import folders of the project at ``root``; ``files`` are its Python files with what each imports."""
    declared, installed = _packaging(root)
    certain = {os.path.join(root, folder) for folder in declared}
    own = os.path.normpath(os.path.join(root, src_dir)) if src_dir else root
    imported = {module.partition(".")[0] for modules in files.values() for module in modules}
    scripts = any(os.path.dirname(path) == root and os.path.basename(path) not in _BESIDE for path in files)
    for name in _CONVENTIONAL:
        folder = os.path.join(root, name)
        if name in imported or _is_package(folder, files):
            continue
        packages = _packages(folder, files)
        likely = installed or not scripts or bool((packages & imported) - _packages(root, files))
        if likely and (packages if folder == own else any(path.startswith(folder + os.sep) for path in files)):
            certain.add(folder)
    if own in certain and (_is_package(own, files) or os.path.relpath(own, root) in imported):
        certain.discard(own)
    if own.startswith(root + os.sep) and own not in certain:
        certain.add(os.path.dirname(own))
    certain.discard(root)
    loose = {*_script_folders(root, files), *_libraries(root, files)} - certain - {own}
    unclashing = _without_clashes(Roots(_ordered(root, certain)), sorted(loose), files)
    return Roots(_ordered(root, certain | unclashing))


def _ordered(root: str, folders: set[str]) -> tuple[str, ...]:
    return (*sorted(folders, key=lambda one: (-len(one), one)), root)


def _is_package(folder: str, files: Mapping[str, Any]) -> bool:
    return os.path.join(folder, "__init__.py") in files


def _packages(folder: str, files: Mapping[str, Any]) -> set[str]:
    """Names of the packages directly in ``folder``."""
    inits = (os.path.dirname(path) for path in files if os.path.basename(path) == "__init__.py")
    return {os.path.basename(package) for package in inits if os.path.dirname(package) == folder}


def _dotted(path: str, folder: str) -> str:
    parts = path[len(folder) : -3].strip(os.sep).split(os.sep)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and parts[1:] else parts)


def _script_folders(root: str, files: Mapping[str, Sequence[str]]) -> set[str]:
    """Folders that are no packages in which a file imports a neighbour that the root does not have."""
    neighbours: dict[str, set[str]] = {}
    for path in files:
        folder, name = os.path.split(path[:-3])
        while len(folder) >= len(root) and name not in neighbours.setdefault(folder, set()):
            neighbours[folder].add(name)
            folder, name = os.path.split(folder)
    folders: set[str] = set()
    for path, modules in files.items():
        folder = os.path.dirname(path)
        while _is_package(folder, files):
            folder = os.path.dirname(folder)
        if folder not in folders and folder.startswith(root + os.sep):
            names = {module.partition(".")[0] for module in modules} & neighbours.get(folder, set())
            if names - neighbours[root] - sys.stdlib_module_names:
                folders.add(folder)
    return folders


def _libraries(root: str, files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The folders of packages of the libraries below ``root`` that have packaging files of their own."""
    imported = {module for modules in files.values() for module in modules}
    seen: set[str] = {root}
    for path in files:
        folder = os.path.dirname(path)
        while folder not in seen and len(folder) > len(root):
            seen.add(folder)
            declared, installed = (set[str](), False) if _is_package(folder, files) else _packaging(folder)
            places = sorted(declared) or ("src", "") if installed else ()
            for place in (os.path.normpath(os.path.join(folder, one)) for one in places):
                prefix = f"{os.path.relpath(place, root).replace(os.sep, '.')}."
                if _packages(place, files) and not any(module.startswith(prefix) for module in imported):
                    yield place
                    break
            folder = os.path.dirname(folder)


def _without_clashes(certain: Roots, loose: Sequence[str], files: Mapping[str, Any]) -> set[str]:
    """Those of the ``loose`` folders whose modules share no name with any other file."""
    names: Counter[str] = Counter()
    inside: dict[str, list[str]] = {folder: [] for folder in loose}
    nearest = Roots((*sorted(loose, key=len, reverse=True), certain.folders[-1]))
    for path in files:
        folder = nearest.folder(path)
        if folder in inside and len(folder) > len(certain.folder(path)):
            module = _dotted(path, folder)
            inside[folder].append(module)
        else:
            module = certain.module(path)
        names[module] += os.path.basename(path) not in _BESIDE and module.partition(".")[0] not in _TESTS
    return {folder for folder, modules in inside.items() if not any(names[module] > 1 for module in modules)}


def _packaging(root: str) -> tuple[set[str], bool]:
    """Folders of packages below ``root`` as its packaging files give them, and whether there are such files."""
    folders: list[Any] = []
    installed = False
    for name in PACKAGING:
        text = Disk().read(os.path.join(root, name))
        if not isinstance(text, str):
            continue
        if name == "pyproject.toml":
            data = cast("dict[str, Any]", plain(assemble(name, parse(text)).root))
            installed |= any(key in data for key in ("project", "build-system")) or "poetry" in _at(data, "tool")
            folders += _of_tools(data)
        elif name == "setup.cfg":
            parser = configparser.ConfigParser(interpolation=None, strict=False)
            try:
                parser.read_string(text)
            except configparser.Error:
                continue
            if parser.has_section("options") or parser.has_section("metadata"):
                installed = True
                folders += _of_setup_cfg(parser)
        else:
            installed = True
            folders += [match[1] for match in (_SETUP.search(text), _WHERE.search(text)) if match]
    inside = {os.path.normpath(folder) for folder in folders if isinstance(folder, str) and folder}
    return {folder for folder in inside if not folder.startswith(os.pardir) and not os.path.isabs(folder)}, installed


def _of_tools(data: Mapping[str, Any]) -> Iterator[Any]:
    """What a ``pyproject.toml`` gives as folders of packages, whatever the values are."""
    yield _at(data, "tool", "setuptools", "package-dir").get("")
    where = _at(data, "tool", "setuptools", "packages", "find").get("where")
    yield from where if isinstance(where, list) else [where]
    packages = _at(data, "tool", "poetry").get("packages")
    yield from (_at(item).get("from") for item in packages) if isinstance(packages, list) else ()
    wheel = _at(data, "tool", "hatch", "build", "targets", "wheel").get("packages")
    yield from (os.path.dirname(item) for item in wheel if isinstance(item, str)) if isinstance(wheel, list) else ()
    yield _at(data, "tool", "pdm", "build").get("package-dir")


def _at(value: object, *keys: str) -> Mapping[str, Any]:
    """The table at ``keys`` below a value, an empty one if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _of_setup_cfg(parser: configparser.ConfigParser) -> Iterator[str]:
    for line in parser.get("options", "package_dir", fallback="").splitlines():
        key, _, value = line.partition("=")
        if not key.strip():
            yield value.strip()
    yield parser.get("options.packages.find", "where", fallback="").strip()
