"""Who uses what: sharing conflicts, cycles, and what a build reaches (NODE-1 to NODE-6, REF-9).

Sections are the nodes, their uses the edges. A build begins at the members of fields and at hooks (``starts``) and
follows the uses that build something; what only passes a class along is an edge that it does not follow.

Edits: a use knows its place, so nearly every edit changes ``users``. What is reached depends on the *wiring* alone: who
uses what and how, without places. Where no section's wiring changed, everything but ``users`` is that of the model
before. Problems carry places; they can be taken over too if there were none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain, filterfalse, groupby, product
from operator import attrgetter

from excore.lang.grammar import OBJECTS
from excore.lang.memo import Memo, differing
from excore.lang.problems import Problem, Related, problem
from excore.lang.resolve.model import Model, Path, Section, Use

_BUILDS = frozenset((*OBJECTS, "custom", "hook"))
_DESCRIBED: Mapping[str, str] = {kind: prefix.described for kind, prefix in OBJECTS.items()}
_STARTS = frozenset(("field", "hooks"))


def connect(model: Model, before: Model | None, memo: Memo) -> Model:
    """``model`` with its users, reached sections and the problems of the whole.

    ``before`` is the model that the memo saw last, None at first. The result is the same without it.
    """
    sections = model.sections
    changed = _changed(before, model) if before is not None else sections.keys()
    if before is None:
        users: Mapping[Path, tuple[Use, ...]] = _users(sections)
    else:
        users = _users_after(before, sections, changed) if changed else before.users
        if all(_wiring(before.sections.get(path)) == _wiring(sections.get(path)) for path in changed):
            if not before.problems or before.sections is sections:
                return replace(
                    model,
                    users=users,
                    reached=before.reached,
                    starts=before.starts,
                    unbuilt=before.unbuilt,
                    silent=before.silent,
                    put_off=before.put_off,
                    implicit=before.implicit,
                    problems=before.problems,
                )
    here = [path for path in changed if path in sections]
    silent = frozenset(path for path in here if sections[path].no_call)
    starts = frozenset(path for path in here if sections[path].role in _STARTS)
    if before is not None:
        silent |= before.silent.difference(changed)
        starts |= before.starts.difference(changed)
    if before is None or before.unbuilt:
        reached = _reach(sections, starts, ())
    else:
        reached = _reach_after(before, sections, users, starts, changed)
    reached, unbuilt = _built(sections, users, starts, reached)
    put_off = frozenset[Path]()
    uncalled = {path for path in silent if not any(use.kind == "hook" for use in users.get(path, ()))}
    if uncalled:
        put_off = reached - _reach(sections, starts, unbuilt | uncalled) | (reached & uncalled)
    model = replace(
        model,
        users=users,
        starts=starts,
        reached=reached,
        unbuilt=unbuilt,
        silent=silent,
        put_off=put_off,
        implicit=tuple(filterfalse(sections.__contains__, users)),
    )
    if before is not None:
        for path in _affected(before, model, changed):
            memo.outdate(("verdicts", path[:-1]), (path,))
    return replace(model, problems=_problems(model, before, changed, memo))


def _changed(before: Model, model: Model) -> set[Path]:
    """The paths of sections that are not the same in both."""
    changed: set[Path] = set()
    for above in before.parts.keys() | model.parts.keys():
        changed.update(*differing(before.parts.get(above, {}), model.parts.get(above, {})))
    return changed


def _affected(before: Model, model: Model, changed: Collection[Path]) -> set[Path]:
    """The sections whose verdict an edit may change though they did not: their uses or how a build reaches them did."""
    reach_changed = (
        (before.unbuilt ^ model.unbuilt) | (before.put_off ^ model.put_off) | (before.reached ^ model.reached)
    )
    affected = set(reach_changed)
    for path, sections in product((*changed, *reach_changed), (before.sections, model.sections)):
        if path in sections:
            affected.update(use.target for use in sections[path].uses)
    return affected


def _problems(model: Model, before: Model | None, changed: Collection[Path], memo: Memo) -> tuple[Problem, ...]:
    """What is wrong with how tables are used."""
    judge = _Judge(model)
    starts: Iterable[Path] = model.paths
    if before is not None:
        if before.problems:  # they say which use comes first
            memo.outdate("uses", before.users.keys())
        else:
            reach_changed = (model.reached ^ before.reached) | (model.unbuilt ^ before.unbuilt)
            uses = (use for path in reach_changed if path in model.sections for use in model.sections[path].uses)
            memo.outdate("uses", {*changed, *(use.target for use in uses)})
            # There was no cycle before, so each new one leads through a section that changed.
            starts = [path for path in changed if path in model.sections]
    verdicts = chain.from_iterable(memo.each("uses", model.users, judge.verdict, whole=True).values())
    circles = _circles(model.sections, starts, judge.active)
    if circles and before is not None:
        circles = _circles(model.sections, model.paths, judge.active)
    return (*verdicts, *circles)


def _wiring(section: Section | None) -> tuple[object, ...]:
    if section is None:
        return ()
    uses = [(use.argument, use.target, use.kind) for use in section.uses]
    return uses, section.role, section.entry, section.no_call


def _users_after(
    before: Model, sections: Mapping[Path, Section], changed: Collection[Path]
) -> Mapping[Path, tuple[Use, ...]]:
    """The users, of which those in ``changed`` use something else or from another place than before."""
    users = dict(before.users)
    uses: dict[Path, list[Use]] = {}
    for path in changed:
        for of, is_now in ((before.sections, False), (sections, True)):
            for use in of[path].uses if path in of else ():
                in_place = uses.setdefault(use.target, [])
                if is_now:
                    in_place.append(use)
    for target, come in uses.items():
        come += (use for use in users.get(target, ()) if use.user not in changed)
        users[target] = tuple(sorted(come, key=_user))
        if not come:
            del users[target]
    return users


_ROUNDS = 8


def _built(
    sections: Mapping[Path, Section],
    users: Mapping[Path, tuple[Use, ...]],
    starts: frozenset[Path],
    reached: frozenset[Path],
) -> tuple[frozenset[Path], frozenset[Path]]:
    """What a build reaches, and what of that it takes as class only: what is not built needs nothing itself.

    Each depends on the other. From "all that is reached is built" on, both are computed in turns: usually the second
    turn changes nothing. Tables that take each other's classes could swap for ever, so the turns are counted.
    ``reached`` is what is reached where all that is reached is built.
    """
    may_be_class = [
        path
        for path in starts.intersection(users)
        if any(use.kind == "class" for use in users[path]) and sections[path].role != "hooks"
    ]
    unbuilt: frozenset[Path] = frozenset()
    for _ in range(_ROUNDS):
        only_class: set[Path] = set()
        for path in may_be_class:
            others = (use for use in users[path] if use.user != path)
            kinds = {use.kind for use in others if use.user in reached and use.user not in unbuilt}
            if kinds == {"class"}:
                only_class.add(path)
        if only_class == unbuilt:
            break
        unbuilt = frozenset(only_class)
        reached = _reach(sections, starts, unbuilt)
    return reached, unbuilt


def _reach(sections: Mapping[Path, Section], starts: frozenset[Path], skip: Collection[Path]) -> frozenset[Path]:
    """The sections a build reaches from ``starts``. Those in ``skip`` are reached, and not followed further."""
    reached: set[Path] = set(starts)
    _follow(list(starts.difference(skip)), reached, sections, skip)
    return frozenset(reached)


def _follow(
    pending: list[Path], reached: set[Path], sections: Mapping[Path, Section], skip: Collection[Path] = ()
) -> None:
    """Add to ``reached`` what a build comes by from ``pending``."""
    while pending:
        for use in sections[pending.pop()].uses:
            target = use.target
            if target not in reached and use.kind in _BUILDS:
                reached.add(target)
                if target in sections and target not in skip:
                    pending.append(target)


def _reach_after(
    before: Model,
    sections: Mapping[Path, Section],
    users: Mapping[Path, tuple[Use, ...]],
    starts: frozenset[Path],
    changed: Collection[Path],
) -> frozenset[Path]:
    """``_reach`` with nothing skipped, from what was reached ``before`` so.

    This follows an edit by itself, since a whole walk takes 0.4 of the 0.8 ms that a keystroke in a reference costs
    among 500 tables (``benchmarks/edits.py``). What lost a user stays if a table from which builds start still uses it,
    and goes if nobody does; in between, where only others use it, they may be reached through it alone, and a whole
    walk decides.
    """
    reached = set(before.reached)
    lost = [path for path in changed if path in before.starts and path not in starts]
    for path in changed:
        if path in before.sections:
            lost += (use.target for use in before.sections[path].uses)
    while lost:
        path = lost.pop()
        if path not in reached or path in starts:
            continue
        others = [use.user for use in users.get(path, ()) if use.kind in _BUILDS and use.user in reached]
        if any(user in starts for user in others):
            continue
        if others:
            return _reach(sections, starts, ())
        reached.discard(path)
        if path in sections:
            lost += (use.target for use in sections[path].uses)
    come = [path for path in changed if path in starts or (path in reached and path in sections)]
    reached.update(come)
    _follow(come, reached, sections)
    return before.reached if reached == before.reached else frozenset(reached)


_user = attrgetter("user")


def _users(sections: Mapping[Path, Section]) -> dict[Path, tuple[Use, ...]]:
    users: dict[Path, list[Use]] = {}
    for section in sections.values():
        for use in section.uses:
            users.setdefault(use.target, []).append(use)
    return {path: tuple(sorted(uses, key=_user)) for path, uses in users.items()}


class _Judge:
    """Says what is wrong with the uses of tables."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.active = model.reached - model.unbuilt if model.unbuilt else model.reached

    @cached_property
    def order(self) -> dict[Path, int]:
        """The place of each section in file order."""
        return {path: index for index, path in enumerate(self.model.paths)}

    def verdict(self, path: Path, uses: tuple[Use, ...]) -> tuple[Problem, ...]:
        """What is wrong with how a table is used."""
        problems = [*self.conflicts(path, uses), *self.hooks_as_objects(path, uses)]
        if path in self.model.silent:
            problems += self.no_call_paths(path, uses)
        return tuple(problems)

    def conflicts(self, path: Path, uses: tuple[Use, ...]) -> Iterable[Problem]:
        if len(uses) < 2:
            return ()
        kind = uses[0].kind
        for use in uses:
            if use.kind != kind:
                break
        else:
            return ()
        sharing = [use for use in uses if use.kind in OBJECTS and use.user in self.active]
        if len({use.kind for use in sharing}) < 2:
            return ()
        entry = self.model.entry(path)
        if entry is not None and entry.kind == "module":
            return ()  # a python module is itself under any prefix
        return _conflict(path, sorted(sharing, key=lambda use: self.order[use.user]))

    def no_call_paths(self, path: Path, uses: tuple[Use, ...]) -> Iterator[Problem]:
        users = (use for use in uses if use.user in self.active and use.kind in _BUILDS)
        for (user, argument), _ in groupby(users, key=lambda use: (use.user, use.argument)):
            for reference in self.model.sections[user].arguments[argument].references:
                if reference.hooks and any(target.path == path for target in reference.targets):
                    message = (
                        f"`{'.'.join(path)}` has `__no_call__`: it is not built, "
                        "so nothing can be read from it or hooked to it"
                    )
                    yield problem("invalid-no-call", message, reference.origin)

    def hooks_as_objects(self, path: Path, uses: tuple[Use, ...]) -> Iterable[Problem]:
        """Argument hooks that stand where an object is built: alone they have nothing to work on."""
        entry = self.model.entry(path)
        if entry is None or entry.hook != "argument" or path in self.model.silent:
            return
        wrong = [use for use in uses if use.kind in OBJECTS and use.user in self.active]
        message = f"`{entry.name}` is an argument hook: it stands after what it works on, as in `Name@{entry.name}`"
        for origin in dict.fromkeys(use.origin for use in wrong):
            yield problem("invalid-hook", message, origin)


