"""One mistake is told once: problems that only follow from others are left out.

Problems are only removed here, never added. A rule may remove a problem only because of another that stays: so a
config with errors keeps at least one, and ``check``, the editor and a load agree on whether it has any.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate

from excore.lang.check.typos import IN_BASES
from excore.lang.grammar import BASE_KEY
from excore.lang.problems import Origin, Problem
from excore.lang.provenance import OVERRIDES
from excore.lang.resolve.entries import entry_named
from excore.lang.resolve.model import Model, Path
from excore.lang.syntax.tree import Array, Block, InlineTable, Value

_OF_BASES = frozenset(("missing-base", "invalid-base", "circular-base"))
_LOST_BASES = frozenset((*_OF_BASES, "unreadable-file"))
_UNREAD = frozenset(("syntax", "bad-prefix"))
_UNUSED = frozenset(("unused-section", "unused-variable"))
# With one of these it is not known what the tables refer to.
_LOSE_USES = frozenset(
    """
    syntax bad-prefix duplicate-key duplicate-argument missing-base invalid-base circular-base unreadable-file
    unknown-class unknown-section unknown-variable unknown-hook empty-field ambiguous-reference reserved-name
    invalid-header invalid-reference invalid-path unknown-table
    """.split()
)


def causes(files: Sequence[Problem], meaning: Sequence[Problem], model: Model) -> list[Problem]:
    """``files`` and ``meaning``, the problems of the files and of ``model``, without those that follow from others."""
    problems = finished([*files, *meaning])
    codes = {item.code for item in problems}
    # Names that a base would give are unknown only because it was not read.
    if _break_bases(files):
        problems = [item for item in problems if item.code not in IN_BASES and item.code not in _OF_BASES]
    elif any(item.code in _LOST_BASES for item in files):
        problems = [item for item in problems if item.code not in IN_BASES]
    if "syntax" in codes:  # arguments below a header that cannot be read
        problems = [item for item in problems if item.code != "bad-prefix" or item.severity == "error"]
    if "unknown-table" in codes:  # what the table would be has arguments
        problems = _without_prefixes(problems)
    if "missing-parameter" in codes:
        problems = _without_missing(problems, model)
    if "unknown-key" in codes:  # an override that leads to nothing
        lost = {item.origin.block for item in problems if item.code == "unknown-key" and item.origin.file == OVERRIDES}
        problems = [item for item in problems if item.code == "unknown-key" or item.origin.block not in lost]
    if "wrong-object" in codes:  # the reference at this place is an error for another reason
        wrong = {item.origin for item in problems if item.severity == "error"}
        problems = [item for item in problems if item.code != "wrong-object" or item.origin not in wrong]
    if "reuse-conflict" in codes and "duplicate-argument" in codes:
        problems = _without_conflicts(problems, model)
    if "ambiguous-reference" in codes:  # between tables of which some have no class: those may be meant to be others
        unknown = set(_unregistered(meaning, model))
        if unknown:
            problems = [
                item for item in problems if item.code != "ambiguous-reference" or _is_ambiguous(item, unknown, model)
            ]
    if codes & _UNUSED and any(map(_loses_uses, problems)):  # what uses them may be what cannot be read
        problems = [item for item in problems if item.code not in _UNUSED]
    return problems


def finished(problems: Sequence[Problem]) -> list[Problem]:
    """``problems`` without those of names that touch a syntax error: such a name is still being typed. Behind an inline
    table that is not closed nobody knows what is in it, and in a file with a merge conflict nothing else is certain."""
    unmerged = {item.origin.file for item in problems if ("conflict", "merge") in item.data}
    if unmerged:
        return [item for item in problems if item.origin.file not in unmerged or ("conflict", "merge") in item.data]
    errors: dict[Block, list[tuple[int, int]]] = {}
    for item in problems:
        if item.code in _UNREAD:
            errors.setdefault(item.origin.block, []).append((item.origin.start, item.origin.end))
    if not errors:
        return list(problems)
    ends: dict[Block, list[int]] = {}  # how far the errors reach up to each
    for block, spans in errors.items():
        spans += [(entry.value.end, sys.maxsize) for entry in block.entries if _is_open(entry.value)]
        spans.sort()
        ends[block] = list(accumulate((end for _, end in spans), max))

    def touches(origin: Origin) -> bool:
        before = bisect_right(errors.get(origin.block, ()), (origin.end, sys.maxsize))
        return before > 0 and ends[origin.block][before - 1] >= origin.start

    return [item for item in problems if item.code in _UNREAD or not touches(item.origin)]


def _is_open(value: Value) -> bool:
    """Whether an inline table is not closed, be it the last thing in a list."""
    if isinstance(value, Array):
        return bool(value.items) and _is_open(value.items[-1])
    return isinstance(value, InlineTable) and not value.closed


def _is_ambiguous(item: Problem, unknown: Collection[Path], model: Model) -> bool:
    """Whether a reference still could mean several tables if there were none of unknown classes."""
    data = dict(item.data)
    if "field" not in data:
        return data.get("name") not in {path[-1] for path in unknown}
    group = model.groups.get(data["field"])
    return group is None or sum((group.name, name) not in unknown for name in group.members) > 1


def _loses_uses(item: Problem) -> bool:
    return (item.code in _LOSE_USES and item.severity == "error") or ("passed", "text") in item.data


def _break_bases(problems: Sequence[Problem]) -> bool:
    """Whether a syntax error is in what is written under ``__base__``."""
    errors = [item.origin for item in problems if item.code == "syntax" and item.origin.block.header is None]
    bases = {
        block: [entry for entry in block.entries if entry.parts and entry.parts[0].name == BASE_KEY][:1]
        for block in {origin.block for origin in errors}
    }  # of several the first counts
    return any(
        entry.parts[0].start <= origin.start <= entry.value.end for origin in errors for entry in bases[origin.block]
    )


def _without_prefixes(problems: list[Problem]) -> list[Problem]:
    """``problems`` without prefixes that mean nothing only because the table they stand in is misspelt."""
    misspelt = [item.origin for item in problems if item.code == "unknown-table"]
    blocks = {origin.block for origin in misspelt}
    tops = {origin.block.top for origin in misspelt} - {None}

    def follows(item: Problem) -> bool:
        block = item.origin.block
        return item.code == "bad-prefix" and item.severity != "error" and (block in blocks or block.top in tops)

    return [item for item in problems if not follows(item)]


def _without_missing(problems: list[Problem], model: Model) -> list[Problem]:
    """``problems`` without missing arguments that may be given: in a line of the table that cannot be read, or in a
    table whose header is a typo of the name or is not read at all."""
    unread = {item.origin.block for item in problems if item.code in _UNREAD}
    misnamed = {item.suggestions[0] for item in problems if item.code == "unknown-class" and item.suggestions[:1]}
    headless = {group.registry for group in model.groups.values() if group.problems}
    rest = []
    for item in problems:
        if item.code == "missing-parameter":
            implicit = dict(item.data).get("implicit", "")
            entry = entry_named(implicit, model.catalog, model.project) if implicit else None
            if implicit in misnamed or (entry is not None and entry.registry in headless):
                continue
            if not implicit and item.origin.block in unread:
                continue
        rest.append(item)
    return rest


def _without_conflicts(problems: list[Problem], model: Model) -> list[Problem]:
    """``problems`` without sharing conflicts of an argument that is given twice: one of the two has to go anyway."""
    twice = {item.origin for item in problems if item.code == "duplicate-argument"}
    origins = {
        use.origin
        for section in model.sections.values()
        for argument in section.arguments.values()
        if argument.binding.origin in twice
        for use in section.uses
        if use.argument == argument.name
    }
    return [
        item
        for item in problems
        if item.code != "reuse-conflict"
        or (item.origin not in origins and not any(other.origin in origins for other in item.related))
    ]


def _unregistered(problems: Iterable[Problem], model: Model) -> Iterable[Path]:
    """The paths of tables whose header names no class."""
    headers = {item.origin for item in problems if item.code == "unknown-class" and item.severity == "error"}
    if not headers:
        return []
    sections = model.sections.items()
    return [path for path, section in sections if section.entry is None and section.binding.origin in headers]
