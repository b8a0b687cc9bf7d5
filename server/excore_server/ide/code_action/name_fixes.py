"""Fixes of names: did you mean, and the right registry."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.nearest import distance, nearest
from excore.lang.problems import Problem
from excore_server.ide.code_action.quick_fix import Fix, fact, fix
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import Located, block_path, key_text, locate, scalar_at
from excore_server.ide.name_sites import KeySite, bases, key_sites, module_name, sites
from excore_server.ide.view import View

_MOST = 5
_OF_SWEEPS = ("unknown-key", "invalid-sweep")


def near_names(view: View, problem: Problem) -> Iterator[Fix]:
    """Each suggestion in place of the range of the problem: a key, or a part of a reference."""
    origin = problem.origin
    span = view.file.absolute(origin)
    there = view.file.text[span.start : span.end]
    located = locate(origin.block, origin.start, origin.end)
    suggestions = problem.suggestions[:_MOST]
    certain = problem.code != "ambiguous-reference" and is_clear(fact(problem, "name") or there, suggestions)
    if located is None and scalar_at(origin.block, origin.start) is None and not there.isidentifier():
        return
    if problem.code in _OF_SWEEPS:  # other suggestions are whole paths
        suggestions = tuple(text for text in suggestions if nearest(there.strip("\"'"), (text,)))
    changes = ((text, list(_named(view, problem, located, text))) for text in suggestions)
    for number, (text, edits) in enumerate(change for change in changes if change[1]):
        yield fix(view, _title(problem, text), *edits, preferred=not number, certain=certain and not number)


def is_clear(name: str, suggestions: tuple[str, ...]) -> bool:
    """Whether the first suggestion is one typo away and no other is, or is the only one."""
    if len(suggestions) < 2:
        return bool(suggestions)
    return distance(name, suggestions[0]) < distance(name, suggestions[1])


def _title(problem: Problem, text: str) -> str:
    if problem.code in ("ambiguous-reference", "reserved-name"):
        return f"Write `{text}`"
    if problem.code == "wrong-type":
        return f"Pass the module: `{text}`"
    return f"Change to `{text}`"


def _named(view: View, problem: Problem, located: Located | None, text: str) -> Iterator[Edit]:
    origin = problem.origin
    span = view.file.absolute(origin)
    if located is None:
        yield Edit(*span, text)
    elif problem.code == "unknown-class":
        yield from _section_named(view, problem, text)
    elif problem.code == "unknown-table" and located.header is not None:
        yield from _headers_named(view, located, text)
    else:
        index = view.file.tree.index_of[origin.block]
        yield Edit(*span, key_text(text, located.part, origin.block, view.grammar, view.quoted(index)))


def _section_named(view: View, problem: Problem, name: str) -> Iterator[Edit]:
    """A table under another name: each header and key of it in this file, and the references to it."""
    origin, grammar = problem.origin, view.grammar
    start = view.file.absolute(origin).start
    index = view.file.tree.index_of[origin.block]
    path = next((site.path for site in key_sites(view.snapshot, view.file, index) if site.span.start == start), ())
    if not path or name in view.own_bindings(path[:-1]):
        return
    for site in sites(view.snapshot, view.file, path[-1]):
        if isinstance(site, KeySite):
            if site.path == path:
                yield Edit(*site.span, key_text(name, site.part, view.block(site.block), grammar))
            continue
        for base in bases(site.expression(grammar)):
            old, span = module_name(base)
            if old == path[-1] and view.bound_paths(base) == (path,):
                yield Edit(*site.span(*span), name)


def _headers_named(view: View, located: Located, name: str) -> Iterator[Edit]:
    """The same part of every header that begins like this one."""
    depth = located.depth
    path = tuple(part.name for part in located.parts[: depth + 1])
    if view.own_bindings((*path[:-1], name)).keys() & view.own_bindings(path).keys():
        return
    for block, base in zip(view.file.tree.blocks, view.file.tree.starts, strict=True):
        if block.header is not None and block_path(block)[: depth + 1] == path:
            part = block.header.parts[depth]
            yield Edit(base + part.start, base + part.end, key_text(name, part, block, view.grammar))


def other_registry(view: View, problem: Problem) -> Iterator[Fix]:
    """The table under a field whose registry knows the class."""
    origin = problem.origin
    located = locate(origin.block, origin.start, origin.end)
    if located is None or located.header is None or located.depth != 1:
        return
    name = located.part.name
    group = located.parts[0]
    registries = [entry.registry for entry in view.catalog.by_name.get(name, ())]
    fields = [field for field in view.project.primary_fields if view.project.registry_of(field) in registries]
    fields += [registry for registry in registries if registry not in fields and not fields]
    for field in fields[:_MOST]:
        if name in view.own_bindings((field,)) or field == group.name:
            continue
        edits = []
        for block, base in zip(view.file.tree.blocks, view.file.tree.starts, strict=True):
            if block.header is not None and block_path(block)[:2] == (group.name, name):
                part = block.header.parts[0]
                edits.append(Edit(base + part.start, base + part.end, key_text(field, part, block, view.grammar)))
        yield fix(view, f"Move to `[{field}.{name}]`", *edits, preferred=len(fields) == 1)
