"""Documentation of single parameters, read from docstrings in Google, NumPy or Sphinx style."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from excore.lang.catalog import Entry, Param

KEYWORD_SECTIONS = ("Keyword Args", "Keyword Arguments", "Keyword Parameters", "Keywords", "Kwargs", "Other Parameters")
"""Titles of sections of docstrings that describe parameters that are given by keyword."""

_DESCRIBES = re.compile(
    rf"[:@](?:param|arg|key)|^\s*(?:Args|Arguments|Parameters|Params|Attributes|{'|'.join(KEYWORD_SECTIONS)})\b",
    re.MULTILINE,
)
_TITLE = re.compile(r"^([A-Z][a-z]+(?: [A-Za-z]+)?):+[ \t]*$", re.MULTILINE)


@lru_cache(maxsize=2048)
def param_docs(docstring: str) -> Mapping[str, str]:
    """What ``docstring`` says about each parameter; empty where it describes none or cannot be read."""
    if not _DESCRIBES.search(docstring):
        return {}
    from docstring_parser import ParseError, epydoc, google, numpydoc, rest  # late: it costs more than a project

    keywords = [google.Section(title, "param", google.SectionType.MULTIPLE) for title in KEYWORD_SECTIONS]
    known = [*google.DEFAULT_SECTIONS, *keywords]
    titles = set(_TITLE.findall(inspect.cleandoc(docstring))) - {section.title for section in known}
    others = [google.Section(title, "other", google.SectionType.SINGULAR) for title in sorted(titles)]
    numpy = numpydoc.NumpydocParser()
    for title in KEYWORD_SECTIONS:
        numpy.add_section(numpydoc.ParamSection(title, "other_param"))
    best: dict[str, str] = {}
    for parse in (rest.parse, google.GoogleParser([*known, *others]).parse, numpy.parse, epydoc.parse):
        try:
            params = parse(docstring).params
        except ParseError:
            continue
        docs: dict[str, str] = {}
        for item in params:
            text = " ".join((item.description or "").split())
            for name in item.arg_name.split(",") if text else ():
                docs.setdefault(name.strip().lstrip("*"), text)
        best = docs if len(docs) > len(best) else best
    return best


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
