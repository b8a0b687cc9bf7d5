"""Rename a registered class or function in the Python files of its project, by reading them."""

from __future__ import annotations

import ast
import os
import re
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from excore.lang.catalog import Catalog, Entry
from excore.lang.text import LineIndex
from excore_server.ide.edits import Edit

Placed: TypeAlias = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class RenameError(Exception):
    """A name cannot be changed completely; the message says why."""


@dataclass(frozen=True)
class PythonSources:
    """The Python files of a project: import path by file. ``read`` gives the text an editor or the disk has.

    Nothing is read after ``deadline``, a moment of ``time.monotonic``.
    """

    modules: Mapping[str, str]
    read: Callable[[str], str | None]
    deadline: float | None = None


def rename_in_python(entry: Entry, new: str, sources: PythonSources, catalog: Catalog) -> dict[str, list[Edit]]:
    """Edits by file: the definition, its uses, imports, ``__all__``, and lookups in registries.

    With the old name as ``new`` the edits say where it is written. Raises ``RenameError`` where a file that may use the
    name cannot be read, or has ``new`` already.
    """
    return {file.path: edits for file, edits in uses_in_python(entry, new, sources, catalog)}


def uses_in_python(
    entry: Entry, new: str, sources: PythonSources, catalog: Catalog
) -> Iterator[tuple[PythonFile, list[Edit]]]:
    """``rename_in_python`` with the files as they were read."""
    assert entry.location is not None
    old = entry.name
    files = list(python_files(sources, old))
    home = entry.location.path
    if not any(file.path == home for file in files):
        raise RenameError(f"{os.path.basename(home)} does not define `{old}` any more")
    registries = {name.rpartition(".")[2] for info in catalog.registries.values() for name in info.variables}
    homes = _Homes(sources.modules)
    homes.add(home)
    more = True
    while more:
        more_files = [file for file in files if file.path not in homes.paths and file.takes(old, homes)]
        more = bool(more_files)
        for file in more_files:
            homes.add(file.path)
    for file in files:
        edits = list(_Uses(file, old, new, homes, registries, file.path == home).edits())
        if edits:
            if new != old and re.search(rf"\b{re.escape(new)}\b", file.text) and new in file.names:
                raise RenameError(f"{file.name} has a name `{new}` already")
            yield file, edits


class _Homes:
    """The modules that have the object under its name at their top."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.paths: set[str] = set()
        self.parts: set[tuple[str, ...]] = set()
        self.by_module: dict[str, str] = {module: path for path, module in modules.items()}

    def add(self, path: str) -> None:
        """Count a file among them."""
        self.paths.add(path)
        stem = path.removesuffix(".py").removesuffix(os.sep + "__init__")
        self.parts.add(tuple(stem.split(os.sep)))

    def __contains__(self, module: str) -> bool:
        """Whether an import path leads to one of them; a folder on Python's path may shorten or lengthen it."""
        if module in self.by_module:
            return self.by_module[module] in self.paths
        parts = tuple(module.split("."))
        return bool(module) and any(one[-len(parts) :] == parts for one in self.parts)


@dataclass
class PythonFile:
    """A file that holds a name, and its tree."""

    path: str
    module: str
    text: str
    tree: ast.Module
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.lines = LineIndex(self.text)
        self.package = self.name == "__init__.py"
        self.names = {name for node in self.tree.body for name in bound_names(node)}

    def offset(self, line: int, column: int) -> int:
        """Offset of a line (from 1) and a column in bytes, as ``ast`` counts."""
        start = self.lines.starts[line - 1]
        text = self.lines.line(line - 1)
        return start + (column if text.isascii() else len(text.encode()[:column].decode(errors="ignore")))

    def start(self, node: Placed) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: Placed) -> int:
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

    def place(self, at: Placed | int) -> str:
        """Where a node begins, or an offset is, for messages."""
        line, column = self.lines.position(at if isinstance(at, int) else self.start(at))
        return f"{self.name}:{line + 1}:{column + 1}"

    def module_of(self, node: ast.ImportFrom) -> str:
        """Import path of the module that names are imported from."""
        if not node.level:
            return node.module or ""
        parts = self.module.split(".")
        up = node.level - (1 if self.package else 0)
        parts = parts[: len(parts) - up] if up else parts
        return ".".join((*parts, node.module)) if node.module else ".".join(parts)

    def takes(self, name: str, homes: _Homes) -> bool:
        """Whether it has ``name`` at its top, under that name, from a module that is known to have it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and self.module_of(node) in homes:
                if any(alias.name == "*" or (alias.name == name and not alias.asname) for alias in node.names):
                    return True
        return False


def python_files(sources: PythonSources, name: str) -> Iterator[PythonFile]:
    """The files that may hold a name. Raises ``RenameError`` if one of them cannot be read as Python."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for path, module in sources.modules.items():
        if sources.deadline is not None and time.monotonic() > sources.deadline:
            raise RenameError("the project has too many Python files to search them all in time")
        text = sources.read(path)
        if text is None or not (word.search(text) or "import *" in text):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if word.search(text):
                raise RenameError(f"{os.path.basename(path)} uses `{name}` and cannot be read as Python") from None
            continue
        yield PythonFile(path, module, text, tree)


