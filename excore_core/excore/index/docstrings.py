"""Documentation of single parameters, read from docstrings in Google, NumPy or Sphinx style."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from excore.lang.catalog import Entry, Param

_DESCRIBES = re.compile(
    r":param|@param|^\s*(?:Args|Arguments|Parameters|Params|Attributes|Keyword Args)\b", re.MULTILINE
)


@lru_cache(maxsize=2048)
def param_docs(docstring: str) -> Mapping[str, str]:
    """What ``docstring`` says about each parameter; empty where it describes none or cannot be read."""
    if not _DESCRIBES.search(docstring):
        return {}
    from docstring_parser import ParseError, parse  # late: its import costs more than reading a whole project

    try:
        parsed = parse(docstring)
    except ParseError:
        return {}
    docs: dict[str, str] = {}
    for item in parsed.params:
        if item.description:
            for name in item.arg_name.split(","):
                docs.setdefault(name.strip().lstrip("*"), " ".join(item.description.split()))
    return docs


def cleaned(docstring: str) -> str:
    """A raw docstring without its indentation and outer blank lines."""
    return "\n".join(line.rstrip() for line in inspect.cleandoc(docstring).split("\n")).strip("\n")


def documented(entry: Entry) -> Entry:
    """``entry`` with ``Param.doc`` filled; the very same one if there is nothing to add."""
    params = tuple(_documented(param, entry) for param in entry.signature.params)
    if params == entry.signature.params:
        return entry
    return replace(entry, signature=replace(entry.signature, params=params))


def _documented(param: Param, entry: Entry) -> Param:
    """``param`` with the first text about it: of the entry's own docstring (owner ""), or that of the class that
    declares it, and only then of other classes, whose parameters of this name may mean something else."""
    if param.doc:
        return param
    ranked = sorted(entry.docstrings, key=lambda item: (item[0] not in ("", param.owner), item[0] != ""))
    doc = next((doc for _, text in ranked if (doc := param_docs(text).get(param.name))), "")
    return replace(param, doc=doc) if doc else param
