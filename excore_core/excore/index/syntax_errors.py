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
from excore.index.source_text import normalised
from excore.lang.project.model import Project
from excore.lang.text import conflicts

CONFLICT = "a merge conflict"
_NEWER = (  # how messages begin that are about what a newer Python parses
    *(["f-string"] if sys.version_info < (3, 12) else []),
    *(["multiple exception types"] if sys.version_info < (3, 14) else []),
)


def parsed(data: bytes) -> Parsed:
    """What keeps this Python from parsing a file with this content, and what the file imports whenever it is run."""
    tree = _tree(data)
    if not isinstance(tree, SyntaxError):
        return None, list(_imports(tree)) if tree is not None else []
    text = normalised(python_files.decode(data))
    unmerged = conflicts(text)
    if unmerged:
        return (text.count("\n", 0, unmerged[0].mark.start), 0, CONFLICT), []
    older = _tree(without_newer_syntax(text))
    is_newer = not isinstance(older, SyntaxError) or older.msg.startswith(_NEWER)
    return (max(tree.lineno or 1, 1) - 1, max(tree.offset or 1, 1) - 1, newer() if is_newer else tree.msg), []


def _tree(source: str | bytes) -> ast.Module | SyntaxError | None:
    """A text parsed, or why it does not parse; None if it might with more memory."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compile(tree, "", "exec", dont_inherit=True)  # which finds `return` outside of functions and the like
            return tree
    except SyntaxError as error:
        return error
    except ValueError as error:
        return SyntaxError(str(error))
    except (RecursionError, MemoryError):
        return None


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
