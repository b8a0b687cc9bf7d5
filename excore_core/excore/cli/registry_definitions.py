"""Definitions of registries in Python text: which there are, and the text with those that are missing."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.auto_register import source_folder
from excore.cli.output import fail, print_line, shown_path
from excore.cli.writing import write
from excore.lang.project.model import Project
from excore.lang.project.reading import find_project
from excore.lang.source import read_bytes
from excore.tooling.indexers import make_indexer

REGISTRY = "Registry"
PACKAGE = "excore"
PACKAGE_FILE = "__init__"
LOOSE_FILE = "registries"


def generate_registries(
    entry: Annotated[str, typer.Argument(help="The module of src_dir that gets the definitions.")] = "__init__",
) -> None:
    """Define the registries of the project file in Python. Those that are defined there already stay as they are.

    Where src_dir is the project itself, the module is `registries` unless another is named.
    """
    project = find_project(os.getcwd())
    if not project.registries:
        fail("the project file names no registries")
    define(project, entry)


def define(project: Project, entry: str) -> None:
    """Write the registries of a project into the module ``entry`` of its source folder, and say so."""
    folder = source_folder(project)
    if entry == PACKAGE_FILE and folder == project.root:
        entry = LOOSE_FILE  # the project itself is no package
    path = Path(folder, f"{entry.removesuffix('.py')}.py")
    try:
        text = read_bytes(path).decode("utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{shown_path(str(path))} cannot be read: {error}")
    try:
        changed = with_definitions(text, [spec.name for spec in project.registries])
    except SyntaxError as error:
        fail(f"{shown_path(str(path))}:{error.lineno}: {error.msg}")
    if changed == text and path.exists():
        print_line(f"{shown_path(str(path))} defines all registries")
        return
    names = [spec.name for spec in project.registries]
    elsewhere = _places(project, [name for name in names if name in defined(ast.parse(changed))], path)
    write(path, changed, project.root)
    print_line(f"registries are defined in {shown_path(str(path))}")
    for name, place in elsewhere.items():
        print_line(f"excore: `{name}` is defined in {place} too", err=True)


def _places(project: Project, names: Iterable[str], path: Path) -> dict[str, str]:
    """Those of the registries that the project defines in other files already, and where."""
    catalog = make_indexer(project).build()
    places = {}
    for name in names:
        info = catalog.registries.get(name)
        if info is not None and info.location is not None and info.location.path != str(path):
            places[name] = f"{shown_path(info.location.path)}:{info.location.line + 1}"
    return places


def defined(tree: ast.Module) -> list[str]:
    """Names of the registries that a module creates, in order."""
    names = {REGISTRY, *_imported(tree)}
    return [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node.func) in names
        for name in _first_text(node)
    ]


def with_definitions(text: str, registries: Iterable[str]) -> str:
    """``text`` with ``NAME = Registry("Name")`` for each registry that it does not create. Raises SyntaxError."""
    tree = ast.parse(text)
    existing = set(defined(tree))
    missing = [name for name in dict.fromkeys(registries) if name not in existing]
    if not missing:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    callee = next(iter(_imported(tree)), "")
    if not callee:
        text = _with_import(text, tree, newline)
        callee = REGISTRY
    if text and not text.endswith("\n"):
        text += newline
    if tree.body and not _is_registry(tree.body[-1], {callee, REGISTRY}):
        text += newline
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for name in missing:
        variable = _variable(name, used)
        used.add(variable)
        literal = f'"{name}"' if name.isidentifier() else repr(name)
        text += f"{variable} = {callee}({literal}){newline}"
    return text


def _imported(tree: ast.Module) -> Iterator[str]:
    """What the class is called where it is imported at the top of a module."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == PACKAGE:
            yield from (alias.asname or alias.name for alias in node.names if alias.name == REGISTRY)
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (f"{alias.asname or PACKAGE}.{REGISTRY}" for alias in node.names if alias.name == PACKAGE)


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_called(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _first_text(call: ast.Call) -> Iterator[str]:
    first = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "name")]
    for node in first[:1]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is_registry(node: ast.stmt, names: set[str]) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _called(node.value.func) in names


def _with_import(text: str, tree: ast.Module, newline: str) -> str:
    """``text`` with the import behind docstring and ``__future__``, or else above the first statement."""
    lines = text.splitlines(keepends=True) if text else []
    above = 0
    for index, node in enumerate(tree.body):
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        docstring = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not future and not docstring:
            break
        above = node.end_lineno or 0
    statement = f"from {PACKAGE} import {REGISTRY}{newline}"
    if above:
        if not lines[above - 1].endswith("\n"):
            lines[above - 1] += newline
        return "".join([*lines[:above], newline, statement, *lines[above:]])
    first = tree.body[0].lineno - 1 if tree.body else len(lines)
    if first and not lines[first - 1].endswith("\n"):
        lines[first - 1] += newline
    return "".join([*lines[:first], statement, *lines[first:]])


def _variable(name: str, used: set[str]) -> str:
    variable = re.sub(r"\W", "_", name).upper()
    if not variable.isidentifier():
        variable = f"_{variable}"
    while variable in used:
        variable += "_REGISTRY"
    return variable
