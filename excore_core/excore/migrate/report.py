"""The report of a migration: what was proved, what was not and why, and what is left to do."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from excore.lang.source import read_bytes
from excore.lang.text import printable
from excore.migrate.migration import Migration, Result
from excore.migrate.proof import Figures
from excore.migrate.tables import Classes

NAME = "migration.md"
MARK = "<!-- written by excore migrate -->"


def figures(results: list[Result]) -> str:
    """One line: how many files were proved, and what the proofs looked at."""
    total = Figures()
    for result in results:
        total.add(result.figures)
    proved = sum(result.proved for result in results)
    share = proved / len(results) if results else 0.0
    return (
        f"{proved} of {len(results)} files converted and proved equal ({share:.1%}): {total.objects} objects, "
        f"{total.arguments} values; {total.tuples} tuples are lists, {total.nothing} times None"
    )


def report(migration: Migration) -> str:
    """The whole as Markdown."""
    results = list(migration.results.values())
    lines = [MARK, "", "# Migration", "", figures(results) + "."]
    sections = (
        ("Not converted", _unread(migration, results)),
        ("Not proved", _differences(migration, results)),
        ("Constructors that build from dicts", constructors(migration.classes)),
        ("Dicts that stay dicts", _dicts(migration.classes)),
        ("Bases that were taken in", _inlined(migration, results)),
        ("Also to know", _told(migration, results)),
    )
    for title, found in sections:
        items = list(found)
        if items:
            lines += ["", f"## {title}", "", *items]
    return "\n".join(printable(line) for line in lines) + "\n"


def _unread(migration: Migration, results: list[Result]) -> Iterator[str]:
    for result in results:
        yield from (f"- {_name(migration, result.source)}:{one}" for one in result.unread)


def _differences(migration: Migration, results: list[Result]) -> Iterator[str]:
    for result in results:
        if result.difference is not None:
            yield f"- {_name(migration, result.source)}: {result.difference}"


def _inlined(migration: Migration, results: list[Result]) -> Iterator[str]:
    found = [result for result in results if result.inlined]
    if found:
        yield "TOML's merging takes nothing away; where a config does, the rest of that base stands in it:"
        yield ""
    for result in found:
        names = dict.fromkeys(_name(migration, base) for base in result.inlined)
        yield f"- {_name(migration, result.source)}: {', '.join(names)}"


def _told(migration: Migration, results: list[Result]) -> Iterator[str]:
    if any(result.figures.tuples for result in results):
        yield "- TOML has no tuples: they are lists."
    if any(result.figures.nothing for result in results):
        yield '- `None` is `&x = "None"`; a top-level name that is `None` is left out.'
    for _, path, name in migration.aliases:
        if not path.endswith(f".{name}"):
            yield f"- `{name}` is `{path}`, whose own name means another class of these configs"
    for result in results:
        yield from (f"- {_name(migration, result.source)}: {one}" for one in result.told)


def _dicts(classes: Classes) -> Iterator[str]:
    if classes.open:
        yield "Whoever takes such a dict completes it, or takes something out, before building; it stays as it was:"
        yield ""
    for name, reason in sorted(classes.open.items()):
        yield f"- `{name}` is written {reason}, so no object can be made of it alone"
    if classes.unknown:
        names = ", ".join(f"`{name}`" for name in sorted(classes.unknown))
        yield f"- in no registry that can be read: {names}. Register them, or install their package, and migrate again"


def constructors(classes: Classes) -> Iterator[str]:
    """Parameters that are given objects now, and that a constructor hands to a function that builds."""
    found: dict[tuple[str, int], str] = {}
    for (path, name), entry in sorted(classes.given.items()):
        param = entry.signature.get(name)
        place = param.location if param is not None else None
        call = _building_call(place.path, place.line + 1, name) if place is not None else None
        if param is not None and place is not None and call is not None:
            text = f"`{ast.unparse(call)} if isinstance({name}, dict) else {name}` takes both"
            where = f"line {call.lineno} of {os.path.basename(place.path)}"
            found[place.path, call.lineno] = f"- `{param.owner or path}` builds `{name}`, {where}: {text}"
    yield from found.values()


def _building_call(path: str, line: int, name: str) -> ast.Call | None:
    try:
        tree = ast.parse(read_bytes(path))
    except (OSError, SyntaxError, ValueError):
        return None
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.lineno <= line <= (function.body[0].lineno):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _builds(node.func) and name in _names(node):
                    return node
    return None


def _builds(function: ast.expr) -> bool:
    last = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return last == "build" or last.startswith("build_")


def _names(call: ast.Call) -> set[str]:
    values = (*call.args, *(keyword.value for keyword in call.keywords))
    return {value.id for value in values if isinstance(value, ast.Name)}


def _name(migration: Migration, path: str) -> str:
    return printable(os.path.relpath(path, migration.root).replace(os.sep, "/"))
