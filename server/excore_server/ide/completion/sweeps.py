"""What can be typed in a sweep file: its own keys, and along the axes what can be overridden in the config."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from excore.lang.sweep import AXES, EXCLUDE, KEYS, NAMES, RANGE, SEARCH, SWEEP, TABLES, Sweep
from excore.lang.syntax.arguments import plain_word
from excore.lang.text import Span
from excore.tooling.overriding import Word, words
from excore_server.ide.completion.items import CompletionList, Option, choose
from excore_server.ide.cursor import header_path
from excore_server.ide.snippets import quote
from excore_server.ide.view import View

_STRUCTURED = "[{\"'"
_KEY = re.compile(r"""[^\s="'\[\]{},]*\Z""")


def in_sweep(view: View, sweep: Sweep, offset: int) -> CompletionList:
    """All that can be typed at ``offset``; nothing in comments."""
    file = view.file
    line = file.text[file.text.rfind("\n", 0, offset) + 1 : offset]
    path = header_path(view.block(file.tree.block_at(offset)))
    key, equals, value = line.partition("=")
    if "#" in line:
        return CompletionList()
    if line.lstrip().startswith("["):
        typed = line.lstrip().lstrip("[")
        above = tuple(typed.split(".")[:-1])
        return _choose(view, _headers(view, sweep, above), typed.rpartition(".")[2], offset)
    if not equals:
        typed = key.strip().strip("\"'")
        return _choose(view, _keys(view, sweep, (*path, *typed.split(".")[:-1])), typed.rpartition(".")[2], offset)
    typed = (_KEY.search(value) or re.search(r"\Z", value))[0]  # type: ignore[index]
    is_quoted = value[: len(value) - len(typed)].endswith(('"', "'"))
    if is_quoted and value.count('"') % 2 == 0 and value.count("'") % 2 == 0:
        return CompletionList()
    if value.rpartition("{")[2].count("}") == 0 and "{" in value and path[:1] in ((AXES,), (EXCLUDE,)):
        if value.rpartition("{")[2].rpartition(",")[2].count("=") == 0:
            return _choose(
                view, (Option(name, 0, "keyword", f"{name} = ", detail=RANGE[name]) for name in RANGE), typed, offset
            )
        return CompletionList()
    where = (*path, *key.strip().strip("\"'").split("."))
    return _choose(view, _values(view, sweep, where, is_quoted), typed, offset)


def _choose(view: View, options: Iterator[Option], typed: str, offset: int) -> CompletionList:
    return choose(options, typed, Span(offset - len(typed), offset), limit=view.limit)


def _headers(view: View, sweep: Sweep, above: tuple[str, ...]) -> Iterator[Option]:
    if not above:
        yield from (Option(name, 0, "section", name, detail=text) for name, text in TABLES.items())
    elif above[0] == AXES:
        for word in _words(view, sweep, ".".join((*above[1:], ""))):
            name, _, rest = word.text.removeprefix(".".join((*above[1:], ""))).partition(".")
            if not rest and word.text.endswith("."):
                yield Option(name, 0, "section", name, detail=word.note)


def _keys(view: View, sweep: Sweep, where: tuple[str, ...]) -> Iterator[Option]:
    table, *above = where or ("",)
    before = "".join(f"{name}." for name in above)
    if table in KEYS:
        own = view.own_bindings((table,))
        names = KEYS[table].items()
        yield from (Option(name, 0, "keyword", f"{name} = ", detail=text) for name, text in names if name not in own)
    elif table == EXCLUDE:
        for axis in sweep.axes:
            if axis.key.startswith(before):
                name = axis.key.removeprefix(before)
                yield Option(name, 0, "parameter", f"{name} = ")
    elif table == AXES:
        for word in _words(view, sweep, before):
            name = word.text.removeprefix(before)
            if name.endswith("="):
                yield Option(name[:-1], 0, "parameter", f"{name[:-1]} = ", detail=word.note)
            else:
                yield Option(name[:-1], 1, "section", name, detail=word.note, again=True)


def _values(view: View, sweep: Sweep, where: tuple[str, ...], is_quoted: bool) -> Iterator[Option]:
    table, *path = where
    if path in (["base"], ["__base__"]) and table in (SWEEP, AXES, EXCLUDE):
        folder = os.path.dirname(view.file.path)
        for name in view.snapshot.candidates(view.project.root):
            if name != view.file.path and view.snapshot.sweep(name) is None:
                text = os.path.relpath(name, folder).replace(os.sep, "/")
                yield Option(text, text.count("../") * 2 + text.count("/"), "file", text if is_quoted else quote(text))
    elif table == SEARCH and len(path) == 1:
        for text in NAMES.get(path[0], ()):
            yield Option(text, 0, "choice", text if is_quoted else quote(text))
    elif table in (AXES, EXCLUDE):
        key = ".".join(path)
        for word in _words(view, sweep, f"{key}="):
            text = word.text.removeprefix(f"{key}=")
            is_text = not text.startswith(tuple(_STRUCTURED)) and plain_word(text, 0) is None
            if is_quoted:
                text = text.strip("\"'")
            yield Option(text, 0, "value", quote(text) if is_text and not is_quoted else text, detail=word.note)


def _words(view: View, sweep: Sweep, typed: str) -> list[Word]:
    return words(view.snapshot.own_model(sweep.base), typed) if view.snapshot.file(sweep.base) is not None else []
