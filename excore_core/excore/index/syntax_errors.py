"""Files that Python cannot parse, where a name is unknown that one of them may register."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Collection, Iterator

from excore.index import python_files
from excore.lang.project.model import Project
from excore.lang.text import conflicts


def unparsed(project: Project, names: Collection[str]) -> Iterator[str]:
    """One line for each file of a project in which one of ``names`` stands and that Python cannot parse."""
    for file in python_files.walk(project.root, project.exclude) if names else ():
        data = python_files.read(file.path)
        if data is None:
            continue
        text = python_files.decode(data)
        if not any(name in text for name in names):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except SyntaxError as error:
            place = f"{os.path.relpath(file.path)}:{error.lineno or 1}"
            reason = "a merge conflict" if conflicts(text) else error.msg
            yield f"{place}: {reason}; what this file registers is not known"
        except (ValueError, RecursionError, MemoryError):
            continue