def _conflict(path: Path, uses: list[Use]) -> Iterable[Problem]:
    first = uses[0]
    for use in uses[1:]:
        if use.kind != first.kind:
            message = (
                f"`{'.'.join(path)}` is used as {_DESCRIBED[use.kind]} here and as {_DESCRIBED[first.kind]} in "
                f"`{'.'.join(first.user)}`; use one prefix, or give it a second table under a name of its own"
            )
            related = (Related(first.origin, f"used as {_DESCRIBED[first.kind]} here"),)
            yield problem("reuse-conflict", message, use.origin, related=related, first=first.kind)


def _circles(sections: Mapping[Path, Section], starts: Iterable[Path], active: frozenset[Path]) -> tuple[Problem, ...]:
    """Every cycle among ``active`` modules, from the first module of ``starts`` that leads into it.

    A walk in depth with a stack of its own, since configs may be deeper than Python's. ``trail`` is the way from the
    start to here: a use of something on it closes a cycle. What is ``finished`` leads into no cycle that was not
    reported.
    """
    problems: list[Problem] = []
    finished: set[Path] = set()
    for start in starts:
        if start in finished or start not in active or not _leads_on(sections, sections[start]):
            continue
        trail: dict[Path, str] = {start: ""}  # path -> the argument that leads on
        stack = [(start, iter(sections[start].uses))]
        while stack:
            path, pending = stack[-1]
            use = next(pending, None)
            if use is None:
                stack.pop()
                finished.add(path)
                del trail[path]
            elif use.kind not in _BUILDS or use.target in finished:
                continue
            elif use.target in trail:
                trail[path] = use.argument
                problems.append(_cycle(trail, use))
            else:
                section = sections.get(use.target)
                if section is not None and section.uses:
                    trail[path] = use.argument
                    trail[use.target] = ""
                    stack.append((use.target, iter(section.uses)))
    return tuple(problems)


def _leads_on(sections: Mapping[Path, Section], section: Section) -> bool:
    """Whether a module uses any that uses others: else it is in no cycle, nor leads into one."""
    for use in section.uses:
        target = sections.get(use.target)
        if target is not None and target.uses:
            return True
    return False


def _cycle(trail: Mapping[Path, str], closing: Use) -> Problem:
    paths = list(trail)
    circle = paths[paths.index(closing.target) :]
    names = " -> ".join(".".join((*path, trail[path])) for path in circle)
    message = f"these modules need each other to be built: {names} -> {'.'.join(closing.target)}"
    return problem("reference-cycle", message, closing.origin)
