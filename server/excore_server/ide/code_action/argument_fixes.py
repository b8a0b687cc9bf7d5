"""Fixes of arguments: add those that are missing, take away those that are not wanted, mend values."""

from __future__ import annotations

import math
from collections.abc import Iterator

from excore.lang.catalog import Entry, Param
from excore.lang.check.annotations import mismatch, read_annotation
from excore.lang.nearest import distance
from excore.lang.problems import Origin, Problem
from excore.lang.resolve.model import Path
from excore.lang.syntax.scalar import content
from excore.lang.syntax.tree import Scalar
from excore.lang.tables.table import Binding
from excore_server.ide.candidates import config_parameters
from excore_server.ide.code_action.quick_fix import Fix, fact, fix
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import (
    add_section,
    add_to_table,
    block_path,
    entry_at,
    header_text,
    locate,
    remove_entry,
    remove_key,
    remove_section,
)
from excore_server.ide.habits import Habits
from excore_server.ide.name_sites import key_sites
from excore_server.ide.snippets import literal, prefixed, read_value, to_toml
from excore_server.ide.view import View, bindings_at

_TITLES = {
    "unknown-parameter": "Remove `{}`",
    "duplicate-argument": "Remove this `{}`",
    "duplicate-key": "Remove this `{}`",
    "ineffective-override": "Remove `{}`: its value is inherited",
    "unused-section": "Remove this table",
    "unused-variable": "Remove `{}`",
    "module-arguments": "Remove `{}`",
    "invalid-header": "Remove `{}`",
}


def binding_at(view: View, origin: Origin) -> tuple[Path, Binding] | None:
    """The binding of this file whose key has this range, and its path."""
    start = view.file.absolute(origin).start
    for site in key_sites(view.snapshot, view.file, view.file.tree.index_of.get(origin.block)):
        if site.span.start == start:
            binding = bindings_at(view.file.tables.root, site.path[:-1]).get(site.path[-1])
            return (site.path, binding) if binding is not None else None
    return None


def missing_arguments(view: View, problem: Problem) -> Iterator[Fix]:
    """The arguments a class requires, in its table; in a table of its own where it has none."""
    names = tuple(fact(problem, "missing").split(","))
    origin = problem.origin
    quoted = view.quoted(view.file.tree.index_of[origin.block])
    if locate(origin.block, origin.start, origin.end) is None:
        yield from _table_for(view, problem, quoted)
        return
    path, binding = binding_at(view, origin) or ((), None)
    entry = view.entry(path)
    if binding is None or entry is None:
        return
    what = f"`{names[0]}`" if len(names) == 1 else f"the {len(names)} missing arguments"
    for title, lines, preferred in (
        (f"Add {what}", view.writer(quoted).required(entry, names, Habits(view).usual(path, entry)[1]), True),
        (f"Add all arguments of `{entry.name}`", all_lines(view, entry, path, quoted), False),
    ):
        edit = add_to_table(view.file, binding, lines, view.grammar, quoted)
        if edit is not None:
            yield fix(view, title, edit, preferred=preferred)


def all_lines(view: View, entry: Entry, path: Path, quoted: bool) -> list[str]:
    """A line for each argument that is not given: what must be, and what has a default that TOML can express."""
    section = view.model.sections.get(path)
    writer = view.writer(quoted)
    lines = []
    for param in config_parameters(entry):
        if section is not None and param.name in section.arguments:
            continue
        text = to_toml(literal(param.default))
        if param.needed:
            lines.append(writer.argument(param))
        elif text is not None:
            lines.append(f"{prefixed(param.name, None, quoted)} = {text}")
    return lines


def _table_for(view: View, problem: Problem, quoted: bool) -> Iterator[Fix]:
    for path in view.model.implicit:
        entry = view.entry(path)
        if entry is not None and any(use.origin == problem.origin for use in view.model.users[path]):
            head = header_text(path, quoted, view.grammar)
            lines = view.writer(quoted).required(entry, *Habits(view).usual(path, entry))
            edit = add_section(view.file, head, lines)
            yield fix(view, f"Create `{head}` with its required arguments", edit, preferred=True)


