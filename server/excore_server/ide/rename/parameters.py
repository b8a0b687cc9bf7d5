"""Rename a parameter of a registered class or function in Python, where every call of it is seen."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence

from excore.lang.catalog import Catalog, Entry, Location
from excore_server.ide.edits import Edit
from excore_server.ide.rename.python_names import (
    Placed,
    PythonFile,
    PythonSources,
    RenameError,
    arguments_of,
    bound_names,
    python_files,
    uses_in_python,
)

_TESTS = ("isinstance", "issubclass")
_BUILDERS = ("__init__", "__new__", "__call__")


def rename_parameter(
    entries: Sequence[Entry], at: Location, old: str, new: str, sources: PythonSources, catalog: Catalog
) -> dict[str, list[Edit]]:
    """Edits by file: the parameter defined ``at`` a place, its uses, and the calls that pass it by name, for all
    ``entries`` that have it.

    Raises ``RenameError`` with the place where reading cannot tell whether it is passed.
    """
    holding = {file.path: file for file in python_files(sources, old)}
    home = holding.get(at.path)
    function = _function_at(home, at, old) if home is not None else None
    if home is None or function is None:
        text = home.lines.line(at.line) if home is not None and at.line < len(home.lines) else ""
        if text[at.column : at.column + len(old)] != old:
            raise RenameError(f"{os.path.basename(at.path)} has changed since `{old}` was read in it; try again")
        raise RenameError(f"`{old}` is a field that a constructor is generated from; rename it in Python")
    changes = {home.path: list(_Definition(home, function, old, new).edits())}
    _check_paths([entry.name for entry in entries], old, holding.values())
    own = {(entry.location.path, entry.location.line) for entry in entries if entry.location is not None}
    calls: dict[str, _Calls] = {}
    for entry in entries:
        for file, edits in uses_in_python(entry, entry.name, sources, catalog):
            if file.path not in calls:
                calls[file.path] = _Calls(file, old, new, own)
            for edit in edits:
                changes.setdefault(file.path, []).extend(calls[file.path].at(edit.start))
    return {path: sorted(set(edits)) for path, edits in changes.items() if edits}


def _check_paths(names: Iterable[str], old: str, files: Iterable[PythonFile]) -> None:
    """Raises ``RenameError`` where Python changes the argument of a config by its path."""
    any_name = "|".join(map(re.escape, names))
    path = re.compile(rf"""\b(?:{any_name})(?:\.|["']?\]\[["']|["']?\]\.|\[["']){re.escape(old)}\b""")
    for file in files:
        found = path.search(file.text)
        if found is not None:
            raise _unseen(old, file, found.start(), f"`{found[0]}` may be its path")


def _unseen(name: str, file: PythonFile, at: Placed | int, why: str) -> RenameError:
    return RenameError(f"`{name}` cannot be renamed everywhere: {file.place(at)}: {why}")


def _function_at(file: PythonFile, at: Location, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            every = [one for one in (*node.args.args, *node.args.kwonlyargs) if one.arg == name]
            if (at.line, at.column) in (file.lines.position(file.start(one)) for one in every):
                return node
    return None


class _Definition:
    """The function whose parameter it is."""

    def __init__(self, file: PythonFile, node: ast.FunctionDef | ast.AsyncFunctionDef, old: str, new: str) -> None:
        self.file = file
        self.node = node
        self.old = old
        self.new = new

    def edits(self) -> Iterator[Edit]:
        node, file = self.node, self.file
        inside = [one for child in node.body for one in ast.walk(child)]
        names = {name for child in node.body for name in bound_names(child)} | set(arguments_of(node))
        names |= {one.id for one in inside if isinstance(one, ast.Name)}
        if self.new in names:
            raise RenameError(f"{file.place(node)}: `{node.name}` has a name `{self.new}` already")
        for one in inside:
            if isinstance(one, ast.Name) and one.id in ("locals", "vars", "eval", "exec"):
                raise RenameError(f"{file.place(one)}: `{one.id}` may use `{self.old}` by its name")
        owner = next((one for one in file.tree.body if isinstance(one, ast.ClassDef) and node in one.body), None)
        for docstring in (node, owner):
            yield from self.documentation(docstring)
        argument = next(one for one in (*node.args.args, *node.args.kwonlyargs) if one.arg == self.old)
        yield self.edit(file.start(argument))
        for child in node.body:
            yield from self.uses(child)

    def edit(self, start: int) -> Edit:
        return Edit(start, start + len(self.old), self.new)

    def uses(self, node: ast.AST) -> Iterator[Edit]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            given: list[ast.AST] = [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]
            given += node.decorator_list if not isinstance(node, ast.Lambda) else ()
            for child in given:
                yield from self.uses(child)
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            own = set(arguments_of(node))
            if not isinstance(node, ast.Lambda):
                declared = {name for one in ast.walk(node) if isinstance(one, ast.Nonlocal) for name in one.names}
                own |= {name for child in body for name in bound_names(child)} - declared
                if self.old in declared:
                    raise RenameError(f"{self.file.place(node)}: `nonlocal {self.old}`; rename it in Python")
            for child in body if self.old not in own else ():
                yield from self.uses(child)
            return
        if isinstance(node, ast.Name) and node.id == self.old:
            yield self.edit(self.file.start(node))
        for child in ast.iter_child_nodes(node):
            yield from self.uses(child)

    def documentation(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None) -> Iterator[Edit]:
        """The name in front of its description in a docstring."""
        first = node.body[0] if node is not None else None
        if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
            return
        if isinstance(first.value.value, str):
            start = self.file.start(first)
            end = self.file.end(first)
            pattern = rf"^[ \t]*(?::param [^:\n]*?)?({re.escape(self.old)})(?=[ \t]*[:(])"
            for match in re.finditer(pattern, self.file.text[start:end], re.MULTILINE):
                yield self.edit(start + match.start(1))


class _Calls:
    """What is done with a class in one file, wherever it is named."""

    def __init__(self, file: PythonFile, old: str, new: str, own: set[tuple[str, int]]) -> None:
        self.file = file
        self.old = old
        self.new = new
        self.own = own
        self.parents: dict[ast.AST, ast.AST] = {}
        self.named: dict[int, Placed] = {}
        for node in ast.walk(file.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
            if isinstance(node, ast.Name | ast.alias):
                self.named[file.start(node)] = node
            elif isinstance(node, ast.Attribute):
                end = file.end(node)
                self.named[end - len(node.attr)] = node
            elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                at = file.start(node.slice)
                self.named[at + 1] = node  # behind the quote
            elif isinstance(node, ast.ClassDef) and self._is_own(node):
                self.named[file.text.index(node.name, file.start(node))] = node

    def _is_own(self, node: ast.ClassDef) -> bool:
        return any(path == self.file.path and line == node.lineno - 1 for path, line in self.own)

    def at(self, start: int) -> Iterator[Edit]:
        """The edits that the name at an offset asks for. Raises ``RenameError`` where it is used in a way that may pass
        the parameter unseen."""
        node = self.named.get(start)
        if isinstance(node, ast.alias) and node.asname not in (None, node.name):
            raise self.unseen(node, f"`{node.asname}` is another name of `{node.name}`")
        if node is None or isinstance(node, ast.alias):
            return  # an import, `__all__` or an annotation as text
        if isinstance(node, ast.ClassDef):
            yield from self.inside(node)
            return
        parent = self.parents[node]
        if isinstance(parent, ast.Call) and parent.func is node:
            yield from self.call(parent)
        elif isinstance(parent, ast.ClassDef) and node in parent.bases:
            if not self._is_own(parent):
                if not any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in parent.body):
                    raise self.unseen(parent, f"`{parent.name}` inherits the parameter")
                yield from self.inside(parent)
        elif not self.is_harmless(node, parent):
            raise self.unseen(node, f"`{ast.unparse(node)}` is used as a value")

    def is_harmless(self, node: ast.AST, parent: ast.AST) -> bool:
        """Whether a use of the class calls nothing."""
        if isinstance(parent, ast.Attribute):
            return parent.attr not in _BUILDERS or isinstance(self.parents[parent], ast.Call)
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id in _TESTS:
            return True
        child = node
        while not isinstance(parent, ast.stmt | ast.arg):
            if isinstance(parent, ast.Call):
                return False
            child, parent = parent, self.parents[parent]
        if isinstance(parent, ast.arg):
            return True
        if isinstance(parent, ast.AnnAssign):
            return parent.annotation is child
        return isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) and parent.returns is child

    def inside(self, node: ast.ClassDef) -> Iterator[Edit]:
        """The calls of constructors in the body of a class that has the parameter."""
        for one in ast.walk(node):
            if isinstance(one, ast.Constant) and one.value == self.old:
                raise self.unseen(one, f'"{self.old}" may be its name')
            if isinstance(one, ast.Call) and _is_constructor(one.func):
                yield from self.call(one, forwards=True)

    def call(self, node: ast.Call, forwards: bool = False) -> Iterator[Edit]:
        """``forwards``: what a constructor passes on was passed to it by name, and its calls are looked at."""
        for keyword in node.keywords:
            if keyword.arg == self.old:
                start = self.file.start(keyword)
                yield Edit(start, start + len(self.old), self.new)
            elif keyword.arg is None and not forwards and not _has_no(keyword.value, self.old):
                raise self.unseen(node, f"`**{ast.unparse(keyword.value)}` may pass it")

    def unseen(self, node: Placed, why: str) -> RenameError:
        return _unseen(self.old, self.file, node, why)


def _is_constructor(func: ast.expr) -> bool:
    if isinstance(func, ast.Name):
        return func.id == "cls"
    if isinstance(func, ast.Attribute):
        return func.attr in ("__init__", "__new__", "__class__")
    return isinstance(func, ast.Call) and isinstance(func.func, ast.Name) and func.func.id == "type"


def _has_no(node: ast.expr, name: str) -> bool:
    """Whether a mapping that is written out holds other keys alone."""
    if not isinstance(node, ast.Dict):
        return False
    return all(isinstance(key, ast.Constant) and key.value != name for key in node.keys)
