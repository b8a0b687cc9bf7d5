"""Quick fixes: what can be done about a problem, and about all of a file at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from excore.lang.problems import Problem
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.code_action.argument_fixes import missing_arguments, redundant, wrong_value
from excore_server.ide.code_action.base_fixes import add_base, near_path
from excore_server.ide.code_action.definition_fixes import create_section, create_variable
from excore_server.ide.code_action.name_fixes import near_names, other_registry
from excore_server.ide.code_action.prefix_fixes import bad_prefix, no_call, other_prefix, put_in_quotes, reuse
from excore_server.ide.code_action.quick_fix import QUICK_FIX, Fix
from excore_server.ide.code_action.suppress import suppress
from excore_server.ide.edits import Edit, WorkspaceEdit, workspace_edit
from excore_server.ide.view import View

FIX_ALL = "source.fixAll.excore"

Maker = Callable[[View, Problem], Iterator[Fix]]

FIXES: Mapping[str, tuple[Maker, ...]] = {
    "unknown-class": (near_names, other_registry, other_prefix),
    "unknown-section": (add_base, near_names, create_section),
    "unknown-hook": (near_names,),
    "unknown-attribute": (near_names,),
    "unknown-parameter": (near_names, redundant),
    "unknown-variable": (add_base, near_names, other_prefix, create_variable),
    "ambiguous-reference": (near_names,),
    "reserved-name": (near_names,),
    "empty-field": (add_base, near_names, create_section),
    "missing-parameter": (missing_arguments,),
    "wrong-type": (near_names, wrong_value),
    "duplicate-argument": (redundant,),
    "duplicate-key": (redundant,),
    "ineffective-override": (redundant,),
    "unknown-table": (near_names,),
    "unset-environment": (near_names,),
    "unknown-ignore": (near_names,),
    "invalid-base": (near_names, near_path),
    "invalid-reference": (near_names,),
    "unused-section": (redundant,),
    "unused-variable": (redundant,),
    "module-arguments": (redundant,),
    "invalid-header": (redundant,),
    "reuse-conflict": (reuse, other_prefix),
    "bad-prefix": (near_names, bad_prefix),
    "invalid-no-call": (no_call,),
    "unquoted-prefix": (put_in_quotes,),
    "missing-base": (near_path,),
    "unknown-key": (near_names,),
    "invalid-sweep": (near_names,),
}
_CERTAIN = frozenset(["ineffective-override", "invalid-base", "missing-base", "unquoted-prefix"])
"""Problems that may have a fix without choice though they come without suggestions."""
_BREAKS = "\n\r"
_NEVER_SUPPRESSED = frozenset(["syntax", "duplicate-key", "invalid-project", "unreadable-file"])


@dataclass(frozen=True, slots=True)
class Action:
    """Something an editor offers at a place; ``problem`` is what it mends."""

    title: str
    kind: str
    change: WorkspaceEdit
    problem: Problem | None = None
    preferred: bool = False


def wanted_kind(kind: str, only: tuple[str, ...] | None) -> bool:
    """Whether actions of a kind were asked for: kinds are dotted, and one stands for all below it."""
    return only is None or any(not name or kind == name or kind.startswith(f"{name}.") for name in only)


def quick_fixes(snapshot: Snapshot, path: str, span: Span) -> tuple[Action, ...]:
    """Fixes of the problems that touch a range, most likely ones first for each problem.

    Where a mere cursor touches none, those of its line: some editors offer what the line has wherever the cursor is.
    """
    file = snapshot.file(path)
    if file is None:
        return ()
    actions = _touching(snapshot, path, file, span)
    if actions or span.start != span.end:
        return actions
    text = file.text
    start = max(text.rfind(mark, 0, span.start) for mark in _BREAKS) + 1
    ends = [end for end in (text.find(mark, span.start) for mark in _BREAKS) if end >= 0]
    return _touching(snapshot, path, file, Span(start, min(ends, default=len(text))))


def _touching(snapshot: Snapshot, path: str, file: File, span: Span) -> tuple[Action, ...]:
    view = View(snapshot, file, snippets=False)
    actions: dict[tuple[str, object], Action] = {}
    for problem in snapshot.diagnostics(path):
        place = file.absolute(problem.origin)
        if place.start > span.end or place.end < span.start:
            continue
        for fix in fixes_of(view, problem):
            action = Action(fix.title, QUICK_FIX, fix.change, problem, fix.preferred)
            actions.setdefault((fix.title, problem.origin), action)
    return tuple(actions.values())


def fixes_of(view: View, problem: Problem) -> Iterator[Fix]:
    """Every fix of a problem in the view's file."""
    preferred = False
    for maker in FIXES.get(problem.code, ()):
        for fix in maker(view, problem):
            if fix.change:
                yield fix if not (fix.preferred and preferred) else fix.less()
                preferred = preferred or fix.preferred
    if problem.code not in _NEVER_SUPPRESSED:
        yield from suppress(view, problem)


def fix_all(snapshot: Snapshot, path: str) -> WorkspaceEdit:
    """All fixes of a file that leave no choice, at once; where two of them meet, the first."""
    file = snapshot.file(path)
    if file is None:
        return WorkspaceEdit()
    view = View(snapshot, file, snippets=False)
    edits: dict[str, list[Edit]] = {}
    for problem in snapshot.diagnostics(path):
        fix = next((fix for fix in fixes_of(view, problem) if fix.certain), None)
        if fix is None or set(fix.change.edits) != {path} or fix.change.created:
            continue
        mine = fix.change.edits[path]
        others = edits.setdefault(path, [])
        if not any(one.start <= other.end and other.start <= one.end for one in mine for other in others):
            others.extend(mine)
    return workspace_edit(edits)


def can_fix_all(snapshot: Snapshot, path: str) -> bool:
    """Whether ``fix_all`` would change anything."""
    file = snapshot.file(path)
    if file is None:
        return False
    view = View(snapshot, file, snippets=False)
    likely = (one for one in snapshot.diagnostics(path) if one.suggestions or one.code in _CERTAIN)
    return any(fix.certain and set(fix.change.edits) == {path} for one in likely for fix in fixes_of(view, one))