def redundant(view: View, problem: Problem) -> Iterator[Fix]:
    """Without the key or table of the problem."""
    origin = problem.origin
    index = view.file.tree.index_of[origin.block]
    located = locate(origin.block, origin.start, origin.end)
    if located is None:
        return
    title = _TITLES[problem.code].format(located.part.name)
    if problem.code == "module-arguments":
        path, _ = binding_at(view, origin) or ((), None)
        section = view.model.sections.get(path[:-1])
        arguments = section.arguments.values() if section is not None else ()
        mine = [one.binding.origin for one in arguments if one.binding.file == view.file.path]
        edits = [edit for one in mine for edit in remove_key(view.file, one)]
        yield fix(view, "Remove the arguments", *edits, preferred=True)
        return
    if problem.code == "duplicate-key" and located.entry is None:
        yield fix(view, title, remove_section(view.file, index))
        return
    if problem.code == "duplicate-key" and located.entry is not None:
        edit = remove_entry(view.file, index, located.entry, located.siblings, located.inline)
        yield fix(view, title, edit, preferred=True)
        return
    certain = problem.code == "ineffective-override"
    preferred = certain or problem.code in ("unknown-parameter", "duplicate-argument")
    yield fix(view, title, *remove_key(view.file, origin), preferred=preferred, certain=certain)
    if problem.code == "duplicate-argument":
        for other in problem.related:
            if other.origin.file == view.file.path and other.origin.block in view.file.tree.index_of:
                yield fix(view, "Remove the one above", *remove_key(view.file, other.origin))


# -- values


def wrong_value(view: View, problem: Problem) -> Iterator[Fix]:
    """The value as the annotation wants it: in quotes or without, in a list, one of the choices."""
    origin = problem.origin
    entry = entry_at(origin.block, origin.start)
    if problem.suggestions or entry is None or (entry.value.start, entry.value.end) != (origin.start, origin.end):
        return
    slot = view.slot((*block_path(origin.block), *(part.name for part in entry.parts)))
    param = view.param(slot)
    if param is None or slot.deeper or slot.prefix is not None:
        return
    span = view.file.absolute(origin)
    for number, text in enumerate(_rewritten(view.file.text[span.start : span.end], entry.value, param)):
        yield fix(view, f"Change to `{text}`", Edit(span.start, span.end, text), preferred=not number)


def _rewritten(raw: str, value: object, param: Param) -> Iterator[str]:
    candidates: list[str] = []
    if isinstance(value, Scalar) and value.kind == "string":
        text = str(value.value)
        close = sorted((one for one in param.choices if isinstance(one, str)), key=lambda one: distance(text, one))
        candidates += [shown for shown in map(to_toml, close) if shown is not None][:5]
        start, end = content(raw)
        inside = raw[start:end].strip()
        candidates += [inside, inside.lower()]
        if inside.lower() in ("yes", "on", "no", "off"):
            candidates.append("true" if inside.lower() in ("yes", "on") else "false")
    elif isinstance(value, Scalar):
        choices = list(param.choices)
        if isinstance(there := value.value, int | float):
            choices.sort(key=lambda one: abs(one - there) if isinstance(one, int | float) else math.inf)
        candidates += [shown for shown in map(to_toml, choices) if shown is not None][:5]
        candidates.append(to_toml(raw) or raw)
        if value.kind == "float" and isinstance(value.value, float) and value.value.is_integer():
            candidates.append(repr(int(value.value)))
        if value.kind == "integer" and value.value in (0, 1):
            candidates.append("true" if value.value else "false")
    candidates.append(f"[{raw}]")
    annotation = read_annotation(param.annotation or "Any")
    for text in dict.fromkeys(candidates):
        made = read_value(text)
        if made is not None and text != raw and mismatch(annotation, made, param.choices) is None:
            yield text