def bound_names(node: ast.AST) -> Iterator[str]:
    """Names that a statement binds in its own scope."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    for child in ast.iter_child_nodes(node):
        yield from bound_names(child)


class _Uses:
    """Finds what must change in one file."""

    def __init__(
        self, file: PythonFile, old: str, new: str, homes: _Homes, registries: Collection[str], home: bool
    ) -> None:
        self.file = file
        self.old = old
        self.new = new
        self.homes = homes
        self.registries = registries
        self.home = home
        self.modules: dict[str, str] = {}  # local name -> import path of the module it stands for
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    self.modules[name] = alias.name if alias.asname else name
            elif isinstance(node, ast.ImportFrom):
                base = file.module_of(node)
                for alias in node.names:
                    path = f"{base}.{alias.name}" if base else alias.name
                    if path in homes:
                        self.modules[alias.asname or alias.name] = path

    def edits(self) -> Iterator[Edit]:
        """The edits of the file, in no order."""
        here = self.file.path in self.homes.paths
        yield from self.visit(self.file.tree, here)

    def edit(self, start: int) -> Edit:
        return Edit(start, start + len(self.old), self.new)

    def visit(self, node: ast.AST, here: bool) -> Iterator[Edit]:
        """``here`` says that the plain name means the object in the scope of ``node``."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from self.definition(node, here)
            return
        if isinstance(node, ast.Lambda):
            for default in (*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)):
                yield from self.visit(default, here)
            yield from self.visit(node.body, here and self.old not in arguments_of(node))
            return
        yield from self.simple(node, here)
        for child in ast.iter_child_nodes(node):
            yield from self.visit(child, here)

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, here: bool) -> Iterator[Edit]:
        file = self.file
        if node.name == self.old and here and self.home and node in file.tree.body:
            start = file.start(node)
            match = re.compile(rf"\b{re.escape(self.old)}\b").search(file.text, start)
            if match is not None:
                yield self.edit(match.start())
        outer: list[ast.AST] = list(node.decorator_list)
        if isinstance(node, ast.ClassDef):
            outer += [*node.bases, *node.keywords]
        else:
            outer.append(node.args)
            if node.returns is not None:
                yield from self.annotation(node.returns, here)
                outer.append(node.returns)
        for child in outer:
            yield from self.visit(child, here)
        inner = here
        if not isinstance(node, ast.ClassDef):
            inner = self.inside(node, here)
        for child in node.body:
            yield from self.visit(child, inner)

    def inside(self, node: ast.FunctionDef | ast.AsyncFunctionDef, here: bool) -> bool:
        """What the plain name means in a function's body."""
        own = {name for child in node.body for name in bound_names(child)} | set(arguments_of(node))
        if any(isinstance(child, ast.Global) and self.old in child.names for child in ast.walk(node)):
            return self.file.path in self.homes.paths
        if self.old not in own:
            return here
        return self.old not in arguments_of(node) and any(
            isinstance(child, ast.ImportFrom) and self.imports(child) for child in ast.walk(node)
        )

    def imports(self, node: ast.ImportFrom) -> bool:
        """Whether a statement imports the object, under any name."""
        return self.file.module_of(node) in self.homes and any(a.name == self.old for a in node.names)

    def simple(self, node: ast.AST, here: bool) -> Iterator[Edit]:
        file = self.file
        if isinstance(node, ast.Name):
            if node.id == self.old and here:
                yield self.edit(file.start(node))
        elif isinstance(node, ast.ImportFrom):
            yield from self.imported(node)
        elif isinstance(node, ast.Attribute):
            if node.attr == self.old and self.is_home(node.value):
                end = file.end(node)
                yield self.edit(end - len(self.old))
        elif isinstance(node, ast.arg | ast.AnnAssign):
            if node.annotation is not None:
                yield from self.annotation(node.annotation, here)
        elif isinstance(node, ast.Subscript):
            if isinstance(node.value, ast.Name) and node.value.id in self.registries:
                yield from self.text(node.slice)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and here:
            yield from self.public_names(node)

    def imported(self, node: ast.ImportFrom) -> Iterator[Edit]:
        if self.imports(node):
            for alias in node.names:
                if alias.name == self.old:
                    yield self.edit(self.file.start(alias))

    def public_names(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[Edit]:
        """The name in what ``__all__`` is set to."""
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            for child in ast.walk(node.value) if node.value is not None else ():
                yield from self.text(child)

    def text(self, node: ast.AST) -> Iterator[Edit]:
        """A string that is exactly the name."""
        if isinstance(node, ast.Constant) and node.value == self.old:
            start = self.file.start(node)
            at = self.file.text.find(self.old, start)
            if at >= 0:
                yield self.edit(at)

    def annotation(self, node: ast.AST, here: bool) -> Iterator[Edit]:
        """The name in annotations that are written as strings."""
        if not here:
            return
        for child in ast.walk(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str):
                start = self.file.start(child)
                end = self.file.end(child)
                for match in re.finditer(rf"(?<![\w.]){re.escape(self.old)}\b", self.file.text[start:end]):
                    yield self.edit(start + match.start())

    def is_home(self, node: ast.AST) -> bool:
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.modules:
            return False
        return ".".join((self.modules[node.id], *reversed(names))) in self.homes


def arguments_of(node: Function) -> list[str]:
    """The names of all parameters."""
    every = node.args
    names = [one.arg for one in (*every.posonlyargs, *every.args, *every.kwonlyargs)]
    return names + [one.arg for one in (every.vararg, every.kwarg) if one is not None]
