"""Documentation of single parameters, read from docstrings in Google, NumPy or Sphinx style."""

from __future__ import annotations

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
    found: dict[str, str] = {}
    for item in parsed.params:
        if item.description:
            for name in item.arg_name.split(","):
                found.setdefault(name.strip().lstrip("*"), " ".join(item.description.split()))
    return found


def cleaned(docstring: str) -> str:
    """A raw docstring without its indentation and outer blank lines."""
    if "\n" not in docstring:
        return docstring.strip()
    first, *rest = docstring.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in rest if not line.isspace() and line), default=0)
    return "\n".join([first.strip(), *(line[margin:].rstrip() for line in rest)]).strip("\n")


def documented(entry: Entry) -> Entry:
    """``entry`` with ``Param.doc`` filled; the very same one if there is nothing to add."""
    params = tuple(_documented(param, entry) for param in entry.signature.params)
    if params == entry.signature.params:
        return entry
    return replace(entry, signature=replace(entry.signature, params=params))


def _documented(param: Param, entry: Entry) -> Param:
    if param.doc:
        return param
    ranked = sorted(entry.docstrings, key=lambda item: (item[0] != "" and item[0] != param.owner, item[0] != ""))
    for _, text in ranked:
        doc = param_docs(text).get(param.name)
        if doc:
            return replace(param, doc=doc)
    return param
