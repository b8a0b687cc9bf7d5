"""Files that Python cannot parse."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Collection, Iterator

from excore.index import python_files
from excore.index.error_recovery import without_newer_syntax
from excore.index.facts import Parsed
from excore.index.source_text import normalised, parse
from excore.lang.project.model import Project
from excore.lang.text import conflicts

CONFLICT = "a merge conflict"


def parsed(data: bytes) -> Parsed:
    """What keeps this Python from parsing a file with this content, and what the file imports whenever it is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return None, list(_imports(ast.parse(data)))
    except (SyntaxError, ValueError) as error:
        text = normalised(python_files.decode(data))
        unmerged = conflicts(text)
        if unmerged:
            return (text.count("\n", 0, unmerged[0].mark.start), 0, CONFLICT), []
        line, column = (error.lineno, error.offset) if isinstance(error, SyntaxError) else (1, 1)
        message = getattr(error, "msg", str(error))
        if parse(without_newer_syntax(text)) is not None:
            message = newer()
        return (max(line or 1, 1) - 1, max(column or 1, 1) - 1, message), []
    except (RecursionError, MemoryError):
        return None, []


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.level, node.module or "", alias.name) for alias in node.names)


def newer() -> str:
    """The message for syntax that only a newer Python has."""
    return f"syntax that Python {sys.version_info[0]}.{sys.version_info[1]} does not have"


def unparsed(project: Project, names: Collection[str]) -> Iterator[str]:
    """One line for each file of a project in which one of ``names`` stands and that Python cannot parse."""
    for file in python_files.walk(project.root, project.exclude) if names else ():
        data = python_files.read(file.path)
        text = python_files.decode(data) if data is not None else ""
        if data is not None and any(name in text for name in names):
            error = parsed(data)[0]
            if error is not None:
                yield f"{os.path.relpath(file.path)}:{error[0] + 1}: {error[2]}; what this file registers is not known"
