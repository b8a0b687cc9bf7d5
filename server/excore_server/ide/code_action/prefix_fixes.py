"""Fixes of prefixes: one of two, the same for all users of a table, and `__no_call__`."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.grammar import NO_CALL_KEY, OBJECTS
from excore.lang.problems import Problem
from excore.lang.resolve.model import Path, Use
from excore.lang.syntax.tree import Block, KeyPart, Scalar
from excore_server.ide.code_action.quick_fix import Fix, fact, fix
from excore_server.ide.edits import Edit, workspace_edit
from excore_server.ide.edits_toml import entry_at, key_text, locate
from excore_server.ide.name_sites import key_sites
from excore_server.ide.snippets import quote
from excore_server.ide.view import View, absolute


def bad_prefix(view: View, problem: Problem) -> Iterator[Fix]:
    """The name with one of its prefixes."""
    if fact(problem, "value"):
        return
    origin, grammar = problem.origin, view.grammar
    part = _part_around(origin.block, origin.start)
    if part is None:
        return
    text = part.name
    stop = 0
    while stop < len(text) and (text[stop].isspace() or grammar.is_prefixed(text[stop])):
        stop += 1
    name = text[stop:].strip()
    base = view.file.tree.start_of(origin.block)
    if not name:
        return
    for number, char in enumerate(dict.fromkeys(text[:stop].replace(" ", "").replace("\t", ""))):
        made = key_text(char + name, part, origin.block, grammar)
        edit = Edit(base + part.start, base + part.end, made)
        yield fix(view, f"Write `{char}{name}`", edit, preferred=not number)


def other_prefix(view: View, problem: Problem) -> Iterator[Fix]:
    """The prefix under which the name means something."""
    char = fact(problem, "prefix")
    entry = entry_at(problem.origin.block, problem.origin.start)
    parts = entry.parts if char and entry is not None else ()
    part = next((part for part in parts if view.grammar.is_prefixed(part.name)), None)
    if part is not None:
        name = char + part.name[1:]
        text = key_text(name, part, problem.origin.block, view.grammar)
        base = view.file.tree.start_of(problem.origin.block)
        yield fix(view, f"Write `{name}`", Edit(base + part.start, base + part.end, text), preferred=True)


def _part_around(block: Block, offset: int) -> KeyPart | None:
    entry = entry_at(block, offset)
    parts = [*(block.header.parts if block.header is not None else ()), *(entry.parts if entry is not None else ())]
    return next((part for part in parts if part.start <= offset <= part.end), None)


def put_in_quotes(view: View, problem: Problem) -> Iterator[Fix]:
    """A prefixed key in quotes, and all of them in the file."""
    part = _part_around(problem.origin.block, problem.origin.start)
    if part is None or part.quoted:
        return
    span = view.file.absolute(problem.origin)
    edit = Edit(*span, quote(part.name))
    yield fix(view, f"Put `{part.name}` in quotes", edit, preferred=True, certain=True)
    sites = (site for site in key_sites(view.snapshot, view.file) if not site.part.quoted and not site.part.broken)
    every = [Edit(*site.span, quote(site.part.name)) for site in sites if view.grammar.is_prefixed(site.part.name)]
    if len(every) > 1:
        yield fix(view, "Put all prefixed keys in quotes", *every)


def no_call(view: View, problem: Problem) -> Iterator[Fix]:
    """``__no_call__`` as a boolean."""
    origin = problem.origin
    entry = entry_at(origin.block, origin.start)
    if entry is None or entry.parts[-1].name != NO_CALL_KEY or not isinstance(entry.value, Scalar):
        return
    span = view.file.absolute(origin)
    text = "true" if entry.value.value else "false"
    if (entry.value.start, entry.value.end) == (origin.start, origin.end):
        yield fix(view, f"Change to `{text}`", Edit(span.start, span.end, text), preferred=True)


def reuse(view: View, problem: Problem) -> Iterator[Fix]:
    """One prefix for all users of a table: that of the first here, or that of here for all others."""
    first = next((kind for kind in OBJECTS if kind == fact(problem, "first")), None)
    if first is None:
        return
    for target, uses in view.model.users.items():
        sharing = [use for use in uses if use.kind in OBJECTS]
        mine = [use for use in sharing if use.origin == problem.origin and use.kind != first]
        if not mine or all(use.kind == mine[0].kind for use in sharing):
            continue
        here = view.grammar.prefix(first).char
        other = next(view.grammar.prefix(kind).char for kind in OBJECTS if kind == mine[0].kind)
        edits = list(_switched(view, mine, here))
        if edits:
            yield Fix(f"Use `{here}` here too", workspace_edit(_by_file(edits)), preferred=True)
        edits = list(_switched(view, [use for use in sharing if use.kind == first], other))
        if edits:
            yield Fix(f"Use `{other}` for every use of `{'.'.join(target)}`", workspace_edit(_by_file(edits)))
        return


def _by_file(edits: list[tuple[str, Edit]]) -> dict[str, list[Edit]]:
    by_file: dict[str, list[Edit]] = {}
    for path, edit in edits:
        by_file.setdefault(path, []).append(edit)
    return by_file


def _switched(view: View, uses: list[Use], char: str) -> Iterator[tuple[str, Edit]]:
    """The keys of the arguments that use a table, with another prefix."""
    seen: set[tuple[Path, str]] = set()
    for use in uses:
        section = view.model.sections.get(use.user)
        argument = section.arguments.get(use.argument) if section is not None else None
        if argument is None or (use.user, use.argument) in seen:
            continue
        seen.add((use.user, use.argument))
        binding = argument.binding
        span = absolute(view.snapshot, binding.origin)
        located = locate(binding.block, binding.part.start, binding.part.end)
        if span is not None and located is not None:
            text = key_text(char + argument.name, binding.part, binding.block, view.grammar)
            yield binding.file, Edit(span.start, span.end, text)
